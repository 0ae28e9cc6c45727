"""Error pages: what happened and what to do, in the shell where that is safe, as JSON under /api/."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from registers.errors import NotAllowed, NotFound


def _answer(request: HttpRequest, status: int, template: str, detail: str) -> HttpResponse:
    if request.path.startswith("/api/"):
        return JsonResponse({"detail": detail}, status=status, json_dumps_params={"ensure_ascii": False})
    return render(request, template, status=status)


def bad_request(request: HttpRequest, exception: Any = None) -> HttpResponse:
    return _answer(request, 400, "400.html", "没有看懂这次请求")


def forbidden(request: HttpRequest, exception: Any = None) -> HttpResponse:
    return _answer(request, 403, "403.html", NotAllowed("您没有这项权限").message)


def not_found(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """The same words whether a row is outside the scope or does not exist."""
    return _answer(request, 404, "404.html", NotFound().message)


def server_error(request: HttpRequest) -> HttpResponse:
    """Nothing is asked of the database here: it may be what failed."""
    if request.path.startswith("/api/"):
        return JsonResponse({"detail": "程序出错，没有完成"}, status=500, json_dumps_params={"ensure_ascii": False})
    return render(None, "500.html", status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _answer(request, 403, "403_csrf.html", "页面停留太久，请刷新后再提交")

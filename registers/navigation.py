"""What every page's shell shows: the menu by rights, the bell, the footer."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from registers import sockets


def shell(request: HttpRequest) -> dict[str, Any]:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"navigation": [], "footer_note": _footer()}
    groups: dict[str, list[dict[str, Any]]] = {}
    for item in sockets.menu():
        if not item.right or user.can(item.right):
            url = reverse(item.url_name)
            groups.setdefault(item.group, []).append(
                {"title": item.title, "url": url, "active": request.path.startswith(url), "badge": ""}
            )
    navigation = [{"title": title, "items": items} for title, items in groups.items()]
    return {"navigation": navigation, "footer_note": _footer()}


def _footer() -> str:
    return "演示数据：人员、证件号码、电话和金额均为虚构" if settings.DEMO else ""

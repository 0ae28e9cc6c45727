"""`Idempotency-Key`: a POST sent twice is done once, and answered the same both times."""

import datetime as dt
import functools
import hashlib
import json
import string
from collections.abc import Callable
from typing import Any

import orjson
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from registers.errors import DomainError, Invalid
from registers.models.request_key import RequestKey

HEADER = "Idempotency-Key"
KEEP = dt.timedelta(days=1)
_ALLOWED = frozenset(string.ascii_letters + string.digits + "-_.:")


class KeyReused(DomainError):
    """The key came with another request before."""

    status = 422


def once(method: Callable[..., Response]) -> Callable[..., Response]:
    """Decorate a POST method of a viewset: with the header, equal requests of one user are done once within a day.

    Only successes are kept: a refused request may be mended and sent again under its key.
    """

    @functools.wraps(method)
    def answer(view: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        key = request.headers.get(HEADER, "")
        if not key:
            return method(view, request, *args, **kwargs)
        if len(key) > 64 or not _ALLOWED.issuperset(key):
            raise Invalid(f"{HEADER} 应为 64 个以内的字母、数字或横线", field=HEADER)
        with transaction.atomic():
            kept, new = _take(request, key)
            if not new:
                return _again(kept, request)
            response = method(view, request, *args, **kwargs)
            if response.status_code >= 400:
                kept.delete()
                return response
            # As a text: the database's JSON takes no NUL, which an answer may repeat from the request.
            kept.status, kept.body = response.status_code, orjson.dumps(response.data, default=str).decode()
            kept.save(update_fields=["status", "body"])
        return response

    return answer


def _take(request: Request, key: str) -> tuple[RequestKey, bool]:
    """The kept row and whether it is ours to fill. Another request with the same key waits for the first to end."""
    rows = RequestKey.objects.visible_to(request.user)
    mine = RequestKey(owner_id=int(request.user.pk or 0), key=key, digest=_digest(request))
    RequestKey.objects.bulk_create([mine], ignore_conflicts=True)
    kept = rows.get(key=key)
    return kept, kept.status == 0


def _again(kept: RequestKey, request: Request) -> Response:
    if kept.digest != _digest(request):
        raise KeyReused("这个请求编号已用于另一个请求，请换一个编号")
    return Response(orjson.loads(str(kept.body)), status=kept.status, headers={"Idempotent-Replayed": "true"})


def _digest(request: Request) -> str:
    # The standard writer: orjson refuses whole numbers beyond 64 bits and halves of characters.
    body = json.dumps(request.data, default=_content, sort_keys=True)
    return hashlib.sha256(f"{request.path}\n{body}".encode()).hexdigest()


def _content(value: Any) -> str:
    """What stands for a value that JSON does not know: an uploaded file by what is in it, not by its name."""
    if not isinstance(value, UploadedFile):
        return str(value)
    digest = hashlib.sha256()
    for chunk in value.chunks():
        digest.update(chunk)
    value.seek(0)
    return digest.hexdigest()


def forget_old_keys() -> int:
    """Drop what is older than a day."""
    old = RequestKey.objects.unscoped("answers are kept for a day, whoever asked")
    return old.filter(created_at__lt=timezone.now() - KEEP).delete()[0]

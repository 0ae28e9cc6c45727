"""Whose request it is: the real address behind our own proxy, and sessions that end.

A session ends after a time without a request, and after a working day whatever happens.
"""

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

STARTED, SEEN = "session_started", "session_seen"
SEEN_PRECISION_SECONDS = 60  # the session row is written once a minute at most


class ClientAddressMiddleware:
    """Behind our own nginx (`BEHIND_PROXY`) the address is what nginx saw: the last of X-Forwarded-For.

    Earlier ones come from the client and say whatever he likes. Lock-outs and the audit trail read REMOTE_ADDR.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.BEHIND_PROXY and (forwarded := request.META.get("HTTP_X_FORWARDED_FOR")):
            request.META["REMOTE_ADDR"] = forwarded.rsplit(",", 1)[-1].strip()
        return self.get_response(request)


class SessionLimitsMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            now = timezone.now().timestamp()
            started = request.session.setdefault(STARTED, now)
            seen = request.session.get(SEEN, now)
            if now - seen > settings.SESSION_IDLE_SECONDS or now - started > settings.SESSION_ABSOLUTE_SECONDS:
                logout(request)
            elif now - seen > SEEN_PRECISION_SECONDS or SEEN not in request.session:
                request.session[SEEN] = now
        return self.get_response(request)

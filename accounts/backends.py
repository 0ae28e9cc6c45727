"""Who a username and password belong to; rights come from grants, never from here."""

from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest

from accounts.models import User


def account_name(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str:
    """The account that somebody tries to enter: the lock-out counts ` ZhenJie ` and `zhenjie` as one."""
    return plain_name((credentials or request.POST).get("username") or "")


def plain_name(typed: str) -> str:
    return typed.strip().lower()


class AccountBackend(BaseBackend):
    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: Any,
    ) -> User | None:
        if not username or not password:
            return None
        user = User.objects.filter(username=plain_name(username)).first()
        if user is None:
            make_password(password)  # an unknown name takes as long as a wrong password
            return None
        return user if user.is_active and user.check_password(password) else None

    def get_user(self, user_id: int) -> User | None:
        return User.objects.filter(pk=user_id, is_active=True).first()

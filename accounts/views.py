"""Signing in and out, and one's own account."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse_lazy
from django.utils.decorators import method_decorator
from django.views.generic import FormView
from knox.models import AuthToken

from accounts.forms import OwnPasswordForm, SignInForm
from accounts.roles import ROLES
from registers.scope import scope_kinds


@method_decorator(login_not_required, name="dispatch")
class SignIn(LoginView):
    template_name = "accounts/login.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True


class SignOut(LogoutView):
    http_method_names = ["post", "options"]


def locked_out(request: HttpRequest, credentials: Any = None, *args: Any, **kwargs: Any) -> HttpResponse:
    """Too many wrong passwords: the same page for names that exist and names that do not."""
    minutes = int(settings.AXES_COOLOFF_TIME.total_seconds() // 60)
    return render(request, "errors/locked.html", {"minutes": minutes}, status=429)


class Profile(FormView):
    """One's own account: what one may do and where, and a new password."""

    template_name = "accounts/profile.html"
    form_class = OwnPasswordForm
    success_url = reverse_lazy("accounts:profile")

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"user": self.request.user}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        kinds = scope_kinds()
        grants = [
            {
                "role": ROLES[grant.role].name,
                "place": kinds[grant.scope_kind].describe(grant.scope_key),
                "since": grant.valid_from,
                "until": grant.valid_to,
            }
            for grant in self.request.user.current_grants  # type: ignore[union-attr]
        ]
        return super().get_context_data(**kwargs) | {"grants": grants}

    def form_valid(self, form: OwnPasswordForm) -> HttpResponse:
        user = form.save()
        AuthToken.objects.filter(user=user).delete()  # tokens given out under the old password end with it
        update_session_auth_hash(self.request, user)
        messages.success(self.request, "密码已更换，其他设备上的登录和接口令牌已失效。")
        return super().form_valid(form)

"""Django's admin, for reference data and inspection: titled in Chinese, entered by administrators only."""

from typing import Any
from urllib.parse import urlencode

from django.contrib.admin import AdminSite
from django.contrib.admin.apps import AdminConfig
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache


class LianjianAdminSite(AdminSite):
    site_header = "联建：参考数据与检查"
    site_title = "联建"
    index_title = "参考数据"
    enable_nav_sidebar = False

    @method_decorator(never_cache)
    @login_not_required
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """One place to sign in; who is signed in and may not enter is told so instead of being asked again."""
        if request.user.is_authenticated and not self.has_permission(request):
            raise PermissionDenied
        wanted = urlencode({"next": request.GET.get("next") or reverse("admin:index")})
        return redirect(f"{reverse('accounts:login')}?{wanted}")

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """One place for new passwords: there the tokens of the old one end too."""
        return redirect("accounts:profile")


class LianjianAdminConfig(AdminConfig):
    default_site = "lianjian.admin_site.LianjianAdminSite"

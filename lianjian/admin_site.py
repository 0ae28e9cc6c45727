"""Django's admin, for reference data and inspection: titled in Chinese, entered by administrators only."""

from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.admin.apps import AdminConfig
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect


class LianjianAdminSite(AdminSite):
    site_header = "联建 · 参考数据与检查"
    site_title = "联建"
    index_title = "参考数据"
    enable_nav_sidebar = False

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """One place for new passwords: there the tokens of the old one end too."""
        return redirect("accounts:profile")


class LianjianAdminConfig(AdminConfig):
    default_site = "lianjian.admin_site.LianjianAdminSite"

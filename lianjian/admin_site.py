"""Django's admin, for reference data and inspection: titled in Chinese, entered by administrators only."""

from django.contrib.admin import AdminSite
from django.contrib.admin.apps import AdminConfig


class LianjianAdminSite(AdminSite):
    site_header = "联建 · 参考数据与检查"
    site_title = "联建"
    index_title = "参考数据"
    enable_nav_sidebar = False


class LianjianAdminConfig(AdminConfig):
    default_site = "lianjian.admin_site.LianjianAdminSite"

"""Addresses. Each app brings its own; the API lists what the registers declare."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("accounts/", include("accounts.urls")),
    path("api/", include("registers.api.urls")),
    path("", include("reports.urls")),
    path("", include("members.urls")),
    path("", include("villages.urls")),
    path("", include("registers.pages.urls")),
]

handler400 = "registers.pages.errors.bad_request"
handler403 = "registers.pages.errors.forbidden"
handler404 = "registers.pages.errors.not_found"
handler500 = "registers.pages.errors.server_error"

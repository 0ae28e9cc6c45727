"""Addresses of the pages that are more than a register."""

from django.urls import include, path

from villages.views import photos

_photos = [
    path("<uuid:pk>/", photos.PhotoImage.as_view(), name="image"),
    path("<uuid:pk>/edit/", photos.PhotoEdit.as_view(), name="edit"),
    path("<uuid:pk>/delete/", photos.PhotoDelete.as_view(), name="delete"),
]

urlpatterns = [
    path("photos/", include((_photos, "photos"))),
]

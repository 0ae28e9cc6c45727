"""Addresses of the pages that are more than a register."""

from django.urls import include, path

from villages.views import maps, photos

_photos = [
    path("<uuid:pk>/", photos.PhotoImage.as_view(), name="image"),
    path("<uuid:pk>/edit/", photos.PhotoEdit.as_view(), name="edit"),
    path("<uuid:pk>/delete/", photos.PhotoDelete.as_view(), name="delete"),
]

urlpatterns = [
    path("map/", maps.MapPage.as_view(), name="map"),
    path("map/data/", maps.MapData.as_view(), name="map-data"),
    path("photos/", include((_photos, "photos"))),
]

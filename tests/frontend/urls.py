"""The addresses that the shell asks for, so that page kinds render apart from the apps."""

from django.http import HttpResponse
from django.urls import include, path


def nothing(request):
    return HttpResponse()


jobs = ([path("bell/", nothing, name="bell"), path("files/", nothing, name="files")], "jobs")
accounts = ([path("logout/", nothing, name="logout"), path("profile/", nothing, name="profile")], "accounts")
urlpatterns = [
    path("", nothing, name="home"),
    path("search/", nothing, name="search"),
    path("jobs/", include(jobs)),
    path("accounts/", include(accounts)),
]

"""What the API's list is measured against: a stock DRF ModelViewSet, counting and skipping, and its addresses."""

from django.db import models
from django.urls import include, path
from rest_framework import serializers, viewsets
from rest_framework.pagination import PageNumberPagination
from rest_framework.routers import SimpleRouter

from members.models import Subject


class StockSubject(serializers.ModelSerializer):
    class Meta:
        model = Subject
        fields = (
            "id", "number", "name", "village", "organization", "subject_class", "joined_on", "exempt_reason",
            "is_active", "version",
        )  # fmt: skip


class StockPages(PageNumberPagination):
    page_size = 100


class StockSubjects(viewsets.ModelViewSet):
    """As the tutorial has it, over the same rows in the same order."""

    serializer_class = StockSubject
    pagination_class = StockPages
    filter_backends = ()

    def get_queryset(self) -> models.QuerySet:
        return Subject.objects.visible_to(self.request.user).filter(kind="member").order_by("number")


_router = SimpleRouter()
_router.register("members", StockSubjects, "stock-members")
urlpatterns = [path("stock/", include(_router.urls)), path("", include("lianjian.urls"))]

"""`/api/v1/`: the registers, hand-written endpoints, tokens and files; `/api/schema/`: OpenAPI 3 of them all."""

from django.urls import include, path, re_path
from drf_spectacular.renderers import OpenApiJsonRenderer, OpenApiYamlRenderer
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView
from rest_framework.request import Request
from rest_framework.views import APIView

from registers.api.files import FileView
from registers.api.renderers import JSONRenderer
from registers.api.routes import router
from registers.api.tokens import TokenLogoutView, TokenView
from registers.errors import NotFound

app_name = "api"


@extend_schema(exclude=True)
class Unknown(APIView):
    """An address that does not exist answers in JSON too."""

    renderer_classes = (JSONRenderer,)

    def initial(self, request: Request, *args: object, **kwargs: object) -> None:
        super().initial(request, *args, **kwargs)
        raise NotFound("没有这个接口地址")


class Schema(SpectacularAPIView):
    """JSON unless YAML is asked for: every YAML reader takes JSON, and not the other way round."""

    renderer_classes = [OpenApiJsonRenderer, OpenApiYamlRenderer]


_version_1 = [
    path("token/", TokenView.as_view(), name="token"),
    path("token/logout/", TokenLogoutView.as_view(), name="token-logout"),
    path("files/<uuid:pk>/", FileView.as_view(), name="file"),
    *router().urls,
]
urlpatterns = [
    path("v1/", include(_version_1)),
    path("schema/", Schema.as_view(), name="schema"),
    re_path(r"^.*\.[a-z]{3,4}$", Unknown.as_view(), name="unknown"),  # no file of ours: not sent on to a slash behind
    re_path(r"^.*/$", Unknown.as_view(), name="unknown"),
]

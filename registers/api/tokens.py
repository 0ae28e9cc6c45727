"""Signing in for programs: a name and a password give a token, sent as `Authorization: Token …`."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth import authenticate
from django.contrib.auth.signals import user_logged_in
from drf_spectacular.utils import OpenApiResponse, extend_schema
from knox.models import AuthToken
from rest_framework import serializers
from rest_framework.parsers import FormParser, MultiPartParser
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from registers.api.parsers import JSONParser
from registers.api.renderers import JSONRenderer
from registers.api.schema import INVALID, UNAUTHENTICATED, DetailSerializer
from registers.errors import Invalid

WRONG = "账号或密码不正确"
LOCKED = "密码连续错误次数过多，请稍后再试，或联系系统管理员"

# An app that knows a second factor plugs in here: `(user, body)` raises a DomainError where it is missing or wrong.
checks: list[Callable[[Any, dict[str, Any]], None]] = []


class CredentialsSerializer(serializers.Serializer):
    username = serializers.CharField(max_length=40)
    password = serializers.CharField(max_length=128, trim_whitespace=False)
    code = serializers.CharField(max_length=10, required=False, help_text="已启用两步验证的账号填动态码")


class TokenSerializer(serializers.Serializer):
    token = serializers.CharField()
    expires_at = serializers.DateTimeField(allow_null=True)


class TokenView(APIView):
    """Failures count towards the lock-out, the same as on the sign-in page; only hashes of tokens are kept."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    renderer_classes = (JSONRenderer,)
    parser_classes = (JSONParser, FormParser, MultiPartParser)

    @extend_schema(
        operation_id="token_create",
        tags=["token"],
        summary="用账号和密码换取令牌",
        request=CredentialsSerializer,
        auth=[],
        responses={
            200: TokenSerializer,
            400: INVALID,
            401: OpenApiResponse(DetailSerializer, WRONG),
            429: OpenApiResponse(DetailSerializer, LOCKED),
        },
    )
    def post(self, request: Request) -> Response:
        if request.data is None:  # the body `null`
            raise Invalid("请求内容应为一个 JSON 对象")
        given = CredentialsSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        asked: Any = request._request
        user = authenticate(asked, username=given.validated_data["username"], password=given.validated_data["password"])
        if user is None:
            locked = getattr(asked, "axes_locked_out", False)
            asked.axes_locked_out = False  # the middleware would answer with a page
            return Response({"detail": LOCKED if locked else WRONG}, status=429 if locked else 401)
        for check in checks:
            check(user, given.validated_data)
        made, token = AuthToken.objects.create(user=user)
        user_logged_in.send(sender=type(user), request=asked, user=user)
        return Response({"token": token, "expires_at": made.expiry.isoformat() if made.expiry else None})


class TokenLogoutView(APIView):
    renderer_classes = (JSONRenderer,)

    @extend_schema(
        operation_id="token_logout",
        tags=["token"],
        summary="作废当前令牌",
        request=None,
        responses={204: None, 401: UNAUTHENTICATED},
    )
    def post(self, request: Request) -> Response:
        if isinstance(request.auth, AuthToken):
            request.auth.delete()
        return Response(status=204)

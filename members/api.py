"""What the API of members has beyond the register: the dated transfer."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from members.actions.placements import transfer
from members.resolvers import ORGANIZATIONS
from registers.api.schema import AUTH, CONFLICT, INVALID, MISSING
from registers.api.viewsets import RegisterViewSet
from registers.errors import Invalid
from registers.exchange.context import RowContext
from registers.rows.columns import CellError, Found
from villages.resolvers import VILLAGES


class TransferSerializer(serializers.Serializer):
    village_code = serializers.CharField(max_length=60, help_text="村居代码或名称")
    on = serializers.DateField(help_text="自哪一天起，可以早于或晚于今天")
    organization = serializers.CharField(max_length=100, required=False, allow_null=True, help_text="新的党支部")
    reason = serializers.CharField(max_length=100, required=False, allow_blank=True, default="")


class SubjectViewSet(RegisterViewSet):
    @extend_schema(
        summary="调动", request=TransferSerializer,
        responses={
            200: OpenApiResponse(OpenApiTypes.OBJECT, "调动后的一行"),
            **AUTH, 400: INVALID, 404: MISSING, 409: CONFLICT,
        },
    )  # fmt: skip
    @action(detail=True, methods=["post"])
    def transfer(self, request: Request, **kwargs: Any) -> Response:
        """Move the subject to another village from a day on; locked quarters keep the old one."""
        row = self.changeable_row()
        given = self.given(TransferSerializer)
        organization = given.get("organization")
        context = RowContext(request.user, self.register)
        transfer(
            by=request.user,
            subject=row,
            village=_named(VILLAGES, given["village_code"], context, "village_code", "村居"),
            on=given["on"],
            organization=_named(ORGANIZATIONS, organization, context, "organization", "党组织")
            if organization
            else None,
            reason=given["reason"],
        )
        return self.answer(row)


def _named(resolver: Any, text: str, context: RowContext, field: str, what: str) -> Any:
    answer = resolver.resolve([text], context).get(text)
    if isinstance(answer, Found):
        answer = answer.value
    if isinstance(answer, CellError):
        raise Invalid(f"{answer.problem}，{answer.expected}", field=field)
    if answer is None:
        raise Invalid(f"没有找到这个{what}，请核对名称或代码", field=field)
    return answer

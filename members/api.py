"""What the API of members has beyond the register: the dated transfer of one, and of many at once."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from members.actions.transfers import MOST, Transfers, transfer, transfer_many
from members.resolvers import ORGANIZATIONS
from registers.api.bulk_change import TOLD, BulkRefusalSerializer
from registers.api.repeats import once
from registers.api.schema import AUTH, CONFLICT, INVALID, KEY, MISSING, REUSED
from registers.api.viewsets import RegisterViewSet
from registers.bulk.changing import GONE, keys_of
from registers.errors import Invalid
from registers.exchange.context import RowContext
from registers.exchange.importing import require_change_right
from registers.rows.columns import CellError, Found
from villages.resolvers import VILLAGES


class TransferSerializer(serializers.Serializer):
    village_code = serializers.CharField(max_length=60, help_text="村居代码或名称")
    on = serializers.DateField(help_text="自哪一天起，可以早于或晚于今天")
    organization = serializers.CharField(max_length=100, required=False, allow_null=True, help_text="新的党支部")
    reason = serializers.CharField(max_length=100, required=False, allow_blank=True, default="")


class BulkTransferSerializer(TransferSerializer):
    ids = serializers.ListField(
        child=serializers.CharField(max_length=20), allow_empty=False, max_length=MOST, help_text="编号（member_no）"
    )
    versions = serializers.DictField(
        child=serializers.IntegerField(), required=False, help_text="{编号: 读取时的版本}，别人保存过的会报错"
    )
    dry_run = serializers.BooleanField(required=False, default=False, help_text="只试算，不写入")


class PlaceSerializer(serializers.Serializer):
    village_code = serializers.CharField()
    organization = serializers.CharField(allow_blank=True)


class MoveSerializer(serializers.Serializer):
    id = serializers.CharField()
    title = serializers.CharField()
    before = PlaceSerializer()
    after = PlaceSerializer()


class TransfersSerializer(serializers.Serializer):
    """With any of `errors` nobody was moved."""

    moved = serializers.IntegerField()
    written = serializers.BooleanField()
    changes = MoveSerializer(many=True, help_text=f"前 {TOLD} 人从哪里调来")
    errors = BulkRefusalSerializer(many=True)  # type: ignore[assignment] # named like a property


class RefusedTransfersSerializer(serializers.Serializer):
    """People who cannot be moved (nobody was), or a request that is none."""

    moved = serializers.IntegerField(required=False)
    written = serializers.BooleanField(required=False)
    changes = MoveSerializer(many=True, required=False)
    errors = serializers.ListField(child=serializers.DictField(), required=False)  # type: ignore[assignment]
    detail = serializers.CharField(required=False)


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
        transfer(by=request.user, subject=row, **self.place(self.given(TransferSerializer)))
        return self.answer(row)

    @extend_schema(
        summary="批量调动", request=BulkTransferSerializer, parameters=[KEY],
        responses={
            200: TransfersSerializer, 422: REUSED, 409: CONFLICT, **AUTH,
            400: OpenApiResponse(RefusedTransfersSerializer, "填写有误，或有的人不能调动；什么都没有写入"),
        },
    )  # fmt: skip
    @action(detail=False, methods=["post"], url_path="bulk-transfer")
    @once
    def bulk_transfer(self, request: Request) -> Response:
        """Move many to one village from a day on, all or none; `dry_run` tells what would come of it."""
        require_change_right(self.register, request.user)
        given = self.given(BulkTransferSerializer)
        found = keys_of(self.register, request.user, given["ids"], self.register.lookup_field)
        missing = [key for key in dict.fromkeys(given["ids"]) if key not in found]
        versions = given.get("versions") or {}
        made = transfer_many(
            by=request.user,
            subjects=list(self.register.rows(request.user).filter(pk__in=list(found.values())).order_by("pk")),
            versions={pk: versions[key] for key, pk in found.items() if key in versions},
            dry_run=given["dry_run"] or bool(missing),
            **self.place(given),
        )
        refused = bool(made.refusals or missing) and not given["dry_run"]
        return Response(_told(made, missing), status=400 if refused else 200)

    def place(self, given: dict[str, Any]) -> dict[str, Any]:
        """Where to, since when and why, as the actions take it. Raises Invalid for names that mean nothing."""
        organization = given.get("organization")
        context = RowContext(self.request.user, self.register)
        return {
            "village": _named(VILLAGES, given["village_code"], context, "village_code", "村居"),
            "on": given["on"],
            "organization": _named(ORGANIZATIONS, organization, context, "organization", "党组织")
            if organization
            else None,
            "reason": given["reason"],
        }


def _told(made: Transfers, missing: list[str]) -> dict[str, Any]:
    errors = [
        {"id": subject.number, "title": subject.name, "field": error.field, "message": error.message}
        for subject, error in made.refusals
    ]
    errors += [{"id": key, "title": "", "field": "ids", "message": GONE} for key in missing]
    return {
        "moved": len(made.moves),
        "written": made.written,
        "changes": [
            {
                "id": move.subject.number,
                "title": move.subject.name,
                "before": {
                    "village_code": move.left.pk,
                    "organization": move.organization.name if move.organization else "",
                },
                "after": {"village_code": move.village.pk, "organization": move.to.name if move.to else ""},
            }
            for move in made.moves[:TOLD]
        ],
        "errors": errors[:TOLD],
    }


def _named(resolver: Any, text: str, context: RowContext, field: str, what: str) -> Any:
    answer = resolver.resolve([text], context).get(text)
    if isinstance(answer, Found):
        answer = answer.value
    if isinstance(answer, CellError):
        raise Invalid(f"{answer.problem}，{answer.expected}", field=field)
    if answer is None:
        raise Invalid(f"没有找到这个{what}，请核对名称或代码", field=field)
    return answer

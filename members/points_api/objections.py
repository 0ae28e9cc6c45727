"""`point-objections`: beside the register, deciding one."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from members.actions.objections import DECIDE, Missing, Outcome, decide
from registers.api.repeats import once
from registers.api.schema import AUTH, CONFLICT, INVALID, KEY, MISSING, REUSED
from registers.api.viewsets import RegisterViewSet
from registers.errors import NotAllowed

MOST = 50


class MissingSerializer(serializers.Serializer):
    item_code = serializers.CharField(max_length=20)
    quantity = serializers.IntegerField(min_value=1, max_value=999, required=False, default=1)
    occurred_on = serializers.DateField()
    reason = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")


class DecisionSerializer(serializers.Serializer):
    outcome = serializers.ChoiceField(choices=[Outcome.MAINTAINED, Outcome.CORRECTED])
    reply = serializers.CharField(max_length=300)
    reverse = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**63 - 1), required=False, default=list,
        max_length=MOST, help_text="要冲销的积分记录",
    )  # fmt: skip
    missing = MissingSerializer(many=True, required=False, default=list, help_text="漏记的事实")


class DecidedSerializer(serializers.Serializer):
    outcome = serializers.CharField()
    reply = serializers.CharField()
    job = serializers.UUIDField(allow_null=True, help_text="公示期间更正：重算的任务")
    close = serializers.IntegerField(allow_null=True, help_text="重算的一版，算完替换公示的一版")


class ObjectionViewSet(RegisterViewSet):
    @extend_schema(
        summary="处理异议", request=DecisionSerializer, parameters=[KEY],
        responses={200: DecidedSerializer, **AUTH, 400: INVALID, 404: MISSING, 409: CONFLICT, 422: REUSED},
    )  # fmt: skip
    @action(detail=True, methods=["post"])
    @once
    def decide(self, request: Request, **kwargs: Any) -> Response:
        """维持, or 更正 by reversing entries and entering what was left out; by another than who received it."""
        row = self.visible_row()
        if not row.is_changeable_by(request.user, DECIDE):
            raise NotAllowed("您可以查看这条异议，由县委组织部处理")
        given = self.given(DecisionSerializer)
        facts = [Missing(**fact) for fact in given["missing"]]
        done = decide(
            objection=row, by=request.user, outcome=given["outcome"], reply=given["reply"], reverse=given["reverse"],
            missing=facts,
        )  # fmt: skip
        return Response({
            "outcome": done.objection.outcome, "reply": done.objection.reply,
            "job": str(done.job.pk) if done.job else None, "close": done.close.pk if done.close else None,
        })  # fmt: skip

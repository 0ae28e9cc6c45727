"""`turnovers` in the API: the workbook, the preview and the turnover itself, and taking it back."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.http import FileResponse
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from members.actions.turnovers import undo_turnover
from members.models import Post
from members.turnover.columns import COLUMNS
from members.turnover.importing import TurnoverOutcome, run_turnover
from members.turnover.planning import Team
from members.turnover.template import turnover_template
from registers.api.files import address_of
from registers.api.parsers import JSONParser
from registers.api.renderers import XLSX, WorkbookRenderer
from registers.api.schema import AUTH, CONFLICT, INVALID, MISSING, WORKBOOK, WORKBOOK_REFUSED
from registers.api.viewsets import RegisterViewSet
from registers.errors import Invalid, NotAllowed
from registers.exchange.jobs import keep_marked

RIGHT = "organizations.change"
MOST_ROWS = 5_000
FIELDS = [column.field for column in COLUMNS]


class TurnoverSerializer(serializers.Serializer):
    on = serializers.DateField(help_text="换届日期：这一天起新班子任职")
    file = serializers.FileField(required=False, help_text="工作簿（.xlsx）；不传文件的用 rows")
    rows = serializers.ListField(
        child=serializers.DictField(), required=False, max_length=MOST_ROWS,
        help_text=f"一行一个人的一个职务，字段：{'、'.join(FIELDS)}",
    )  # fmt: skip
    choices = serializers.DictField(
        child=serializers.CharField(max_length=40), required=False,
        help_text="同名的是哪一位：{行号: questions 里的 value}",
    )  # fmt: skip
    dry_run = serializers.BooleanField(required=False, default=False, help_text="只核对，不写入")
    digest = serializers.CharField(
        max_length=64, required=False, allow_blank=True, default="",
        help_text="核对时得到的 digest；其间有人改了任职的，不写入",
    )  # fmt: skip


class TurnoverViewSet(RegisterViewSet):
    @extend_schema(
        summary="换届工作簿", responses={**WORKBOOK, **WORKBOOK_REFUSED},
        parameters=[OpenApiParameter("now", OpenApiTypes.STR, enum=["1"], description="1：填好现任班子")],
    )  # fmt: skip
    @action(detail=False, methods=["get"], url_path="template.xlsx", renderer_classes=[WorkbookRenderer])
    def template(self, request: Request) -> HttpResponseBase:  # type: ignore[override] # the decorator names its class
        """Empty with drop-downs, or with those who hold the posts today."""
        self.require_right(request)
        filled = request.query_params.get("now") == "1"
        book = turnover_template(by=request.user, filled=filled)
        return FileResponse(book, as_attachment=True, filename="换届.xlsx", content_type=XLSX)

    @extend_schema(
        summary="办理换届", request={"multipart/form-data": TurnoverSerializer, "application/json": TurnoverSerializer},
        responses={
            200: OpenApiResponse(OpenApiTypes.OBJECT, "各党组织谁离任、谁留任、谁新任；有 questions 时还没有写入"),
            **AUTH, 400: INVALID, 409: CONFLICT,
        },
    )  # fmt: skip
    @action(detail=False, methods=["post"], parser_classes=[MultiPartParser, JSONParser])
    def run(self, request: Request) -> Response:
        """Preview with `dry_run`; otherwise all posts change in one transaction, or none."""
        self.require_right(request)
        given = self.given(TurnoverSerializer)
        upload = given.get("file")
        if upload is None and not given.get("rows"):
            raise Invalid("请在 file 里放工作簿，或在 rows 里给出各行", field="file")
        if upload is not None and upload.size > settings.WORKBOOK_MAX_BYTES:
            raise Invalid(f"文件超过 {settings.WORKBOOK_MAX_BYTES // 1024 // 1024} MB，请按镇街分开", field="file")
        name = upload.name if upload is not None else ""
        outcome = run_turnover(
            by=request.user, data=upload.read() if upload is not None else given["rows"], on=given["on"],
            filename=name, dry_run=given["dry_run"], digest=given["digest"],
            choices={int(row): value for row, value in given.get("choices", {}).items() if _is_row(row)},
        )  # fmt: skip
        kept = keep_marked(outcome, filename=name, owner=request.user)
        body = told(outcome) | {"marked_workbook": address_of(request, kept) if kept else None}
        return Response(body, status=400 if outcome.errors else 409 if outcome.moved else 200)

    @extend_schema(
        summary="撤回换届", request=None,
        responses={200: OpenApiResponse(OpenApiTypes.OBJECT, "撤回后的一行"), **AUTH, 404: MISSING, 409: CONFLICT},
    )  # fmt: skip
    @action(detail=True, methods=["post"])
    def undo(self, request: Request, **kwargs: Any) -> Response:
        """As long as nobody touched its posts since."""
        row = self.visible_row()
        if not row.is_changeable_by(request.user):
            raise NotAllowed("这次换届您只能查看，不能撤回")
        return self.answer(undo_turnover(by=request.user, turnover=row))

    def require_right(self, request: Request) -> None:
        if not request.user.can(RIGHT):  # type: ignore[union-attr] # signed in by now
            raise NotAllowed("您没有修改班子任职的权限")


def _is_row(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10


def told(outcome: TurnoverOutcome) -> dict[str, Any]:
    """The outcome in JSON; `teams` once the plan is clear."""
    plan = outcome.plan
    return outcome.as_dict() | {
        "questions": [
            {
                "row": one.row, "name": one.name, "organization": one.organization, "title": one.title,
                "options": [{"value": each.value, "label": each.label, "hint": each.hint} for each in one.options],
            }
            for one in outcome.questions
        ],
        "teams": [_team(team) for team in plan.teams] if plan else [],
        "without_secretary": [t.organization.pk for t in plan.teams if not t.has_secretary] if plan else [],
        "untouched": [one.pk for one in outcome.untouched],
        "digest": plan.digest if plan else "",
        "moved": outcome.moved,
        "turnover": outcome.turnover.pk if outcome.turnover else None,
    }  # fmt: skip


def _team(team: Team) -> dict[str, Any]:
    return {
        "organization": team.organization.pk,
        "organization_name": team.organization.name,
        "goes": [_post(post) for post in team.goes],
        "stays": [_post(stay.post) | {"portfolio": stay.portfolio, "source": stay.source} for stay in team.stays]
        + [_post(post) for post in team.kept],
        "comes": [
            {
                "person": line.name, "title": line.title, "portfolio": line.portfolio or "",
                "source": line.source or Post.Source.VILLAGE, "is_new_person": line.person is None,
            }
            for line in team.comes
        ],
    }  # fmt: skip


def _post(post: Post) -> dict[str, Any]:
    since: dt.date = post.valid_from
    return {
        "post": post.pk, "person": post.person.name, "title": post.title, "portfolio": post.portfolio,
        "source": post.source, "from": since.isoformat(),
    }  # fmt: skip

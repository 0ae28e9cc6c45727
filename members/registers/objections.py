"""Register of objections (异议) to published quarters."""

from collections.abc import Iterable, Mapping
from operator import attrgetter
from typing import Any

import django_filters
from django.urls import reverse

from lianjian import areacodes, clock
from members.actions.objections import DECIDE, receive
from members.models import PointEntry, PointObjection, QuarterClose
from members.queries.point_items import ItemBook
from members.resolvers import SUBJECTS
from members.views import points_base as base
from registers.errors import WrongState
from registers.pages.parts import Action, Notice, RelatedTable
from registers.register import Register
from registers.rows.columns import Choice, Column, Date, Quarter, Reference, Text


class ObjectionFilters(django_filters.FilterSet):
    outcome = django_filters.ChoiceFilter(label="处理结果", choices=PointObjection.Outcome.choices, empty_label="全部")


class ObjectionRegister(Register):
    """What people object to while a quarter's points are posted, and the answer they got."""

    model = PointObjection
    slug = "point-objections"
    title = "积分异议"
    group = "积分"
    menu_order = 45
    icon = "messages"
    columns = (
        Column("quarter", "季度", Quarter(), required=True, example="2026Q3", help="正在公示的季度"),
        Column(
            "member_no", "编号", Reference(SUBJECTS, what="积分对象", key="number", label=attrgetter("number")),
            required=True, width=18,
            example="370000000001", help="对谁的得分有异议：编号；没有同名的也可以填姓名", aliases=("党员编号",),
        ),
        Column("name", "姓名", Text(40), readonly=True),
        Column("village", "村居", Text(60), readonly=True, width=16),
        Column("raised_by", "提出人", Text(40), example="李四", help="不愿留名的留空"),
        Column("received_on", "收到日期", Date(), required=True, example="2026-10-15", help="在公示期内"),
        Column("content", "异议内容", Text(300), required=True, width=40, example="9 月 12 日的志愿服务没有记上"),
        Column("outcome", "处理结果", Choice(PointObjection.Outcome.choices), readonly=True, width=12),
        Column("reply", "答复", Text(300), readonly=True, width=40),
    )  # fmt: skip
    sources = {"member_no": "subject", "name": "subject__name", "village": "village__name"}
    list_columns = ("name", "village", "quarter", "content", "received_on", "outcome")
    main_columns = ("name", "content", "outcome")
    filterset_class = ObjectionFilters
    primary_filters = ("q", "outcome", "area")
    search_fields = ("subject__name", "subject__number", "subject__person__initials", "content")
    ordering = ("-received_on", "-pk")
    ordering_fields = ("received_on", "quarter")
    natural_key = ("quarter", "member_no", "received_on")
    select_related = ("subject", "village", "close__area", "received_by", "decided_by")
    view_right = "points.view"
    change_right = "objections.change"
    bulk_fields = None
    lookups = {"member_no": "point-subjects"}
    quarter_path = "quarter"
    status_field = "outcome"
    tones = {"outcome": {"pending": "waiting", "maintained": "neutral", "corrected": "done"}}
    key_fields = ("quarter", "village", "received_on")
    viewset = "members.points_api.objections.ObjectionViewSet"
    more_views = {"decide": ("<str:key>/decide/", "members.views.objections.DecideFace")}
    empty_text = "还没有异议。季度积分公示期间，群众对谁的得分有异议，登记在这里，由县委组织部处理并答复。"

    def is_editable(self, row: PointObjection) -> bool:
        """What was answered stays as it was answered."""
        return row.outcome == PointObjection.Outcome.PENDING

    def save(self, *, by: Any, values: dict[str, Any], row: PointObjection | None) -> PointObjection:
        facts = {} if row is None else {name: getattr(row, name) for name in _FACTS}
        facts |= {self.source(name): value for name, value in values.items()}
        facts["raised_by"] = facts.get("raised_by") or ""
        return receive(by=by, objection=row, **facts)

    def delete(self, *, by: Any, row: PointObjection) -> None:
        if not self.is_editable(row):
            raise WrongState("这条异议已经答复，要留着备查，不能删除")
        super().delete(by=by, row=row)

    def defaults(self, user: Any) -> Mapping[str, Any]:
        published = QuarterClose.objects.visible_to(user).filter(state=QuarterClose.State.PUBLISHED)
        quarter = published.order_by("-quarter").values_list("quarter", flat=True).first()
        return {"received_on": clock.today().isoformat(), **({"quarter": quarter} if quarter else {})}

    def title_of(self, row: PointObjection) -> str:
        return f"对“{row.subject.name}”得分的异议"

    def actions(self, row: PointObjection, user: Any) -> Iterable[Action]:
        yield Action("得分怎样得来", reverse("scores:member", args=[row.subject.number]))
        if not self.is_editable(row) or not row.is_changeable_by(user, DECIDE):
            return
        own = row.received_by_id == user.pk
        yield Action(
            "处理并答复", reverse(self.url_name("decide"), args=[self.key_of(row)]), tone="primary", icon="gavel",
            disabled="这条异议是您受理登记的，要由另一位同志处理" if own else "",
        )  # fmt: skip

    def related(self, row: PointObjection, user: Any) -> Iterable[RelatedTable]:
        """What an upheld objection put into the ledger: reversals and entries made up for."""
        if row.outcome != PointObjection.Outcome.CORRECTED:
            return
        heads = [
            base.head("what", "积分记录", main=True), base.head("item", "积分项目", css="name", main=True),
            base.head("on", "发生日期", css="date"), base.head("points", "分数", css="num", unit="分", main=True),
        ]  # fmt: skip
        entries = PointEntry.objects.visible_to(user).filter(
            settle_quarter=row.quarter, subject_id=row.subject_id, objection=row
        )
        book = ItemBook.of([areacodes.county_of(row.village_id)])
        rows = [
            base.row(
                heads,
                [f"冲销第 {one.reverses} 号" if one.reverses else f"补记第 {one.pk} 号", book.name(one),
                 one.occurred_on.isoformat(), base.signed(one.points)],
                url=reverse("entries:detail", args=[one.reverses or one.pk]),
            )
            for one in entries.select_related("subject").order_by("pk")
        ]  # fmt: skip
        yield RelatedTable("更正的积分记录", heads, rows, empty="这里没有您可以查看的积分记录。")

    def notices(self, row: PointObjection, user: Any) -> Iterable[Notice]:
        until = row.close.objections_until
        who = f"{row.received_by.name}受理登记"
        if row.outcome == PointObjection.Outcome.PENDING:
            yield Notice(f"{who}，等县委组织部处理" + (f"，公示到 {until}。" if until else "。"), "waiting")
        elif row.decided_by is not None:
            yield Notice(f"{who}，{row.decided_by.name}处理：{row.get_outcome_display()}。", "info")


_FACTS = ("quarter", "subject", "received_on", "content", "raised_by")

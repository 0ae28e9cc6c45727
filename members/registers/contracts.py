"""Registers of contracts, reviews and their results (P22), and of the boards that show them."""

from collections.abc import Iterable, Mapping, Sequence
from operator import attrgetter
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.urls import reverse

from lianjian import clock
from members.actions.contracts import save_contracts, save_results
from members.models import DutyBoard, DutyContract, DutyResult, DutyReview, Subject
from members.registers.duties import CHANGE, DUTY_LISTS_REGISTERS, GROUP, LIST, VIEW, OfListFilters
from members.resolvers import DUTY_REVIEWS, SUBJECTS
from registers.pages.parts import Action, Related
from registers.register import Register, register_of
from registers.rows.columns import Choice, Column, Date, Integer, Reference, Text
from villages.registers import VILLAGE

MEMBER = Column(
    "member_no", "编号", Reference(SUBJECTS, what="积分对象", key="number", label=attrgetter("number")),
    required=True, width=18,
    example="370000000001", help="积分对象的编号；没有同名的也可以填姓名", aliases=("党员编号", "积分编号"),
)  # fmt: skip
NAME = Column("name", "姓名", Text(40), readonly=True)
RESULT_TONES = {"kept": "done", "mostly": "waiting", "broken": "late"}


class ContractRegister(Register):
    """签约: who signed which version, and when."""

    model = DutyContract
    slug = "duty-contracts"
    title = "签约"
    group = GROUP
    menu_order = 92
    icon = "signature"
    columns = (
        LIST, MEMBER, NAME,
        Column("village", "村居", Text(60), readonly=True, width=16),
        Column("signed_on", "签约日期", Date(), required=True, example="2026-01-10"),
        Column("note", "备注", Text(100), width=24),
    )  # fmt: skip
    sources = {"member_no": "subject", "name": "subject__name", "village": "village__name"}
    list_columns = ("name", "village", "duty_list", "member_no", "signed_on", "note")
    main_columns = ("name", "duty_list", "signed_on")
    filterset_class = OfListFilters
    primary_filters = ("q", "area")
    search_fields = (
        "subject__name", "subject__number", "subject__person__initials", "duty_list__name", "village__name",
        "village__initials",
    )  # fmt: skip
    ordering = ("-signed_on", "-pk")
    ordering_fields = ("signed_on",)
    natural_key = ("duty_list", "member_no")
    select_related = ("duty_list", "subject", "village")
    view_right = VIEW
    change_right = CHANGE
    bulk_fields = ("signed_on", "note")
    key_fields = ("duty_list", "village", "signed_on")
    lookups = {"duty_list": "duty-lists", "member_no": "point-subjects"}
    empty_text = "还没有签约。打开一份启用的责任清单，从“登记签约”里勾选，或导入签约名单。"

    def save(self, *, by: Any, values: dict[str, Any], row: DutyContract | None) -> DutyContract:
        return save_contracts(by=by, items=[(values, row)])[0]

    def save_many(self, *, by: Any, items: Iterable[tuple[dict[str, Any], Any | None]]) -> Sequence[Any]:
        return save_contracts(by=by, items=list(items))

    def defaults(self, user: Any) -> Mapping[str, Any]:
        return {"signed_on": clock.today().isoformat()}

    def title_of(self, row: DutyContract) -> str:
        return f"{row.subject.name}的签约"


class ReviewRegister(Register):
    """评约: a round of a village over one version; its results are public from the day that is entered."""

    model = DutyReview
    slug = "duty-reviews"
    title = "评约"
    group = GROUP
    menu_order = 93
    icon = "gavel"
    columns = (
        VILLAGE, LIST,
        Column("name", "评约名称", Text(60), required=True, width=24, example="2026 年第三季度党员评约"),
        Column("period", "评议期间", Text(30), required=True, width=18, example="2026年7月至9月"),
        Column("held_on", "评议日期", Date(), required=True, example="2026-10-08"),
        Column(
            "posted_on", "公开日期", Date(), example="2026-10-10",
            help="这一天起结果在亮约公开栏里显示；留空不显示",
        ),
        Column("note", "备注", Text(200), width=24, example="村民代表会议评议，到会 21 人"),
    )  # fmt: skip
    sources = {"village_code": "village"}
    list_columns = ("name", "village_code", "duty_list", "period", "held_on", "posted_on")
    main_columns = ("name", "village_code", "held_on")
    filterset_class = OfListFilters
    primary_filters = ("q", "area")
    search_fields = ("name", "village__name", "village__initials", "duty_list__name")
    ordering = ("-held_on", "-pk")
    ordering_fields = ("name", "held_on")
    natural_key = ("village_code", "name")
    select_related = ("village", "duty_list")
    view_right = VIEW
    change_right = CHANGE
    bulk_fields = ("posted_on",)
    key_fields = ("village_code", "period", "posted_on")
    lookups = {"village_code": "villages", "duty_list": "duty-lists"}
    empty_text = "还没有评约。"

    def rows(self, user: Any) -> QuerySet:
        return super().rows(user).select_related("village__area", "duty_list")

    def related(self, row: DutyReview, user: Any) -> Iterable[Related]:
        results = register_of("duty-results").rows(user).filter(review=row).order_by("subject_id")
        yield Related(
            "结果", "duty-results", results, ("name", "member_no", "result", "note"),
            filters={"review": row.pk}, initial={"review": row.pk}, empty="还没有结果，可以整块粘贴。",
            paste=True,
        )  # fmt: skip


class ResultFilters(django_filters.FilterSet):
    review = django_filters.NumberFilter(label="评约编号", min_value=1, max_value=2**63 - 1)
    result = django_filters.ChoiceFilter(label="结果", choices=DutyResult.Result.choices, empty_label="全部")


class ResultRegister(Register):
    """What a round found of each who signed."""

    model = DutyResult
    slug = "duty-results"
    title = "评约结果"
    group = GROUP
    menu_order = 94
    icon = "clipboard-check"
    columns = (
        Column(
            "review", "评约", Reference(DUTY_REVIEWS, what="评约"), required=True, width=28,
            example="2026 年第三季度党员评约", help="评约名称；同名的在后面写明编号", aliases=("评约名称",),
        ),
        MEMBER, NAME,
        Column("result", "结果", Choice(DutyResult.Result.choices), required=True, example="履约"),
        Column("note", "说明", Text(100), width=30, help="信访、宗教、捐款等不作评约的理由"),
    )  # fmt: skip
    sources = {"member_no": "subject", "name": "subject__name"}
    list_columns = ("name", "member_no", "review", "result", "note")
    main_columns = ("name", "review", "result")
    filterset_class = ResultFilters
    primary_filters = ("q", "result", "area")
    search_fields = ("subject__name", "subject__number", "subject__person__initials", "review__name")
    ordering = ("-review_id", "subject_id")
    ordering_fields = ("result",)
    natural_key = ("review", "member_no")
    select_related = ("review", "subject")
    view_right = VIEW
    change_right = CHANGE
    bulk_fields = ("result",)
    tones = {"result": RESULT_TONES}
    key_fields = ("review", "result")
    lookups = {"review": "duty-reviews", "member_no": "point-subjects"}
    empty_text = "还没有评约结果。打开一次评约，从“结果”里新增，或把名单整块粘贴进来。"

    def save(self, *, by: Any, values: dict[str, Any], row: DutyResult | None) -> DutyResult:
        return save_results(by=by, items=[(values, row)])[0]

    def save_many(self, *, by: Any, items: Iterable[tuple[dict[str, Any], Any | None]]) -> Sequence[Any]:
        return save_results(by=by, items=list(items))

    def title_of(self, row: DutyResult) -> str:
        return f"{row.subject.name}：{row.get_result_display()}"


class BoardRegister(Register):
    """亮约: the public board of a village, and how its people want their names shown."""

    model = DutyBoard
    slug = "duty-boards"
    title = "亮约公开栏"
    group = GROUP
    menu_order = 95
    icon = "device-desktop"
    columns = (
        VILLAGE,
        Column(
            "names", "姓名显示", Choice(DutyBoard.Names.choices), width=14, example="隐去中间字",
            help="由村里定；不填为隐去中间字",
        ),
        Column("seconds", "大屏每页停留", Integer(5, 120), unit="秒", width=12, example="12", help="不填为 12 秒"),
        Column("note", "栏目说明", Text(100), width=30, example="村务监督委员会监督"),
    )  # fmt: skip
    sources = {"village_code": "village"}
    list_columns = ("village_code", "names", "seconds", "note")
    main_columns = ("village_code", "names")
    primary_filters = ("q", "area")
    search_fields = ("village__name", "village__initials")
    ordering = ("village_id",)
    natural_key = ("village_code",)
    select_related = ("village",)
    view_right = VIEW
    change_right = CHANGE
    bulk_fields = ("names", "seconds", "note")
    key_fields = ("names", "seconds")
    lookups = {"village_code": "villages"}
    more_views = {
        "sheet": ("<str:key>/sheet/", "members.views.duty_boards.BoardSheet"),
        "screen": ("<str:key>/screen/", "members.views.duty_boards.BoardScreen"),
    }
    empty_text = "还没有村开设亮约公开栏。新增一个，选好姓名怎样显示，就可以打印张贴，或在大屏上播放。"

    def complete(self, user: Any, rows: Sequence[dict[str, Any]]) -> None:
        for row in rows:
            for field, default in _BOARD_DEFAULTS.items():
                if field in row and row[field] is None:
                    row[field] = default

    def title_of(self, row: DutyBoard) -> str:
        return f"{row.village.name}亮约公开栏"

    def actions(self, row: DutyBoard, user: Any) -> Iterable[Action]:
        key = [self.key_of(row)]
        yield Action("公开表", reverse(self.url_name("sheet"), args=key), icon="printer", tone="primary")
        yield Action("大屏播放", reverse(self.url_name("screen"), args=key), icon="device-desktop")


_BOARD_DEFAULTS = {"names": DutyBoard.Names.MASKED, "seconds": 12, "note": ""}


def duties_of_village(village: Any, user: Any) -> Iterable[Related]:
    """The lists that hold in a village and its board, under its page."""
    if not user.can(VIEW):
        return
    lists = register_of("duty-lists").rows(user).filter(area__in=[village.pk, village.pk[:9]])
    if lists.exists():
        yield Related(
            "责任清单", "duty-lists", lists.order_by("area_id", "subject_kind", "-number"),
            ("name", "subject_kind", "number", "valid_from", "state"), filters={"area": village.pk},
        )  # fmt: skip
        boards = register_of("duty-boards").rows(user).filter(village=village)
        yield Related(
            "亮约公开栏", "duty-boards", boards, ("village_code", "names", "seconds"), filters={"area": village.pk},
            initial={"village_code": village.pk}, empty="还没有开设。",
        )  # fmt: skip


def duties_of_subject(subject: Subject, user: Any) -> Iterable[Related]:
    """What a person signed and how it was kept, under his page; nothing where there is nothing."""
    if not user.can(VIEW):
        return
    signed = register_of("duty-contracts").rows(user).filter(subject=subject)
    if signed.exists():
        yield Related(
            "签约", "duty-contracts", signed.order_by("-signed_on", "-pk"), ("duty_list", "signed_on", "note")
        )
        results = register_of("duty-results").rows(user).filter(subject=subject)
        yield Related(
            "评约结果",
            "duty-results",
            results.order_by("-review_id"),
            ("review", "result", "note"),
            empty="还没有评约。",
        )


DUTY_REGISTERS = (*DUTY_LISTS_REGISTERS, ContractRegister, ReviewRegister, ResultRegister, BoardRegister)

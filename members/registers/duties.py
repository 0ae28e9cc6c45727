"""Registers of duty lists and their affairs (P22)."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import django_filters
from django.urls import reverse

from members.actions.contracts import unsigned
from members.actions.duties import items_of, remove_list, save_items, save_list, tidy_codes
from members.models import DutyItem, DutyList
from members.models.subjects import SubjectKind
from members.points.forbidden import refusal
from members.resolvers import DUTY_LISTS, PLACES
from registers import reading
from registers.pages.parts import Action, Notice, Related
from registers.register import Register, register_of
from registers.rows.checker import row_rule
from registers.rows.columns import Choice, Column, Date, Integer, Reference, Text

VIEW, CHANGE, GROUP = "duties.view", "duties.change", "积分"
LIST = Column(
    "duty_list", "责任清单", Reference(DUTY_LISTS, what="责任清单"), required=True, width=30,
    example="锅上村党员责任清单", help="清单名称；同名的在后面写明编号", aliases=("清单",),
)  # fmt: skip
STATE_TONES = {"draft": "waiting", "in_force": "done"}


class ListFilters(django_filters.FilterSet):
    subject_kind = django_filters.ChoiceFilter(label="对象", choices=SubjectKind.choices, empty_label="全部")
    state = django_filters.ChoiceFilter(label="状态", choices=DutyList.State.choices, empty_label="全部")


class DutyListRegister(Register):
    """村级事务责任清单, version by version, for one kind of subject."""

    model = DutyList
    slug = "duty-lists"
    title = "村级事务责任清单"
    group = GROUP
    menu_order = 90
    icon = "list-check"
    columns = (
        Column(
            "name", "名称", Text(80), required=True, width=34, example="锅上村党员责任清单", help="新版本写明第几版"
        ),
        Column(
            "area_code", "村居或镇街", Reference(PLACES, what="区划"), required=True, width=18, example="锅上村委会",
            help="镇街的清单管全镇各村", aliases=("村居", "镇街"),
        ),
        Column(
            "subject_kind", "对象", Choice(SubjectKind.choices), required=True, example="党员", help="三本账各有清单"
        ),
        Column("number", "版本号", Integer(1, 9999), readonly=True, width=8),
        Column("valid_from", "自哪一天起", Date(), required=True, example="2026-01-01"),
        Column("state", "状态", Choice(DutyList.State.choices), readonly=True, width=10),
        Column("note", "说明", Text(200), width=30, example="村民代表会议 2025-12-28 通过"),
    )  # fmt: skip
    sources = {"area_code": "area"}
    list_columns = ("name", "area_code", "subject_kind", "number", "valid_from", "state")
    main_columns = ("name", "subject_kind", "state")
    filterset_class = ListFilters
    primary_filters = ("q", "subject_kind", "state", "area")
    search_fields = ("name", "area__name", "area__initials", "note")
    ordering = ("area_id", "subject_kind", "-number")
    ordering_fields = ("name", "valid_from")
    natural_key = ("area_code", "name")
    select_related = ("area",)
    view_right = VIEW
    change_right = CHANGE
    bulk_fields = None
    status_field = "state"
    tones = {"state": STATE_TONES}
    key_fields = ("subject_kind", "number", "valid_from")
    more_views = {
        "signing": ("<str:key>/signing/", "members.views.duties.SigningFace"),
        "new-version": ("<str:key>/new-version/", "members.views.duties.NewVersionFace"),
        "put-in-force": ("<str:key>/put-in-force/", "members.views.duties.PutInForceFace"),
    }
    empty_text = "还没有责任清单。先建一份草稿，录入事项，启用后就可以签约。"

    def save(self, *, by: Any, values: dict[str, Any], row: DutyList | None) -> DutyList:
        facts = {} if row is None else {name: getattr(row, name) for name in _LIST_FACTS}
        facts |= {self.source(name): value for name, value in values.items()}
        facts["note"] = facts.get("note") or ""
        return save_list(by=by, duty_list=row, **facts)

    def delete(self, *, by: Any, row: DutyList) -> None:
        remove_list(by=by, duty_list=row)

    def is_deletable(self, row: DutyList) -> bool:
        return row.state == DutyList.State.DRAFT

    def hint_of(self, row: DutyList) -> str:
        return f"{row.area} {row.get_subject_kind_display()}"

    def related(self, row: DutyList, user: Any) -> Iterable[Related]:
        mine = {"duty_list": row.pk}
        items = register_of("duty-items").rows(user).filter(duty_list=row).order_by("number")
        draft = row.state == DutyList.State.DRAFT
        yield Related(
            "事项", "duty-items", items, ("name", "responsible", "content", "frequency", "item_codes"),
            filters=mine, initial=mine if draft else None, empty="还没有事项，可以整块粘贴。",
            paste=True,
        )  # fmt: skip
        if not draft:
            signed = register_of("duty-contracts").rows(user).filter(duty_list=row).order_by("-signed_on", "pk")
            yield Related(
                "签约", "duty-contracts", signed, ("name", "village", "member_no", "signed_on", "note"),
                filters=mine, initial=mine, empty="还没有人签约。",
            )  # fmt: skip
            rounds = register_of("duty-reviews").rows(user).filter(duty_list=row).order_by("-held_on", "-pk")
            yield Related(
                "评约", "duty-reviews", rounds, ("name", "village_code", "period", "held_on", "posted_on"),
                filters=mine, initial=mine, empty="还没有评约。",
            )  # fmt: skip

    def actions(self, row: DutyList, user: Any) -> Iterable[Action]:
        key = [self.key_of(row)]
        mine = row.is_changeable_by(user)
        if row.state == DutyList.State.IN_FORCE:
            if user.can(CHANGE):
                yield Action("登记签约", reverse(self.url_name("signing"), args=key), tone="primary", icon="checklist")
            if mine:
                yield Action("另建新版本", reverse(self.url_name("new-version"), args=key), icon="copy")
        elif mine:
            empty = not items_of(row).exists()
            yield Action(
                "启用", reverse(self.url_name("put-in-force"), args=key), method="post", tone="primary", icon="check",
                confirm="启用以后事项不能再改，只能另建新版本。现在启用吗？",
                disabled="清单里还没有事项，请先录入" if empty else "",
            )  # fmt: skip

    def notices(self, row: DutyList, user: Any) -> Iterable[Notice]:
        if row.state == DutyList.State.DRAFT:
            yield Notice("草稿：录完事项后启用，启用后才能签约。", "waiting")
            return
        missing = reading.capped_count(unsigned(user, row))
        if missing and user.can(CHANGE):
            unit = "户" if row.subject_kind == SubjectKind.HOUSEHOLD else "人"
            told = f"还有 {missing} {unit}没有签这一版。"
            yield Notice(told, "waiting", reverse(self.url_name("signing"), args=[row.pk]), "查看")


_LIST_FACTS = ("area", "name", "subject_kind", "valid_from", "note")


@row_rule("name", "content")
def may_be_scored(values: Mapping[str, Any], context: Any) -> Iterable[tuple[str, str]]:
    """No petitions, religion, donations and their like (P24)."""
    for field in ("name", "content"):
        if refused := refusal(values.get(field) or ""):
            yield field, refused


class OfListFilters(django_filters.FilterSet):
    duty_list = django_filters.NumberFilter(label="清单编号", min_value=1, max_value=2**63 - 1)


class DutyItemRegister(Register):
    """The affairs of a list: paste them while it is a draft."""

    model = DutyItem
    slug = "duty-items"
    title = "责任事项"
    group = GROUP
    menu_order = 91
    icon = "list"
    columns = (
        LIST,
        Column("number", "项次", Integer(1, 999), required=True, width=8, example="1"),
        Column("name", "事项", Text(60), required=True, width=20, example="门前三包"),
        Column("responsible", "责任人", Text(60), required=True, width=16, example="各户"),
        Column("content", "内容和要求", Text(200), required=True, width=40, example="门前不堆柴草、杂物，垃圾入桶"),
        Column("frequency", "频次", Text(30), required=True, width=10, example="每天"),
        Column(
            "item_codes", "积分项目", Text(120), width=16, example="HD02、HD03",
            help="积分办法里的编码，几个用顿号隔开",
        ),
    )  # fmt: skip
    list_columns = ("number", "name", "responsible", "content", "frequency", "item_codes", "duty_list")
    main_columns = ("number", "name", "responsible")
    filterset_class = OfListFilters
    primary_filters = ("q", "area")
    search_fields = ("name", "responsible", "content", "duty_list__name")
    ordering = ("duty_list_id", "number")
    ordering_fields = ("name", "number")
    natural_key = ("duty_list", "number")
    select_related = ("duty_list__area",)
    view_right = VIEW
    change_right = CHANGE
    row_rules = (may_be_scored,)
    bulk_fields = ("responsible", "frequency")
    key_fields = ("responsible", "frequency", "duty_list")
    lookups = {"duty_list": "duty-lists"}
    empty_text = "还没有事项。先建责任清单，再把事项整块粘贴进来。"

    def complete(self, user: Any, rows: Sequence[dict[str, Any]]) -> None:
        for row in rows:
            if row.get("item_codes"):
                row["item_codes"] = tidy_codes(row["item_codes"])

    def save(self, *, by: Any, values: dict[str, Any], row: DutyItem | None) -> DutyItem:
        return save_items(by=by, items=[(values, row)])[0]

    def save_many(self, *, by: Any, items: Iterable[tuple[dict[str, Any], Any | None]]) -> Sequence[Any]:
        return save_items(by=by, items=list(items))


DUTY_LISTS_REGISTERS = (DutyListRegister, DutyItemRegister)

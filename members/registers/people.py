"""Registers of people: members, and all subjects of points."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.urls import reverse

from members.actions.bulk import save_subjects
from members.actions.matching import complete_rows, recognised
from members.actions.people import add_subject, change_member, require_same_number, require_same_village
from members.models import Subject
from members.models.subjects import SubjectClass, SubjectKind
from members.queries.people import placements_of
from members.registers.filters import FederationFilter
from members.registers.points import points_table
from members.resolvers import ORGANIZATIONS
from registers.errors import Invalid
from registers.pages.parts import Action, Related, RelatedTable
from registers.personal import blind_index
from registers.register import Register, register_of
from registers.rows.checker import row_rule
from registers.rows.columns import Choice, Column, Date, IdNumber, Integer, Phone, Reference, Text, YesNo
from villages.registers import VILLAGE

NUMBER = Text(20, pattern=r"[0-9A-Za-z-]{1,20}", pattern_help="请填数字或字母，不超过 20 个", compact=True)
NAME = Text(40, compact=True)
FULL_PHONE, FULL_ID_NUMBER = 11, 18


class SubjectFilters(django_filters.FilterSet):
    subject_class = django_filters.ChoiceFilter(label="党员类别", choices=SubjectClass.choices, empty_label="全部")
    organization = django_filters.NumberFilter(label="党组织编号")
    federation = FederationFilter()
    village_code = django_filters.CharFilter("village_id", label="村居代码")
    is_active = django_filters.ChoiceFilter(
        label="在册", choices=[("true", "是"), ("false", "否")], empty_label="全部", method="by_active"
    )

    def by_active(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(is_active=value == "true")


class _SubjectRegister(Register):
    """What members and all subjects share."""

    model = Subject
    group = "党员"
    sources = {"member_no": "number", "village_code": "village"}
    ordering = ("number",)
    ordering_fields = ("number", "name", "joined_on")
    natural_key = ("member_no",)
    lookup_field = "number"
    code_field = "member_no"
    select_related = ("person", "village", "organization")
    view_right = "members.view"
    change_right = "members.change"
    viewset = "members.api.SubjectViewSet"
    deletable = False  # a number and its points stay; people leave the book by 减员
    filterset_class = SubjectFilters
    tones = {"is_active": {True: "done", False: "neutral"}}
    lookups = {"organization": "party-organizations", "village_code": "villages"}
    bulk_fields = ("organization", "subject_class", "exempt_reason")  # villages change by 调动, with a date
    bulk_steps = {"bulk-transfer": "调动"}
    more_views = {
        "bulk-transfer": ("bulk/transfer/", "members.views.transfers.TransferManyFace"),
        "transfer": ("<str:key>/transfer/", "members.views.transfers.TransferFace"),
        "leave": ("<str:key>/leave/", "members.views.people.LeaveFace"),
        "reveal": ("<str:key>/reveal/", "members.views.people.RevealFace"),
    }

    def search(self, rows: QuerySet, text: str) -> QuerySet:
        """Names, numbers and initials; a whole phone or ID number by its blind index, never by a part of it."""
        found = super().search(rows, text)
        word = "".join(text.split()).upper()
        if len(word) == FULL_ID_NUMBER:
            return rows.filter(Q(person__id_number_index=blind_index(word, column="id_number")) | Q(pk__in=found))
        if len(word) == FULL_PHONE and word.isdigit():
            return rows.filter(Q(person__phone_index=blind_index(word, column="phone")) | Q(pk__in=found))
        return found

    def facts(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Checked values by the names the actions know."""
        facts = dict(values)
        if "village_code" in facts:
            facts["village"] = facts.pop("village_code")
        return facts

    def complete(self, user: Any, rows: Sequence[dict[str, Any]]) -> None:
        complete_rows(rows)

    def recognise(self, user: Any, rows: Sequence[dict[str, Any]]) -> Sequence[Subject | None]:
        return recognised(self.changeable(user).select_related(*self.select_related), rows)

    def save(self, *, by: Any, values: dict[str, Any], row: Subject | None) -> Subject:
        facts = {"kind": SubjectKind.MEMBER, **self.facts(values)}
        if row is None:
            given = {name: value for name, value in facts.items() if value is not None}
            return add_subject(by=by, **given)
        require_same_village(row, facts.pop("village", None))
        require_same_number(row, facts.pop("member_no", None))
        if facts.pop("kind") != row.kind and "kind" in values:
            raise Invalid(f"类别“{row.get_kind_display()}”不能修改，请另行新增", field="kind")
        return change_member(by=by, subject=row, **facts)

    def save_many(self, *, by: Any, items: Iterable[tuple[dict[str, Any], Any | None]]) -> Sequence[Any]:
        prepared = [({"kind": SubjectKind.MEMBER, **self.facts(values)}, row) for values, row in items]
        return save_subjects(by=by, items=prepared)

    def hint_of(self, row: Subject) -> str:
        return f"{row.village.name} {row.number}"

    def related(self, row: Subject, user: Any) -> Iterable[Related | RelatedTable]:
        if user.can("points.view"):
            yield points_table(row, user)
        yield placement_table(row, user)
        if row.person_id and user.can("organizations.view"):
            posts = register_of("posts").rows(user).filter(person=row.person_id).order_by("-valid_from", "pk")
            yield Related(
                "任职", "posts", posts, ("person", "organization", "title", "from", "to"), empty="没有任职记录。"
            )

    def actions(self, row: Subject, user: Any) -> Iterable[Action]:
        key = self.key_of(row)
        may_change = row.is_changeable_by(user)
        if may_change and row.is_active:
            yield Action("调动", reverse(self.url_name("transfer"), args=[key]), icon="arrows-exchange")
            yield Action("减员", reverse(self.url_name("leave"), args=[key]), icon="logout")
        person = row.person
        has_numbers = person is not None and (person.id_number_sealed or person.phone_sealed)
        if has_numbers and row.is_changeable_by(user, "members.reveal"):
            yield Action("查看完整号码", reverse(self.url_name("reveal"), args=[key]), icon="eye")


def placement_table(row: Subject, user: Any) -> RelatedTable:
    """Where a subject was and will be."""
    columns = [
        {"key": "village", "heading": "村居", "css": "name", "main": True},
        {"key": "organization", "heading": "党支部", "css": "name", "main": False},
        {"key": "from", "heading": "自", "css": "date", "main": True},
        {"key": "to", "heading": "至", "css": "date", "main": True},
        {"key": "reason", "heading": "原因", "css": "", "main": False},
    ]
    rows = []
    for stay in placements_of(row, user):
        texts = (
            stay.village.name,
            stay.organization.name if stay.organization else "",
            "" if stay.valid_from == dt.date(1949, 10, 1) else f"{stay.valid_from}",
            f"{stay.valid_to}" if stay.valid_to else "至今",
            stay.reason,
        )
        cells = [
            {"text": text, "css": column["css"], "column": column} for text, column in zip(texts, columns, strict=True)
        ]
        rows.append({"url": "", "pk": stay.pk, "cells": cells})
    return RelatedTable("所在村居", columns, rows, count=f"{len(rows)} 条")


MEMBER_NO = Column(
    "member_no", "编号", NUMBER, width=16, aliases=("党员编号", "积分编号"), help="不填由系统编号；编号不能修改"
)
SUBJECT_NAME = Column("name", "姓名", NAME, required=True, width=12, example="王平")
ORGANIZATION = Column(
    "organization", "所在党支部", Reference(ORGANIZATIONS, what="党组织"), width=26,
    aliases=("党支部", "所在党组织"), help="村里只有一个党支部的可以不填",
)  # fmt: skip
SUBJECT_CLASS = Column(
    "subject_class", "党员类别", Choice(SubjectClass.choices), width=12, example="普通", help="不填为普通"
)
EXEMPT = Column("exempt_reason", "免于积分原因", Text(100), width=18, help="填了原因的列入名单，不计总分")
ACTIVE = Column("is_active", "在册", YesNo(), width=8, readonly=True)


class MemberRegister(_SubjectRegister):
    """Party members across villages (P20). ID number and phone are optional, sealed, and masked wherever shown."""

    slug = "members"
    title = "党员"
    menu_order = 10
    icon = "users"
    columns = (
        MEMBER_NO,
        SUBJECT_NAME,
        VILLAGE,
        ORGANIZATION,
        SUBJECT_CLASS,
        Column("gender", "性别", Choice((("m", "男"), ("f", "女"))), width=8, help="填了身份证号的可以不填"),
        Column(
            "id_number", "身份证号", IdNumber(), width=22, aliases=("身份证", "公民身份号码"),
            help="选填。加密保存，只显示前后几位",
        ),
        Column(
            "phone", "联系电话", Phone(), width=16, aliases=("电话", "手机", "手机号"),
            help="选填。加密保存，只显示前后几位",
        ),
        Column("joined_on", "入党日期", Date(), width=12, example="2001-07-01"),
        EXEMPT,
        ACTIVE,
    )  # fmt: skip
    sources = _SubjectRegister.sources | {
        "gender": "person__gender",
        "id_number": "person__id_number",
        "phone": "person__phone",
    }
    list_columns = ("name", "member_no", "village_code", "organization", "subject_class", "phone", "joined_on")
    main_columns = ("name", "village_code", "subject_class")
    primary_filters = ("q", "area", "subject_class")
    search_fields = ("name", "number", "person__initials")
    key_fields = ("village_code", "subject_class", "organization")
    status_field = ""
    form_groups = (
        ("基本情况", ("name", "gender", "village_code", "organization", "subject_class", "joined_on")),
        ("积分", ("member_no", "exempt_reason", "is_active")),
        ("联系方式（选填）", ("phone", "id_number")),
    )
    empty_text = "还没有党员。可以逐个新增，也可以下载模板，把现有的花名册粘进去后导入。"

    def rows(self, user: Any) -> QuerySet:
        return super().rows(user).filter(kind=SubjectKind.MEMBER)

    def changeable(self, user: Any) -> QuerySet:
        return super().changeable(user).filter(kind=SubjectKind.MEMBER)


@row_rule("kind", "household_size")
def size_of_households(values: Mapping[str, Any], context: Any) -> Iterable[tuple[str, str, str]]:
    """Only households have a size; nobody of them is named (DESIGN 1.7: no minors' names)."""
    if values["household_size"] is not None and values["kind"] != SubjectKind.HOUSEHOLD:
        yield "household_size", f"填了“{values['household_size']}”", "只有村民户填家庭人口，其余留空"


class SubjectRegister(_SubjectRegister):
    """All subjects of points: members, villagers' representatives and households (P22)."""

    slug = "subjects"
    title = "积分对象"
    group = "积分"
    menu_order = 5
    icon = "users-group"
    columns = (
        MEMBER_NO,
        Column("kind", "类别", Choice(SubjectKind.choices), required=True, width=12, example="村民户"),
        Column("name", "姓名", NAME, required=True, width=12, example="王平", help="村民户填户主姓名"),
        VILLAGE,
        ORGANIZATION,
        SUBJECT_CLASS,
        Column(
            "household_size", "家庭人口", Integer(1, 50), unit="人", width=10, help="村民户填，只记人数，不登记家人姓名"
        ),
        Column("joined_on", "入党日期", Date(), width=12),
        EXEMPT,
        ACTIVE,
    )
    row_rules = (size_of_households,)
    list_columns = ("name", "member_no", "kind", "village_code", "household_size", "exempt_reason", "is_active")
    main_columns = ("name", "kind", "village_code")
    primary_filters = ("q", "kind", "area")
    search_fields = ("name", "number", "person__initials")
    key_fields = ("kind", "village_code")

    class filterset_class(SubjectFilters):  # noqa: N801
        kind = django_filters.ChoiceFilter(label="类别", choices=SubjectKind.choices, empty_label="全部")


PEOPLE_REGISTERS = (MemberRegister, SubjectRegister)

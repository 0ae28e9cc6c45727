"""Registers of people and organisations: the tree of party organisations, posts, members, all subjects of points."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.urls import reverse

from lianjian import clock
from members.actions.bulk import save_subjects
from members.actions.matching import complete_rows, recognised
from members.actions.organizations import save_organization
from members.actions.people import add_subject, change_member, require_same_number, require_same_village
from members.actions.posts import appoint, person_for_post
from members.models import PartyOrganization, Post, Subject
from members.models.subjects import SubjectClass, SubjectKind
from members.queries.people import placements_of
from members.registers.points import points_table
from members.resolvers import ORGANIZATIONS
from registers.errors import Invalid
from registers.pages.parts import Action, Related, RelatedTable
from registers.personal import blind_index
from registers.register import Register, register_of
from registers.rows.columns import Choice, Column, Date, IdNumber, Phone, Reference, Text, YesNo
from villages.registers import VILLAGE
from villages.resolvers import AREAS

NUMBER = Text(20, pattern=r"[0-9A-Za-z-]{1,20}", pattern_help="请填数字或字母，不超过 20 个", compact=True)
NAME = Text(40, compact=True)
FULL_PHONE, FULL_ID_NUMBER = 11, 18


class OrganizationRegister(Register):
    """The tree of party organisations (P04)."""

    model = PartyOrganization
    slug = "party-organizations"
    title = "党组织"
    group = "党员"
    menu_order = 20
    icon = "sitemap"
    columns = (
        Column(
            "name", "名称", Text(80, compact=True), required=True, width=30, example="锅上村党支部",
            aliases=("党组织名称", "党组织"),
        ),
        Column("kind", "类别", Choice(PartyOrganization.Kind.choices), required=True, width=14, example="党支部"),
        Column(
            "area_code", "所在区划", Reference(AREAS, what="区划"), required=True, width=16, example="锅上村委会",
            help="村、镇街或县的名称或代码", aliases=("所在村居", "所在镇街"),
        ),
        Column(
            "parent", "上级党组织", Reference(ORGANIZATIONS, what="党组织"), width=30, example="中共乳山口镇委员会",
            help="全称；同名的请在后面写明编号",
        ),
        Column("founded_on", "成立日期", Date()),
        Column("ended_on", "撤销日期", Date()),
    )  # fmt: skip
    sources = {"area_code": "area"}
    list_columns = ("name", "kind", "area_code", "parent", "ended_on")
    primary_filters = ("q", "kind", "area")
    search_fields = ("name", "area__name", "area__pinyin", "area__initials", "area__code")
    ordering = ("area_id", "name", "pk")
    ordering_fields = ("name", "kind", "founded_on")
    natural_key = ("area_code", "name")
    select_related = ("area", "parent")
    status_field = ""
    key_fields = ("kind", "area_code")
    view_right = "organizations.view"
    change_right = "organizations.change"
    lookups = {"area_code": "areas", "parent": "party-organizations"}
    bulk_fields = ("parent",)
    end_field = "ended_on"

    def save(self, *, by: Any, values: dict[str, Any], row: PartyOrganization | None) -> PartyOrganization:
        names = {"area_code": "area"}
        facts = {} if row is None else {name: getattr(row, name) for name in _ORGANIZATION_FACTS}
        facts |= {names.get(name, name): value for name, value in values.items()}
        return save_organization(by=by, organization=row, **facts)

    def related(self, row: PartyOrganization, user: Any) -> Iterable[Related | RelatedTable]:
        posts = register_of("posts")
        day = clock.today()
        standing = posts.rows(user).filter(Q(valid_to__isnull=True) | Q(valid_to__gt=day), organization=row)
        yield Related(
            "班子成员", "posts", standing.order_by("valid_from", "pk"), ("person", "title", "portfolio", "from"),
            filters={"organization": row.pk}, initial={"organization": row.pk}, empty="还没有填报班子成员。",
        )  # fmt: skip
        yield Related(
            "下级党组织", "party-organizations", self.rows(user).filter(parent=row).order_by("area_id", "name"),
            ("name", "kind"), filters={"parent": row.pk}, initial={"parent": row.pk}, empty="没有下级党组织。",
        )  # fmt: skip
        if user.can("members.view"):
            yield Related(
                "党员", "members",
                register_of("members").rows(user).filter(organization=row, is_active=True).order_by("number"),
                ("name", "member_no", "village_code", "subject_class"),
                filters={"organization": row.pk}, empty="还没有党员。",
            )  # fmt: skip

    class filterset_class(django_filters.FilterSet):  # noqa: N801 -- named as the framework asks for it
        kind = django_filters.ChoiceFilter(label="类别", choices=PartyOrganization.Kind.choices, empty_label="全部")
        parent = django_filters.NumberFilter(label="上级党组织编号")


_ORGANIZATION_FACTS = ("name", "kind", "area", "parent", "founded_on", "ended_on")


class PostRegister(Register):
    """Who leads: posts on party organisations, dated, one 书记 at a time (P08)."""

    model = Post
    slug = "posts"
    title = "班子任职"
    group = "党员"
    menu_order = 30
    icon = "id"
    columns = (
        Column(
            "person", "姓名", Text(40, compact=True), required=True, width=14, example="王平",
            help="姓名或党员编号；镇街干部和上级选派的只填姓名",
        ),
        Column(
            "organization", "党组织", Reference(ORGANIZATIONS, what="党组织"), required=True, width=30,
            example="中共湛江路新村联合总支委员会",
        ),
        Column("title", "职务", Choice(Post.Title.choices), required=True, width=14, example="副书记"),
        Column("portfolio", "分工", Text(60), width=16, example="经济发展", help="如基层党建、经济发展、环境整治"),
        Column("source", "来源", Choice(Post.Source.choices), width=12, example="村干部"),
        Column("from", "任职日期", Date(), required=True, example="2025-03-01"),
        Column("to", "免职日期", Date(open_ended=True), help="在任的留空；这一天起不再任职"),
    )  # fmt: skip
    sources = {"person": "person__name", "from": "valid_from", "to": "valid_to"}
    primary_filters = ("q", "title", "area")
    search_fields = ("person__name", "person__pinyin", "person__initials", "organization__name", "portfolio")
    ordering = ("organization_id", "valid_from", "pk")
    select_related = ("person", "organization")
    view_right = "organizations.view"
    change_right = "organizations.change"
    lookups = {"organization": "party-organizations"}
    end_field = "to"
    empty_text = "还没有填报任职。可以逐条新增，也可以下载模板后用 Excel 导入。"

    def title_of(self, row: Post) -> str:
        return f"{row.person.name} {row.get_title_display()}"

    def hint_of(self, row: Post) -> str:
        return row.organization.name

    def save(self, *, by: Any, values: dict[str, Any], row: Post | None) -> Post:
        facts = {} if row is None else {name: getattr(row, name) for name in _POST_FACTS}
        facts |= {_POST_NAMES.get(name, name): value for name, value in values.items()}
        facts["source"] = facts.get("source") or Post.Source.VILLAGE
        facts["portfolio"] = facts.get("portfolio") or ""
        named = facts["person"]
        if isinstance(named, str):
            facts["person"] = (
                row.person
                if row is not None and named == row.person.name
                else person_for_post(by=by, name=named, organization=facts["organization"], source=facts["source"])
            )
        return appoint(by=by, post=row, **facts)

    class filterset_class(django_filters.FilterSet):  # noqa: N801
        title = django_filters.ChoiceFilter(label="职务", choices=Post.Title.choices, empty_label="全部")
        source = django_filters.ChoiceFilter(label="来源", choices=Post.Source.choices, empty_label="全部")
        organization = django_filters.NumberFilter(label="党组织编号")


_POST_NAMES = {"from": "valid_from", "to": "valid_to"}
_POST_FACTS = ("organization", "person", "title", "portfolio", "source", "valid_from", "valid_to")


class SubjectFilters(django_filters.FilterSet):
    subject_class = django_filters.ChoiceFilter(label="党员类别", choices=SubjectClass.choices, empty_label="全部")
    organization = django_filters.NumberFilter(label="党组织编号")
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
    more_views = {
        "transfer": ("<str:key>/transfer/", "members.views.people.TransferFace"),
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


class SubjectRegister(_SubjectRegister):
    """All subjects of points: members, villagers' representatives and households (P22)."""

    slug = "subjects"
    title = "积分对象"
    group = "积分"
    menu_order = 40
    icon = "users-group"
    columns = (
        MEMBER_NO,
        Column("kind", "类别", Choice(SubjectKind.choices), required=True, width=12, example="村民户"),
        Column("name", "姓名", NAME, required=True, width=12, example="王平", help="村民户填户主姓名"),
        VILLAGE,
        ORGANIZATION,
        SUBJECT_CLASS,
        Column("joined_on", "入党日期", Date(), width=12),
        EXEMPT,
        ACTIVE,
    )
    list_columns = ("name", "member_no", "kind", "village_code", "subject_class", "exempt_reason", "is_active")
    main_columns = ("name", "kind", "village_code")
    primary_filters = ("q", "kind", "area")
    search_fields = ("name", "number", "person__initials")
    key_fields = ("kind", "village_code")

    class filterset_class(SubjectFilters):  # noqa: N801
        kind = django_filters.ChoiceFilter(label="类别", choices=SubjectKind.choices, empty_label="全部")


PEOPLE_REGISTERS = (MemberRegister, OrganizationRegister, PostRegister, SubjectRegister)

"""Registers of the tree of party organisations (P04) and of who leads them (P08)."""

from collections.abc import Iterable, Mapping
from typing import Any

import django_filters
from django.db.models import Q

from lianjian import clock
from members.actions.organizations import save_organization
from members.actions.posts import appoint, person_for_post
from members.models import PartyOrganization, Post
from members.registers.filters import StandingFilter, TurnoverPosts
from members.resolvers import ORGANIZATIONS
from registers.pages.parts import Related, RelatedTable
from registers.register import Register, register_of
from registers.rows.columns import Choice, Column, Date, Reference, Text
from villages.resolvers import AREAS


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
    search_fields = ("name", "pinyin", "initials", "area__name", "area__pinyin", "area__initials", "area__code")
    ordering = ("area_id", "name", "pk")
    ordering_fields = ("name", "kind", "founded_on")
    natural_key = ("area_code", "name")
    select_related = ("area", "parent")
    status_field = ""
    key_fields = ("kind", "area_code")
    view_right = "organizations.view"
    change_right = "organizations.change"
    lookups = {"parent": "party-organizations"}
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
            "person", "姓名", Text(80, compact=True), required=True, width=14, example="王平",
            help="姓名或党员编号；有同名的写明村名，如“王平（锅上）”；镇街干部和上级选派的只填姓名",
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
    primary_filters = ("q", "title", "standing", "area")
    search_fields = (
        "person__name",
        "person__pinyin",
        "person__initials",
        "organization__name",
        "organization__initials",
        "portfolio",
    )
    ordering = ("organization_id", "valid_from", "pk")
    select_related = ("person", "organization")
    view_right = "organizations.view"
    change_right = "organizations.change"
    lookups = {"organization": "party-organizations"}
    bulk_fields = ("portfolio", "source")
    end_field = "to"
    ordering_fields = ("title",)
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
            if row is None and facts["person"].name != named:
                # Named by number or with the village: the post that stands is meant, as it is by the bare name.
                row = _standing(facts)
        return appoint(by=by, post=row, **facts)

    class filterset_class(TurnoverPosts):  # noqa: N801
        title = django_filters.ChoiceFilter(label="职务", choices=Post.Title.choices, empty_label="全部")
        source = django_filters.ChoiceFilter(label="来源", choices=Post.Source.choices, empty_label="全部")
        organization = django_filters.NumberFilter(label="党组织编号")
        standing = StandingFilter()


def _standing(facts: Mapping[str, Any]) -> Post | None:
    """The same person's same post from the same day, where it is entered already."""
    names = ("organization", "person", "title", "valid_from")
    rows = Post.objects.unscoped("the action checks the organisation and the person")
    return rows.filter(**{name: facts[name] for name in names}).first()


_POST_NAMES = {"from": "valid_from", "to": "valid_to"}
_POST_FACTS = ("organization", "person", "title", "portfolio", "source", "valid_from", "valid_to")


ORGANIZATION_REGISTERS = (OrganizationRegister, PostRegister)

"""Registers of backward villages and their five supports (P11)."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet
from django.urls import reverse

from federations.models import VillageSupport, WeakVillage
from federations.registers.parts import DATES, FROM, TO
from federations.supports import missing_kinds, standing_supports
from registers.pages.parts import Action, Notice, Related, RelatedTable
from registers.register import Register, register_of
from registers.rows.checker import row_rule
from registers.rows.columns import Choice, Column, Date, Reference, Text
from villages.registers import VILLAGE
from villages.resolvers import VILLAGES


@row_rule("accepted_on", "accepted_by", "evidence")
def acceptance_is_proved(values: Mapping[str, Any], context: Any) -> Any:
    """由弱变强 is accepted by somebody, on evidence."""
    if values.get("accepted_on"):
        for field in ("accepted_by", "evidence"):
            if field in values and not values[field]:
                yield field, "填了验收日期，这一列没有填", "验收的请同时填写验收单位和验收依据"


class WeakVillageRegister(Register):
    """Backward villages from the day they are listed to their acceptance (由弱变强)."""

    model = WeakVillage
    slug = "weak-villages"
    title = "后进村整转"
    group = "联建"
    menu_order = 60
    icon = "trending-up"
    columns = (
        VILLAGE,
        Column("listed_on", "列入日期", Date(), required=True, width=12, example="2026-03-01"),
        Column("problems", "主要问题", Text(300), required=True, width=36, example="班子软弱，集体没有经营收入"),
        Column("team", "整转班子", Text(200), width=30, help="一村一套班子：负责人和成员", example="组长李建军"),
        Column("missing", "“五个一”缺项", Text(60), width=20, readonly=True, help="五项帮扶力量中今天还缺的"),
        Column("accepted_on", "验收日期", Date(), width=12, help="由弱变强，通过验收的日期"),
        Column("accepted_by", "验收单位", Text(60), width=16),
        Column("evidence", "验收依据", Text(500), width=36, help="如验收文件、测评结果"),
    )  # fmt: skip
    sources = {"village_code": "village"}
    list_columns = ("village_code", "listed_on", "problems", "missing", "accepted_on")
    primary_filters = ("q", "area")
    search_fields = ("village__name", "village__initials", "problems", "team")
    ordering = ("village_id", "listed_on")
    natural_key = ("village_code", "listed_on")
    select_related = ("village",)
    lookups = {"village_code": "villages"}
    view_right = "federations.view"
    change_right = "federations.change"
    row_rules = (acceptance_is_proved,)
    more_views = {"accept": ("<str:key>/accept/", "federations.views.supports.AcceptFace")}
    empty_text = "没有后进村。列入后在这里登记“五个一”帮扶力量，直到由弱变强验收。"

    def rows(self, user: Any) -> QuerySet:
        return self._with_kinds(super().rows(user))

    def changeable(self, user: Any) -> QuerySet:
        return self._with_kinds(super().changeable(user))

    def _with_kinds(self, rows: QuerySet) -> QuerySet:
        """With the kinds of support that stand today, for the list's 缺项 in one query."""
        standing = standing_supports().filter(village=OuterRef("village")).values("kind").distinct()
        return rows.annotate(kinds=ArraySubquery(standing))

    def value(self, row: WeakVillage, field: str) -> Any:
        if field == "missing":
            if row.accepted_on is not None:
                return "已验收"
            # Rows that are about to be written come without it: nobody reads it there.
            return "、".join(missing_kinds(row.kinds)) or "齐全" if hasattr(row, "kinds") else ""
        return super().value(row, field)

    def title_of(self, row: WeakVillage) -> str:
        return f"{row.village.name}（{row.listed_on:%Y} 年列入）"

    def related(self, row: WeakVillage, user: Any) -> Iterable[Related | RelatedTable]:
        supports = register_of("village-supports")
        yield Related(
            "“五个一”帮扶措施", "village-supports",
            supports.rows(user).filter(village=row.village_id).order_by("valid_to", "kind"),
            ("kind", "name", "title", "from", "to"), filters={"area": row.village_id},
            initial={"village_code": row.village_id} if row.accepted_on is None else None,
            empty="五项帮扶力量都还没有登记。",
        )  # fmt: skip

    def notices(self, row: WeakVillage, user: Any) -> Iterable[Notice]:
        if row.accepted_on is None:
            missing = self.value(row, "missing")
            if missing != "齐全":
                address = f"{reverse('village-supports:new')}?village_code={row.village_id}"
                yield Notice(f"“五个一”还缺：{missing}。五项齐了才算完整。", "waiting", address, "去登记")
            if not row.team:
                yield Notice("还没有填写整转班子（一村一套班子）。", "waiting")

    def actions(self, row: WeakVillage, user: Any) -> Iterable[Action]:
        if row.accepted_on is None and row.is_changeable_by(user):
            yield Action("由弱变强验收", reverse(self.url_name("accept"), args=[row.pk]), icon="check")


class VillageSupportRegister(Register):
    """The five supports: a leader of the county, one of the town, a first secretary, a unit, a strong village."""

    model = VillageSupport
    slug = "village-supports"
    title = "“五个一”帮扶"
    group = "联建"
    menu_order = 62
    icon = "hand-stop"
    columns = (
        VILLAGE,
        Column("kind", "帮扶力量", Choice(VillageSupport.Kind.choices), required=True, width=14, example="县级领导"),
        Column("name", "姓名或名称", Text(60), required=True, width=20, example="李建军", help="人名、单位名或强村名"),
        Column("title", "职务或联系人", Text(60), width=20, example="县委常委"),
        Column(
            "strong_village", "结对强村", Reference(VILLAGES, what="村居"), width=16,
            help="帮扶力量为“强村”并且在本辖区的，选村名",
        ),
        FROM,
        TO,
    )  # fmt: skip
    sources = {"village_code": "village"} | DATES
    list_columns = ("village_code", "kind", "name", "title", "from", "to")
    primary_filters = ("q", "kind", "area")
    search_fields = ("village__name", "village__initials", "name")
    ordering = ("village_id", "kind", "valid_from", "pk")
    natural_key = ("village_code", "kind", "from")
    select_related = ("village", "strong_village")
    lookups = {"village_code": "villages", "strong_village": "villages"}
    view_right = "federations.view"
    change_right = "federations.change"
    end_field = "to"
    bulk_fields = ("title",)

    def title_of(self, row: VillageSupport) -> str:
        return f"{row.village.name}：{row.get_kind_display()} {row.name}"

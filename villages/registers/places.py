"""Registers of places: divisions and villages."""

from collections.abc import Iterable, Mapping
from typing import Any

import django_filters
from django.db.models import F, Q, QuerySet
from django.urls import reverse

from lianjian import areacodes, clock
from registers.errors import Invalid
from registers.models.row import effective_on
from registers.pages.parts import Notice, Related
from registers.register import Register, register_of
from registers.rows.checker import row_rule
from registers.rows.columns import Choice, Column, Date, Decimal, Reference, Text
from villages.actions.areas import rename_area
from villages.models import Area, Village
from villages.resolvers import VILLAGES

CODE = Text(max_length=12, pattern=r"\d{2}|\d{4}|\d{6}|\d{9}|\d{12}", pattern_help="请填 2、4、6、9 或 12 位区划代码")
VILLAGE_CODE = Text(max_length=12, pattern=r"\d{12}", pattern_help="请填 12 位村居代码")
VILLAGE = Column(
    "village_code", "村居", Reference(VILLAGES, what="村居"), required=True, width=16, example="南唐家",
    aliases=("村名", "村", "村居名称", "行政村", "村庄", "所在村", "村（社区）", "村居代码", "村代码"),
    help="村名或 12 位代码",
)  # fmt: skip


@row_rule("longitude", "latitude")
def both_coordinates(values: Mapping[str, Any], context: Any) -> Any:
    """A point has two coordinates or none."""
    for name, other in (("longitude", "latitude"), ("latitude", "longitude")):
        if values[name] is None and values[other] is not None:
            yield name, "没有填", "经度和纬度要么都填，要么都不填"


@row_rule("from", "to")
def ends_after_start(values: Mapping[str, Any], context: Any) -> Any:
    """Dates are half-open: what stood for no day at all was never there."""
    begins, ends = values["from"], values["to"]
    if begins and ends and ends <= begins:
        yield "to", f"填了“{ends}”，不晚于起始日 {begins}", "请核对这两个日期；登记错了的直接删除"


def closing_of(area: Area) -> str:
    """2026-10-15 并入唐家; empty while it stands."""
    if area.valid_to is None:
        return ""
    return f"{area.valid_to} 并入{area.successor.short_name}" if area.successor else f"{area.valid_to} 撤销"


class AreaRegister(Register):
    """The division tree. Towns read their part; the county adds areas and renames them."""

    model = Area
    slug = "areas"
    title = "区划"
    group = "村居"
    menu_order = 90
    icon = "map"
    columns = (
        Column("code", "区划代码", CODE, required=True, width=16, example="371083101206"),
        Column("name", "名称", Text(60, compact=True), required=True, width=24, example="南唐家村委会"),
        Column("level", "级别", Choice(Area.Level.choices), readonly=True),
        Column("parent_code", "上级代码", VILLAGE_CODE, readonly=True, width=14),
        Column("valid_from", "启用日期", Date(), help="不填为 1949-10-01"),
        Column("valid_to", "撤销日期", Date(), readonly=True),
        Column("successor_code", "并入", VILLAGE_CODE, readonly=True, width=16),
    )
    sources = {"parent_code": "parent_id", "successor_code": "successor_id"}
    search_fields = ("name", "code", "pinyin", "initials")
    ordering = ("code",)
    ordering_fields = ("code", "name", "level")
    natural_key = ("code",)
    lookup_field = "code"
    code_field = "code"
    view_right = "areas.view"
    change_right = "areas.change"
    empty_text = "还没有区划。请由系统管理员运行 load_areas 装入。"

    def save(self, *, by: Any, values: dict[str, Any], row: Area | None) -> Area:
        """A new area takes level and parent from its code; a new name is dated today."""
        if row is None:
            return self._add(by, values)
        if values.get("code", row.code) != row.code:
            raise Invalid("区划代码不能修改", field="code")
        if values.get("name") and values["name"] != row.name:
            row = rename_area(row, name=values["name"], on=clock.today(), by=by)
        if values.get("valid_from") and values["valid_from"] != row.valid_from:
            row.valid_from = values["valid_from"]
            row.save(update_fields=["valid_from", "updated_at"])
        return row

    def _add(self, by: Any, values: dict[str, Any]) -> Area:
        code = values["code"]
        above = areacodes.parent_of(code)
        mine = Area.objects.changeable_by(by)
        if above is not None and not mine.filter(pk=above).exists():
            raise Invalid(f"没有代码为“{above}”的上级区划，请先新增上级", field="code")
        name = values["name"]
        area = Area(code=code, name=name, level=list(areacodes.LEVEL_LENGTHS.values()).index(len(code)) + 1)
        area.parent_id = above
        if values.get("valid_from"):
            area.valid_from = values["valid_from"]
        area.save(force_insert=True)
        return area


# What stands under a village's page: (title, register, order, columns, what to say where there is none). Descending
# by the end puts what still stands first: an open end sorts as the latest.
_LISTS = (
    (
        "村情年报", "village-facts", ("-year",),
        ("year", "households", "population", "party_members", "operating_income", "debt"), "还没有填报村情年报。",
    ),
    (
        "集体资金", "collective-funds", ("-quarter", "kind", "name"), ("name", "quarter", "kind", "balance"),
        "还没有填报集体资金。",
    ),
    (
        "集体资产", "collective-assets", ("-disposed_on", "-net_value", "name"),
        ("name", "kind", "net_value", "use", "contract_to", "yearly_rent"), "还没有登记集体资产。",
    ),
    (
        "集体资源", "collective-resources", ("-valid_to", "-area_mu", "name"),
        ("name", "kind", "area_mu", "contractor", "contract_to"), "还没有登记集体资源。",
    ),
    (
        "公共设施", "facilities", ("-valid_to", "kind", "name"), ("name", "kind", "count", "built_year", "state"),
        "还没有登记公共设施。",
    ),
    (
        "特色产品", "specialties", ("-year", "name"), ("name", "year", "scale", "scale_unit", "output_value", "brand"),
        "还没有登记特色产品。",
    ),
)  # fmt: skip


class VillageFilters(django_filters.FilterSet):
    kind = django_filters.ChoiceFilter(label="类型", choices=Village.Kind.choices, empty_label="全部")
    planning_class = django_filters.ChoiceFilter(
        label="村庄分类", choices=Village.PlanningClass.choices, empty_label="全部"
    )
    state = django_filters.ChoiceFilter(
        label="现状", choices=[("now", "在用"), ("closed", "已撤销")], empty_label="全部", method="by_state"
    )

    def by_state(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        today = clock.today()
        return rows.filter(effective_on(today, "area__") if value == "now" else Q(area__valid_to__lte=today))


class VillageRegister(Register):
    """Villages and communities: what stays true of them over the years (P02)."""

    model = Village
    slug = "villages"
    title = "村居"
    group = "村居"
    menu_order = 10
    icon = "home"
    columns = (
        Column("code", "村居代码", VILLAGE_CODE, required=True, width=16, example="371083101206", aliases=("村代码",)),
        Column("name", "村名", Text(60, compact=True), required=True, width=16, example="南唐家"),
        Column("kind", "类型", Choice(Village.Kind.choices), example="行政村"),
        Column(
            "planning_class",
            "村庄分类",
            Choice(Village.PlanningClass.choices),
            width=14,
            example="集聚提升类",
            help="村庄规划定的类别，考核按类别计分；没有定的留空",
            aliases=("村庄类型", "规划分类"),
        ),
        Column("longitude", "经度", Decimal(6, 73, 136), unit="度", example="121.536200"),
        Column("latitude", "纬度", Decimal(6, 3, 54), unit="度", example="36.919500"),
        Column("specialties", "特色产业", Text(120), width=24, example="牡蛎养殖"),
        Column("official_name", "官方全称", Text(60), readonly=True, width=20),
        Column("town", "所属镇街", Text(60), readonly=True, width=14),
        Column("closed", "撤并", Text(100), readonly=True, width=24),
    )
    sources = {"code": "area_id", "official_name": "area__name", "town": "area__parent__name"}
    list_columns = ("name", "code", "kind", "planning_class", "town", "specialties", "closed")
    primary_filters = ("q", "kind", "state")
    filterset_class = VillageFilters
    search_fields = ("name", "area__name", "area__code", "pinyin", "initials")
    ordering = ("area_id",)
    ordering_fields = ("area_id", "name", "kind")
    natural_key = ("code",)
    bulk_fields = ("kind", "planning_class", "specialties")
    lookup_field = "area_id"
    code_field = "code"
    select_related = ("area__parent", "area__successor")
    row_rules = (both_coordinates,)
    view_right = "villages.view"
    change_right = "villages.change"
    can_create = False  # a village is opened together with its area
    deletable = False  # it is merged into another instead, and keeps its history
    empty_text = "还没有村居。请由系统管理员运行 load_areas 装入本县的村居。"
    key_fields = ("kind", "planning_class", "town", "specialties")
    views = {"detail": "villages.views.story.VillageFace"}
    more_views = {
        "photos": ("<str:key>/photos/", "villages.views.photos.PhotosFace"),
        "sheet": ("<str:key>/sheet/", "villages.views.story.SheetFace"),
        "place": ("<str:key>/place/", "villages.views.maps.PlaceFace"),
    }

    def rows(self, user: Any) -> QuerySet:
        """Without those that stood for no day: set up by a merge that was taken back."""
        never = Q(area__valid_to__isnull=False, area__valid_to=F("area__valid_from"))
        return super().rows(user).exclude(never)

    def value(self, row: Village, field: str) -> Any:
        return closing_of(row.area) or None if field == "closed" else super().value(row, field)

    def notices(self, row: Village, user: Any) -> Iterable[Notice]:
        """What it was merged into, and what was merged into it (P03); linked as far as the user may see it."""
        area = row.area
        if area.valid_to is not None:
            mine = area.successor_id and self.rows(user).filter(pk=area.successor_id).exists()
            url = reverse(self.url_name("detail"), args=[area.successor_id]) if mine else ""
            text = f"本村居已于 {closing_of(area)}。以前的年报和季度数字仍在这里。"
            yield Notice(text, "waiting", url, f"看“{area.successor.short_name}”" if url and area.successor else "")
        before: dict[Any, list[str]] = {}
        for one in area.predecessors.unscoped("names of divisions are no secret").order_by("valid_to", "code"):
            before.setdefault(one.valid_to, []).append(f"{one.short_name}（{one.code}）")
        for day, names in before.items():
            yield Notice(f"{day} 由{'、'.join(names)}并入。以前的数字在原村居，看板按可比口径合在一起。", "info")

    def related(self, row: Village, user: Any) -> Iterable[Related]:
        """Yearly figures, 三资, facilities and specialties; whoever may not see 三资 is not told that there are any."""
        for title, slug, order, columns, empty in _LISTS:
            register = register_of(slug)
            if user.can(register.view_right):
                rows = register.rows(user).filter(village=row).order_by(*order)
                yield Related(
                    title, slug, rows, columns, filters={"area": row.pk}, initial={"village_code": row.pk}, empty=empty
                )

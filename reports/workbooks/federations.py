"""《跨村联建情况统计表》: each town's federations over the union of their villages; 小计 and 合计 take every village
of the place once.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from federations.models import Federation, FederationVillage
from lianjian import areacodes
from lianjian.periods import Period
from members.models import Post
from registers.models.row import effective_on
from reports import indicators
from reports.boards.assembling import last_day
from reports.models import IndicatorValue
from reports.queries import figures, places
from reports.queries.figures import FEDERATION, Place, Table
from reports.workbooks.paper import Form, Head, Row
from villages.models import Area

TITLE = "跨村联建情况统计表"
NUMBER = "联建统 1 表"
ONE, WAN = Decimal(1), Decimal(10_000)
# (indicator, heading, digits, divided by): money is written exactly, in 10,000 yuan, and shown with two decimals.
SCALE = (
    ("villages", "村居数\n（个）", 0, ONE),
    ("households", "户数\n（户）", 0, ONE),
    ("population", "户籍人口\n（人）", 0, ONE),
    ("party_members", "党员数\n（名）", 0, ONE),
    ("arable_land", "耕地面积\n（亩）", 2, ONE),
)
MONEY = (
    ("operating_income", "经营性收入\n（万元）", 2, WAN),
    ("operating_income_per_village", "村均经营性收入\n（万元）", 2, WAN),
    ("total_income", "总收入\n（万元）", 2, WAN),
    ("debt", "年末负债\n（万元）", 2, WAN),
)
TEXTS = 8  # columns of text before the numbers


@dataclass(frozen=True)
class _Held:
    """A federation with the villages it held on the day."""

    federation: Federation
    villages: frozenset[str]
    secretary: str


def build(user: Any, code: str, quarter: Period) -> Form:
    """The form of an area (county or town) as the user may see it today. Raises NotFound outside his scope."""
    places.require_area(user, code)
    on = last_day(quarter)
    held = _held(user, code, quarter)
    inside = {village for one in held for village in one.villages if areacodes.contains(code, village)}
    codes = [name for name, *_ in (*SCALE, *MONEY)]
    table = figures.read(
        IndicatorValue.objects.visible_to(user),
        figures.of(Place.area(code), figures.periods_for(quarter)),
        figures.among(FEDERATION, [str(one.federation.pk) for one in held], figures.periods_beside(quarter), codes),
        figures.among("village", sorted(inside), figures.periods_beside(quarter), codes),
    )
    year = table.year_shown(Place.area(code), quarter)
    areas = Area.objects.within(user.scope_for(places.RIGHT), "the owner's towns").filter(
        effective_on(on), pk__gte=code, pk__lt=areacodes.subtree(code)[1], level__lte=places.LEVELS["town"]
    )
    names = dict(areas.order_by("pk").values_list("pk", "name"))
    rows = _rows(table, held, [town for town in names if len(town) == areacodes.LEVEL_LENGTHS["town"]], names,
                 quarter, year)  # fmt: skip
    rows.append(_total(table, "合计", held, inside, rows, quarter, year))
    return Form(
        title=f"{names[code]}{TITLE}",
        name=TITLE,
        number=NUMBER,
        unit=names[code],
        period=quarter.label,
        measure="个、户、人、亩、万元",
        heads=_heads(year),
        rows=rows,
        notes=_notes(rows, year),
    )


def _heads(year: Period) -> tuple[Head, ...]:
    def numbers(columns: Iterable[tuple[str, str, int, Any]]) -> tuple[Head, ...]:
        return tuple(Head(heading, digits=digits, width=11) for _, heading, digits, _ in columns)

    return (
        Head("序号", width=5.5),
        Head("镇街", width=11),
        Head("联建单位", width=14),
        Head("类别", width=9.5),
        Head("联建模式", width=12),
        Head("联合党组织", (Head("名称", width=24, left=True), Head("书记", width=8.5))),
        Head("批复日期", width=11),
        Head("规模", numbers(SCALE)),
        Head(f"{year}年集体经济", numbers(MONEY)),
        Head("超出规模要求的说明", width=24, left=True),
    )


def _held(user: Any, code: str, quarter: Period) -> list[_Held]:
    on = last_day(quarter)
    running = places.running_federations(Federation.objects.visible_to(user), code, on)
    found = list(running.select_related("organization").order_by("area_id", "name", "pk"))
    found.sort(key=lambda one: not one.is_primary)
    memberships = FederationVillage.objects.unscoped("code, name and role go with the federation")
    villages: dict[int, set[str]] = {one.pk: set() for one in found}
    for federation, village in memberships.filter(effective_on(on), federation__in=villages).values_list(
        "federation_id", "village_id"
    ):
        villages[federation].add(village)
    posts = Post.objects.visible_to(user).filter(
        effective_on(on), organization__in=[one.organization_id for one in found], title=Post.Title.SECRETARY
    )
    secretaries = dict(posts.values_list("organization_id", "person__name"))
    return [
        _Held(one, frozenset(villages[one.pk]), secretaries.get(one.organization_id, "")) for one in found
    ]  # fmt: skip


def _rows(
    table: Table, held: Sequence[_Held], towns: list[str], names: dict[str, str], quarter: Period, year: Period
) -> list[Row]:
    rows: list[Row] = []
    for town in towns:
        here = [
            one
            for one in held
            if any(areacodes.contains(town, village) for village in one.villages)
            or (not one.villages and one.federation.area_id == town)
        ]
        own = [
            _federation_row(table, number, names[town], one, quarter, year)
            for number, one in enumerate(here, len(rows_of_federations(rows)) + 1)
        ]
        rows += own
        if own and len(towns) > 1:
            inside = {village for one in here for village in one.villages if areacodes.contains(town, village)}
            rows.append(_total(table, f"{names[town]}小计", here, inside, own, quarter, year))
    return rows


def rows_of_federations(rows: Sequence[Row]) -> list[Row]:
    """The rows that are a federation, without 小计 and 合计."""
    return [row for row in rows if not row.bold]


def _federation_row(
    table: Table, number: int, town: str, held: _Held, quarter: Period, year: Period
) -> Row:  # fmt: skip
    one = held.federation
    mode = one.get_mode_display() + (f"（{one.get_sub_mode_display()}）" if one.sub_mode else "")
    place = Place.federation(one.pk)
    numbers = []
    for name, _, _, divisor in (*SCALE, *MONEY):
        indicator = indicators.indicator(name)
        value = table.value(place, indicator, quarter if indicator.period_unit == "Q" else year)
        numbers.append(None if value is None else value / divisor)
    texts = [
        number, town, one.name, one.get_kind_display(), mode, one.organization.name, held.secretary,
        one.founded_on.isoformat() if one.founded_on else "",
    ]  # fmt: skip
    return Row([*texts, *numbers, one.scale_reason])


def _total(
    table: Table, label: str, held: Sequence[_Held], villages: set[str], rows: Sequence[Row], quarter: Period,
    year: Period,
) -> Row:  # fmt: skip
    """Over the villages of the area that are in any of the federations, each once. The federations are counted too."""
    numbers: list[Decimal | None] = []
    marked = set()
    above = rows_of_federations(rows)
    for at, (name, _, _, divisor) in enumerate((*SCALE, *MONEY), TEXTS):
        indicator = indicators.indicator(name)
        period = quarter if indicator.period_unit == "Q" else year
        parts = [table.parts(Place.area(village), indicator, period) for village in villages]
        known = [part for part in parts if part[0] is not None]
        numerator = sum((part[0] or Decimal(0) for part in known), Decimal(0)) if known else None
        denominators = [part[1] for part in known if part[1] is not None]
        value = indicator.value(numerator, sum(denominators, Decimal(0)) if denominators else None)
        numbers.append(None if value is None else value / divisor)
        column = [row.values[at] for row in above if row.values[at] is not None]
        if not indicator.is_ratio and value is not None and sum(column) != numbers[-1]:
            marked.add(at)
    count = len({one.federation.pk for one in held})
    if count != len(above):
        marked.add(2)
    texts = ["", label, count, "", "", "", "", ""]
    return Row([*texts, *numbers, ""], bold=True, marked=frozenset(marked))


def _notes(rows: Sequence[Row], year: Period) -> list[str]:
    notes = [
        f"注：1. 联建单位的数按全部成员村居去重；集体经济、户数、人口、耕地取{year}年村情年报，党员数取党员台账。",
    ]
    if any(row.marked for row in rows):
        notes.append(
            "2. 带 * 的小计、合计不等于所列各行之和：跨镇街的联建单位在各有关镇街分别列出，小计只计本镇街的村居；"
            "同属新村和党建联合体的村居只计一次。"
        )
    return notes

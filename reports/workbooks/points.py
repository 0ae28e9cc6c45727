"""《党员积分汇总表》: each town's federations, from the published or locked close and nothing else."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db.models import Count, Max, Q, Sum

from lianjian import areacodes
from lianjian.periods import Period
from members.models import PointGrade, PointScore, QuarterClose
from registers.errors import WrongState
from reports.queries import places
from reports.workbooks.paper import Form, Head, Row
from villages.models import Area

TITLE = "党员积分汇总表"
NUMBER = "联建统 2 表"
ALONE = "未参加联建"


@dataclass
class _Sums:
    """What rows, 小计 and 合计 are made of. Points in integers of 0.1 point."""

    members: int = 0
    scored: int = 0
    exempt: int = 0
    total: int = 0
    highest: int | None = None
    deducted: int = 0
    grades: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def add(self, other: "_Sums") -> None:
        self.members += other.members
        self.scored += other.scored
        self.exempt += other.exempt
        self.total += other.total
        self.deducted += other.deducted
        self.highest = max((one for one in (self.highest, other.highest) if one is not None), default=None)
        for grade, count in other.grades.items():
            self.grades[grade] += count


def build(user: Any, code: str, quarter: Period) -> Form:
    """The form of an area (county or town) as the user may see it today.

    Raises NotFound outside his scope, WrongState where the quarter has no published or locked close.
    """
    places.require_area(user, code)
    close = binding_close(user, code, quarter)
    low, high = areacodes.subtree(code)
    scores = PointScore.objects.visible_to(user).filter(
        close=close,
        close_subject__subject_kind="member",
        close_subject__village_code__gte=low,
        close_subject__village_code__lt=high,
    )
    parts = _parts(scores)
    grades = _grades(scores)
    towns = Area.objects.within(user.scope_for(places.RIGHT), "the owner's towns").filter(
        pk__gte=low, pk__lt=high, level__lte=places.LEVELS["town"]
    )
    names = dict(towns.order_by("pk").values_list("pk", "name"))
    return Form(
        title=f"{names[code]}{TITLE}",
        name=TITLE,
        number=NUMBER,
        unit=names[code],
        period=quarter.label,
        measure="名、分",
        heads=_heads(grades),
        rows=_rows(parts, names, grades),
        notes=[_note(close, quarter)],
    )


def binding_close(user: Any, code: str, quarter: Period) -> QuarterClose:
    """The published or locked close of the area's county. Raises WrongState where there is none."""
    closes = QuarterClose.objects.visible_to(user).filter(
        area_id=areacodes.county_of(code), quarter=str(quarter), state__in=["published", "locked"]
    )
    close = closes.first()
    if close is None:
        raise WrongState(f"{quarter.label}的积分还没有公示或审定，请在公示后再生成《{TITLE}》")
    return close


def _note(close: QuarterClose, quarter: Period) -> str:
    return (
        f"注：取自{quarter.label}季度结算第 {close.number} 版（{close.get_state_display()}），"
        "平均分为参评党员总分之和除以参评人数；人员按季末所在村居和联建单位归属。"
    )


def _parts(scores: Any) -> dict[tuple[str, int | None, str], _Sums]:
    """Sums by town and federation, in two queries."""
    place = ("close_subject__town_code", "close_subject__federation", "close_subject__federation_name")
    found: dict[tuple[str, int | None, str], _Sums] = defaultdict(_Sums)
    sums = (
        scores.order_by()
        .values(*place)
        .annotate(
            members=Count("pk"),
            scored=Count("total"),
            exempt=Count("pk", filter=Q(close_subject__is_exempt=True)),
            points=Sum("total"),
            highest=Max("total"),
            deducted=Count("pk", filter=Q(deduct__gt=0)),
        )
    )
    for one in sums:
        key = (one[place[0]], one[place[1]], one[place[2]])
        found[key] = _Sums(
            one["members"], one["scored"], one["exempt"], one["points"] or 0, one["highest"], one["deducted"]
        )
    graded = scores.order_by().exclude(grade="").values(*place, "grade").annotate(count=Count("pk"))
    for one in graded:
        found[one[place[0]], one[place[1]], one[place[2]]].grades[one["grade"]] = one["count"]
    return found


def _grades(scores: Any) -> list[str]:
    """The grade words of the schemes that were used, the highest first."""
    schemes = scores.order_by().values("close_subject__scheme").distinct()
    grades = PointGrade.objects.filter(scheme__in=schemes).order_by("-minimum").values_list("name", flat=True)
    return list(dict.fromkeys(grades))


def _heads(grades: Sequence[str]) -> tuple[Head, ...]:
    def count(text: str) -> Head:
        return Head(text, digits=0, width=9.5)

    return (
        Head("序号", width=6),
        Head("镇街", width=13),
        Head("联建单位", width=18),
        Head("党员数（名）", (count("合计"), count("参评"), count("免于积分"))),
        *([Head("等次（名）", tuple(count(grade) for grade in grades))] if grades else []),
        Head(f"{grades[0]}占比（%）" if grades else "最高等次占比（%）", digits=1, width=11),
        Head("得分（分）", (Head("平均分", digits=1, width=10), Head("最高分", digits=1, width=10))),
        count("有扣分的党员（名）"),
    )


def _rows(
    parts: dict[tuple[str, int | None, str], _Sums], names: dict[str, str], grades: Sequence[str]
) -> list[Row]:  # fmt: skip
    towns = sorted({town for town, _, _ in parts})
    rows: list[Row] = []
    whole = _Sums()
    number = 0
    for town in towns:
        own = [(key, sums) for key, sums in parts.items() if key[0] == town]
        own.sort(key=lambda one: (one[0][1] is None, one[0][2], one[0][1] or 0))
        subtotal = _Sums()
        for (_, federation, name), sums in own:
            number += 1
            subtotal.add(sums)
            named = ALONE if federation is None else name
            rows.append(Row([number, names.get(town, town), named, *_numbers(sums, grades)]))
        if len(towns) > 1:
            rows.append(Row(["", f"{names.get(town, town)}小计", "", *_numbers(subtotal, grades)], bold=True))
        whole.add(subtotal)
    return [*rows, Row(["", "合计", "", *_numbers(whole, grades)], bold=True)]


def _numbers(sums: _Sums, grades: Iterable[str]) -> list[Any]:
    names = list(grades)
    best = sums.grades.get(names[0], 0) if names else 0
    return [
        sums.members,
        sums.scored,
        sums.exempt,
        *(sums.grades.get(name, 0) for name in names),
        _rounded(Decimal(best * 100), sums.scored),
        _rounded(Decimal(sums.total) / 10, sums.scored),
        None if sums.highest is None else Decimal(sums.highest) / 10,
        sums.deducted,
    ]


def _rounded(dividend: Decimal, divisor: int) -> Decimal | None:
    return (dividend / divisor).quantize(Decimal("0.1"), ROUND_HALF_UP) if divisor else None

"""Balance checks on a village's yearly facts (P32): rules of thumb that warn and ask why, and never refuse (P06)."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from registers.rows.results import Remark
from villages.models import VillageFacts

INCOMES = ("operating_income", "contract_income", "investment_income", "subsidy_income", "other_income")
# What is compared with the year before: a change beyond the factor wants a word. Below the floor nothing is said,
# because small sums triple easily. Units as in the columns.
COMPARED: Mapping[str, tuple[str, int]] = {
    "households": ("户数", 30),
    "population": ("户籍人口", 50),
    "party_members": ("党员数", 10),
    "arable_land": ("耕地面积", 100),
    "operating_income": ("集体经营性收入", 20_000),
    "expenditure": ("集体支出", 20_000),
    "debt": ("年末负债", 50_000),
    "assets": ("年末资产总额", 100_000),
}
FACTOR = 3
PER_PERSON = 200_000  # yuan of collective income a head and year: more is mostly 元 typed where 万元 was meant


def balance_warnings(values: Mapping[str, Any], before: VillageFacts | None) -> Iterable[str]:
    """Sentences, each at its column, about what looks wrong in a year's figures; `before` are last year's, if any."""

    def number(name: str) -> Decimal:
        return Decimal(values.get(name) or 0)

    total = sum((number(name) for name in INCOMES), Decimal(0))
    people = number("population")
    if people and not any(number(name) for name in INCOMES):
        yield Remark("五项集体收入都是 0，请确认全年确实没有收入", "operating_income")
    if people and total > people * PER_PERSON:
        told = f"集体总收入 {total:,.2f} 元，人均超过 {PER_PERSON // 10_000} 万元，请核对是不是把单位弄错了"
        yield Remark(told, "operating_income")
    if number("households") > people:
        yield Remark(f"户数 {number('households'):,} 比户籍人口 {people:,} 还多", "households")
    if total > 0 and number("expenditure") > total * 2:
        told = f"集体支出 {number('expenditure'):,.2f} 元，超过集体总收入 {total:,.2f} 元的两倍"
        yield Remark(told, "expenditure")
    if before is None:
        return
    for name, (label, floor) in COMPARED.items():
        now, then = number(name), Decimal(getattr(before, name) or 0)
        if max(now, then) < floor or now == then:
            continue
        if then and now > then * FACTOR:
            yield Remark(f"{label} {now:,} 是上年 {then:,} 的 {FACTOR} 倍以上", name)
        elif now * FACTOR < then:
            yield Remark(f"{label} {now:,} 不到上年 {then:,} 的三分之一", name)
    if total > before.total_income > 0 and number("debt") > before.debt:
        grown = number("debt") - before.debt
        if grown >= COMPARED["debt"][1]:
            yield Remark(f"收入比上年增加，年末负债却多了 {grown:,.2f} 元", "debt")

"""Splitting an amount of money over shares, exact to the cent (DESIGN §4 Money, P27)."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from registers.errors import Invalid

CENT = Decimal("0.01")


@dataclass(frozen=True)
class Part:
    """What one holder gets, in yuan: `amount` = floored + `cent`; of a negative amount both are negated."""

    code: str
    share: Decimal
    amount: Decimal
    cent: Decimal

    @property
    def floored(self) -> Decimal:
        return self.amount - self.cent


def split(amount: Decimal, shares: Mapping[str, Decimal]) -> list[Part]:
    """Each share floored to the cent, the cents left over by largest remainder, ties by code in byte order.

    A negative amount is split by its absolute value and negated. Holders without a share get nothing and no part;
    the parts come in the order of codes, however the shares were given. Raises Invalid for an amount of nothing or
    with fractions of a cent, for negative shares, and where nobody has a share.
    """
    if not amount.is_finite() or amount == 0:
        raise Invalid("分红总额不能为零", field="amount")
    if amount != amount.quantize(CENT):
        raise Invalid("金额最多两位小数，请精确到分", field="amount")
    if any(share < 0 for share in shares.values()):
        raise Invalid("份额不能为负数，请核对各村投入", field="basis")
    held = {code: Fraction(share) for code, share in sorted(shares.items(), key=_bytes) if share > 0}
    total = sum(held.values())
    if not total:
        raise Invalid("各村的份额合计为零，无法分配：请先登记各村投入，或换一种分配依据", field="basis")
    sign = 1 if amount > 0 else -1
    cents = int(abs(amount) / CENT)
    exact = {code: cents * share / total for code, share in held.items()}
    floors = {code: int(part) for code, part in exact.items()}
    left = cents - sum(floors.values())
    by_remainder = sorted(held, key=lambda code: (floors[code] - exact[code], code.encode()))
    lucky = set(by_remainder[:left])
    return [
        Part(
            code=code,
            share=shares[code],
            amount=sign * CENT * (floors[code] + (code in lucky)),
            cent=sign * CENT if code in lucky else Decimal(0),
        )
        for code in held
    ]


def _bytes(item: tuple[str, Decimal]) -> bytes:
    return item[0].encode()

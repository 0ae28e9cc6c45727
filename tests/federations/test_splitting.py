"""Splitting money over shares: exact to the cent, fair, independent of order, and taken back to nothing (P27)."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from federations.splitting import CENT, split
from registers.errors import Invalid

CODES = st.integers(201, 260).map(lambda number: f"371083101{number}")
SHARES = st.dictionaries(
    CODES, st.decimals(min_value=0, max_value=100_000, places=2), min_size=1, max_size=12
).filter(lambda shares: any(shares.values()))  # fmt: skip
AMOUNTS = st.decimals(min_value=-(10**9), max_value=10**9, places=2).filter(bool)


@given(AMOUNTS, SHARES)
def test_the_parts_add_up_and_none_is_a_cent_off(amount, shares):
    parts = split(amount, shares)
    assert sum(part.amount for part in parts) == amount
    total = sum(map(Fraction, shares.values()))
    for part in parts:
        exact = Fraction(amount) * Fraction(shares[part.code]) / total
        assert abs(Fraction(part.amount) - exact) < Fraction(CENT)
        assert part.floored + part.cent == part.amount
    assert {part.code for part in parts} == {code for code, share in shares.items() if share}


@given(AMOUNTS, SHARES, st.randoms())
def test_the_order_in_which_shares_are_given_does_not_matter(amount, shares, random):
    turned = list(shares.items())
    random.shuffle(turned)
    assert split(amount, dict(turned)) == split(amount, shares)


@given(AMOUNTS, SHARES)
def test_a_loss_is_split_like_a_gain(amount, shares):
    gain, loss = split(abs(amount), shares), split(-abs(amount), shares)
    assert [-part.amount for part in loss] == [part.amount for part in gain]


@given(AMOUNTS, SHARES)
def test_who_has_more_never_gets_less(amount, shares):
    parts = sorted(split(abs(amount), shares), key=lambda part: part.share)
    for less, more in zip(parts, parts[1:], strict=False):
        assert less.amount <= more.amount or less.share == more.share


def test_equal_remainders_go_by_code_in_byte_order():
    parts = split(Decimal("100.00"), {"c": Decimal(1), "a": Decimal(1), "b": Decimal(1)})
    assert [(part.code, part.amount) for part in parts] == [
        ("a", Decimal("33.34")), ("b", Decimal("33.33")), ("c", Decimal("33.33")),
    ]  # fmt: skip
    two = split(Decimal("0.02"), {"b": Decimal(1), "a": Decimal(1), "c": Decimal(1)})
    assert [part.amount for part in two] == [Decimal("0.01"), Decimal("0.01"), Decimal(0)]


def test_the_largest_remainder_gets_the_cent():
    # 10.00 over 1 : 2 : 4 is 1.428…, 2.857…, 5.714…; the floors leave two cents, for the greatest parts left over.
    parts = split(Decimal("10.00"), {"a": Decimal(1), "b": Decimal(2), "c": Decimal(4)})
    assert [part.amount for part in parts] == [Decimal("1.43"), Decimal("2.86"), Decimal("5.71")]
    assert [part.cent for part in parts] == [Decimal("0.01"), Decimal("0.01"), Decimal(0)]


@pytest.mark.parametrize(
    ("amount", "shares", "said"),
    [
        ("0", {"a": 1}, "不能为零"),
        ("1.005", {"a": 1}, "精确到分"),
        ("NaN", {"a": 1}, "不能为零"),
        ("1", {}, "份额合计为零"),
        ("1", {"a": 0, "b": 0}, "份额合计为零"),
        ("1", {"a": 2, "b": -1}, "不能为负数"),
    ],
)
def test_what_cannot_be_split_is_refused_in_words(amount, shares, said):
    with pytest.raises(Invalid, match=said):
        split(Decimal(amount), {code: Decimal(share) for code, share in shares.items()})

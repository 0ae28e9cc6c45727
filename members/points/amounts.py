"""Points as people read them: the database counts in 0.1 point, pages and the API show one decimal."""

from decimal import ROUND_DOWN, Decimal, InvalidOperation

from registers.errors import Invalid

LARGEST = 10_000  # points; beyond it is a slip of the hand (999 times as much still fits a column)


def shown(tenths: int | None) -> str | None:
    """`123` → "12.3"; None stays None.

    >>> shown(-5), shown(1000), shown(None)
    ('-0.5', '100.0', None)
    """
    if tenths is None:
        return None
    sign = "-" if tenths < 0 else ""
    return f"{sign}{abs(tenths) // 10}.{abs(tenths) % 10}"


def tenths(text: object, *, field: str = "") -> int:
    """ "12.3" → 123. Raises Invalid for anything that is no number with at most one decimal."""
    try:
        number = Decimal(str(text).strip())
        exact = number.is_finite() and number == number.quantize(Decimal("0.1"), ROUND_DOWN)
    except InvalidOperation:
        exact = False
    if not exact or abs(number) > LARGEST:
        raise Invalid(f"分数“{text}”应为最多一位小数的数字，例如 1.5", field=field)
    return int(number * 10)


def mean(total: int, count: int) -> int:
    """The mean in 0.1 point of `count` totals that sum to `total`, half up (rule 9). Raises ZeroDivisionError.

    >>> mean(21, 2), mean(-5, 2)
    (11, -2)
    """
    return (2 * total + count) // (2 * count)

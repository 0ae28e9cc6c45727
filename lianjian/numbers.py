"""Whole numbers as they come in addresses, headers and hidden fields."""

LONGEST = 18  # digits: fits a bigint, and Python refuses to read thousands of digits


def whole_number(text: object) -> int | None:
    """A whole number written in plain digits, or None for anything else.

    >>> whole_number("12"), whole_number("²"), whole_number("-1"), whole_number("9" * 5000)
    (12, None, None, None)
    """
    typed = str(text) if not isinstance(text, bool) else ""
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= LONGEST else None

"""Statistical division codes: 2 digits province, 4 city, 6 county, 9 town, 12 village.

Codes are compared in byte order (columns with `db_collation="C"`); a subtree is the half-open range from the code
to its successor, so that `371083` holds `371083101206` and `37010` holds nothing by accident.
"""

import re

LEVEL_LENGTHS = {"province": 2, "city": 4, "county": 6, "town": 9, "village": 12}
_LEVEL_OF_LENGTH = {length: level for level, length in LEVEL_LENGTHS.items()}
LEVEL_NAMES = {
    "province": "省",
    "city": "市",
    "county": "县（市、区）",
    "town": "镇街",
    "village": "村（社区）",
}
_DIGITS = re.compile(r"^\d+$", re.ASCII)


class AreaCodeError(ValueError):
    """A text that is no division code; the message is Chinese and may be shown."""


def level_of(code: str) -> str:
    """The level's name of a code. Raises AreaCodeError for anything that is no whole code (`37010`)."""
    if isinstance(code, str) and _DIGITS.match(code) and len(code) in _LEVEL_OF_LENGTH:
        return _LEVEL_OF_LENGTH[len(code)]
    raise AreaCodeError(f"“{code}”不是区划代码，应为 2、4、6、9 或 12 位数字")


def is_code(code: object) -> bool:
    """Whether the text is a whole division code."""
    return isinstance(code, str) and bool(_DIGITS.match(code)) and len(code) in _LEVEL_OF_LENGTH


def subtree(code: str) -> tuple[str, str]:
    """The half-open range (low, high) of all codes at or below the code. Raises AreaCodeError."""
    level_of(code)
    # ':' follows '9' in byte order, so every longer code that begins with these digits lies below it.
    return code, code + ":"


def contains(ancestor: str, code: str) -> bool:
    """Whether `code` is `ancestor` or lies below it."""
    low, high = subtree(ancestor)
    return low <= code < high


def parent_of(code: str) -> str | None:
    """The code one level up; None for a province."""
    shorter = [length for length in _LEVEL_OF_LENGTH if length < len(code)]
    level_of(code)
    return code[: max(shorter)] if shorter else None


def ancestors(code: str) -> list[str]:
    """All codes above, from the province down, without the code itself."""
    level_of(code)
    return [code[:length] for length in sorted(_LEVEL_OF_LENGTH) if length < len(code)]


def county_of(code: str) -> str:
    """The county's code of a town's or village's (or the county's own). Raises AreaCodeError above county."""
    if len(code) < LEVEL_LENGTHS["county"]:
        raise AreaCodeError(f"“{code}”在县级以上")
    level_of(code)
    return code[:6]


def town_of(code: str) -> str:
    """The town's code of a village's (or the town's own). Raises AreaCodeError above town."""
    if len(code) < LEVEL_LENGTHS["town"]:
        raise AreaCodeError(f"“{code}”在镇级以上")
    level_of(code)
    return code[:9]


_LONG_ENDINGS = ("社区居民委员会", "村民委员会", "居民委员会", "社区居委会", "村委会", "居委会", "社区")


def short_name(name: str) -> str:
    """The short display name of a village or community: 南唐家村委会 → 南唐家, 西里社区居委会 → 西里社区."""
    for ending in _LONG_ENDINGS:
        if name.endswith(ending) and len(name) > len(ending):
            stem = name[: -len(ending)]
            if "社区" in ending:
                return stem + "社区"
            return stem.removesuffix("村") or stem if len(stem) > 2 else stem
    return name


def spoken_name(name: str) -> str:
    """What people call a village of that short name, for search by sound: 锅上 → 锅上村, 西里社区 as it is."""
    return name if name.endswith(("村", "社区")) else f"{name}村"

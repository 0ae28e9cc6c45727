"""Grade words (等次) of an assessment as people write them: 优秀 90 1.2；良好 80 1；合格 60 0.8；不合格 0 0.

Each with the marks it begins at and its coefficient of performance pay, the best first, the last from 0 marks.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

USUAL = "优秀 90 1.2；良好 80 1；合格 60 0.8；不合格 0 0"
FEWEST, MOST, LONGEST_NAME = 2, 6, 10
HIGHEST_COEFFICIENT = Decimal(5)
_BETWEEN_GRADES = re.compile(r"[；;\n]+")
_BETWEEN_PARTS = re.compile(r"[\s,，、/]+")
_NUMBER = re.compile(r"\d{1,3}(\.\d{1,2})?", re.ASCII)


@dataclass(frozen=True)
class Grade:
    name: str
    begins_at: Decimal
    coefficient: Decimal

    def __str__(self) -> str:
        return f"{self.name} {plain(self.begins_at)} {plain(self.coefficient)}"


def plain(number: Decimal) -> str:
    """Without idle zeros: 90, 1.2."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def written(grades: Sequence[Grade]) -> str:
    """As they are stored and shown."""
    return "；".join(map(str, grades))


def read(text: str) -> list[Grade]:
    """The grades that a text names. Raises ValueError with what is wrong and what would be right."""
    grades = [_grade(part.strip()) for part in _BETWEEN_GRADES.split(text) if part.strip()]
    if not FEWEST <= len(grades) <= MOST:
        raise ValueError(f"有 {len(grades)} 个等次，应有 {FEWEST}–{MOST} 个，用分号隔开，如“{USUAL}”")
    if len({one.name for one in grades}) < len(grades):
        raise ValueError("有同名的等次，请各写一个名称")
    for higher, lower in zip(grades, grades[1:], strict=False):
        if lower.begins_at >= higher.begins_at:
            raise ValueError(f"“{lower.name}”的最低分应低于“{higher.name}”的 {plain(higher.begins_at)} 分")
    if grades[-1].begins_at:
        raise ValueError(f"最后一个等次“{grades[-1].name}”应从 0 分起，否则有人没有等次")
    if grades[0].begins_at > 100:
        raise ValueError(f"“{grades[0].name}”的最低分是 {plain(grades[0].begins_at)}，总分最多 100 分")
    return grades


def _grade(text: str) -> Grade:
    parts = _BETWEEN_PARTS.split(text)
    if len(parts) != 3 or not all(_NUMBER.fullmatch(part) for part in parts[1:]) or len(parts[0]) > LONGEST_NAME:
        raise ValueError(f"没有看懂“{text[:20]}”，请写等次、最低分、绩效系数，如“优秀 90 1.2”")
    grade = Grade(parts[0], Decimal(parts[1]), Decimal(parts[2]))
    if grade.coefficient > HIGHEST_COEFFICIENT:
        raise ValueError(f"“{grade.name}”的绩效系数是 {plain(grade.coefficient)}，最多 {HIGHEST_COEFFICIENT}")
    return grade

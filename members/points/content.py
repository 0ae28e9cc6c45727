"""What a scheme version says, as one value: written by the API and pages, read back for copies. Points in 0.1 point."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from lianjian import areacodes, periods
from members.models import PointScheme
from members.models.subjects import SubjectClass, SubjectKind
from members.points.amounts import shown
from members.points.forbidden import refusal
from registers.errors import Invalid, SeveralInvalid

TOWN_ITEMS_AT_MOST, TOWN_POINTS_AT_MOST = 5, 20
CODE_LENGTH, NAME_LENGTH, CATEGORY_NAME_LENGTH, REASON_LENGTH = 20, 60, 40, 100


@dataclass(frozen=True)
class CategoryContent:
    code: str
    name: str
    cap: int | None = None


@dataclass(frozen=True)
class ItemContent:
    code: str
    name: str
    category: str
    points: int
    quarter_cap: int | None = None
    group: str = ""
    town: str = ""
    evidence_needed: bool = False


@dataclass(frozen=True)
class GradeContent:
    name: str
    minimum: int


@dataclass(frozen=True)
class SchemeContent:
    """A whole version; `exempt_by_class` gives the reason of 免于积分 for a class."""

    code: str
    name: str
    subject_kind: str
    from_quarter: str
    base: int
    base_by_class: dict[str, int] = field(default_factory=dict)
    exempt_by_class: dict[str, str] = field(default_factory=dict)
    floor: int | None = None
    rank_by_class: bool = False
    top_quota_percent: int | None = None
    categories: tuple[CategoryContent, ...] = ()
    items: tuple[ItemContent, ...] = ()
    grades: tuple[GradeContent, ...] = ()


def content_of(scheme: PointScheme) -> SchemeContent:
    """Read a version back (six queries)."""
    classes = list(scheme.class_bases.all())
    return SchemeContent(
        code=scheme.code,
        name=scheme.name,
        subject_kind=scheme.subject_kind,
        from_quarter=scheme.from_quarter,
        base=scheme.base,
        base_by_class={row.subject_class: row.base for row in classes if row.base is not None},
        exempt_by_class={row.subject_class: row.exempt_reason for row in classes if row.exempt_reason},
        floor=scheme.floor,
        rank_by_class=scheme.rank_by_class,
        top_quota_percent=scheme.top_quota_percent,
        categories=tuple(CategoryContent(row.code, row.name, row.cap) for row in scheme.categories.all()),
        items=tuple(
            ItemContent(
                row.code,
                row.name,
                row.category.code,
                row.points,
                row.quarter_cap,
                row.group,
                row.town_id or "",
                row.evidence_needed,
            )
            for row in scheme.items.select_related("category")
        ),
        grades=tuple(GradeContent(row.name, row.minimum) for row in scheme.grades.all()),
    )


def check_content(content: SchemeContent, county: str) -> None:
    """Raises SeveralInvalid with all that the rules of schemes do not allow, each at its place."""
    if wrong := problems_of(content, county):
        raise SeveralInvalid(wrong)


def problems_of(content: SchemeContent, county: str) -> list[Invalid]:
    """Whatever the rules of schemes do not allow, each naming its place (`items.2.category`)."""
    return [Invalid(message, field=place) for place, message in _problems(content, county)]


_Problems = Iterator[tuple[str, str]]


def _problems(content: SchemeContent, county: str) -> _Problems:
    yield from _in_head(content)
    yield from _in_classes(content)
    yield from _in_categories(content)
    yield from _in_grades(content)
    categories = {category.code for category in content.categories}
    yield from _twice([item.code for item in content.items], "items", "code", "项目编码")
    for number, item in enumerate(content.items):
        place = f"items.{number}"
        yield from _unnamed(item.code, item.name, place, NAME_LENGTH)
        if item.category not in categories:
            yield f"{place}.category", f"“{_called(item)}”的类别“{item.category}”不在本办法的类别中，请从上面的类别里选"
        if item.points == 0:
            yield f"{place}.points", f"“{_called(item)}”的分值不能为 0，扣分项填负数"
        if item.quarter_cap is not None and item.quarter_cap <= 0:
            yield f"{place}.quarter_cap", f"“{_called(item)}”的季度上限应大于 0，不设上限请留空"
        if len(item.group) > CODE_LENGTH:
            yield f"{place}.group", f"取最高分组最多 {CODE_LENGTH} 个字"
        if sentence := refusal(item.name):
            yield f"{place}.name", sentence
        if sentence := refusal(item.group):
            yield f"{place}.group", sentence
        if item.town:
            yield from _in_town_item(item, county, place)
    for town, count in Counter(item.town for item in content.items if item.town).items():
        if count > TOWN_ITEMS_AT_MOST:
            yield "items", f"镇街 {town} 自设了 {count} 项，最多 {TOWN_ITEMS_AT_MOST} 项"


def _in_head(content: SchemeContent) -> _Problems:
    if content.subject_kind not in SubjectKind.values:
        yield "subject_kind", f"对象应为 {'、'.join(SubjectKind.values)} 之一"
    try:
        periods.parse_quarter(content.from_quarter)
    except periods.PeriodError as error:
        yield "from_quarter", str(error)
    if not content.code or len(content.code) > CODE_LENGTH:
        yield "code", f"请填写办法编码，不超过 {CODE_LENGTH} 个字"
    if len(content.name.strip()) > NAME_LENGTH:
        yield "name", f"名称最多 {NAME_LENGTH} 个字"
    if sentence := refusal(content.name):
        yield "name", sentence
    if content.top_quota_percent is not None and not 0 <= content.top_quota_percent <= 100:
        yield "top_quota_percent", "最高等次名额应为 0–100 的整数（%），不限名额请留空"


def _in_classes(content: SchemeContent) -> _Problems:
    for name in sorted({*content.base_by_class, *content.exempt_by_class} - set(SubjectClass.values)):
        yield "base_by_class", f"没有“{name}”这个类别，应为 {'、'.join(SubjectClass.values)} 之一"
    exempt = {name for name, reason in content.exempt_by_class.items() if reason.strip()}
    for name in sorted(exempt & {*content.base_by_class} & {*SubjectClass.values}):
        yield "base_by_class", f"“{SubjectClass(name).label}”免于积分，不计总分，它的基础分请留空"
    for reason in content.exempt_by_class.values():
        if not reason.strip():
            yield "exempt_by_class", "免于积分的类别要写明原因"
        if len(reason.strip()) > REASON_LENGTH:
            yield "exempt_by_class", f"免于积分的原因最多 {REASON_LENGTH} 个字"


def _in_categories(content: SchemeContent) -> _Problems:
    yield from _twice([category.code for category in content.categories], "categories", "code", "类别编码")
    for number, category in enumerate(content.categories):
        place = f"categories.{number}"
        yield from _unnamed(category.code, category.name, place, CATEGORY_NAME_LENGTH)
        if category.cap is not None and category.cap < 0:
            yield f"{place}.cap", f"类别“{_called(category)}”的上限不能小于 0，不设上限请留空"
        if sentence := refusal(category.name):
            yield f"{place}.name", sentence


def _in_grades(content: SchemeContent) -> _Problems:
    yield from _twice([grade.minimum for grade in content.grades], "grades", "min", "等次的最低分", shown)
    yield from _twice([grade.name for grade in content.grades], "grades", "name", "等次名称")
    for number, grade in enumerate(content.grades):
        if not grade.name.strip():
            yield f"grades.{number}.name", "等次要有名称"
        if len(grade.name) > CODE_LENGTH:
            yield f"grades.{number}.name", f"等次名称最多 {CODE_LENGTH} 个字"


def _in_town_item(item: ItemContent, county: str, place: str) -> _Problems:
    if not areacodes.is_code(item.town) or len(item.town) != 9 or not areacodes.contains(county, item.town):
        yield f"{place}.town", f"“{item.town}”不是本县的镇街代码"
    if abs(item.points) > TOWN_POINTS_AT_MOST:
        yield f"{place}.points", f"“{_called(item)}”是镇街自设项目，每次最多 2 分"
    if item.group:
        yield f"{place}.group", f"“{_called(item)}”是镇街自设项目，不能列入县里的取最高分组"


def _called(row: CategoryContent | ItemContent) -> str:
    """What whoever typed the row knows it by; its code may have been made for him."""
    return row.name.strip().strip("-") or row.code


def _unnamed(code: str, name: str, place: str, longest: int) -> _Problems:
    if not code or len(code) > CODE_LENGTH:
        yield f"{place}.code", f"请填写编码，不超过 {CODE_LENGTH} 个字"
    if not name.strip():
        yield f"{place}.name", f"“{code}”要有名称"
    if len(name.strip()) > longest:
        yield f"{place}.name", f"名称最多 {longest} 个字"


def _twice(values: list, place: str, name: str, what: str, told: Callable[[Any], Any] = str) -> _Problems:
    """A value met again, at the row where it is met again."""
    seen = set()
    for number, value in enumerate(values):
        if value in seen and value != "":
            yield f"{place}.{number}.{name}", f"{what}“{told(value)}”重复了"
        seen.add(value)

"""What a scheme version says, as one value: written by the API and pages, read back for copies. Points in 0.1 point."""

from collections import Counter
from dataclasses import dataclass, field

from lianjian import areacodes, periods
from members.models import PointScheme
from members.models.subjects import SubjectClass, SubjectKind
from registers.errors import Invalid

TOWN_ITEMS_AT_MOST, TOWN_POINTS_AT_MOST = 5, 20
CODE_LENGTH = 20


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
    """Raises Invalid, naming the place (`items.2.category`), for whatever the rules of schemes do not allow."""
    _check_head(content)
    _check_categories_and_grades(content)
    categories = {category.code for category in content.categories}
    _once([item.code for item in content.items], "items", "项目编码")
    for number, item in enumerate(content.items):
        place = f"items.{number}"
        _named(item.code, item.name, place)
        if item.category not in categories:
            raise Invalid(f"项目“{item.code}”的类别“{item.category}”不在本办法的类别中", field=f"{place}.category")
        if item.points == 0:
            raise Invalid(f"项目“{item.code}”的分值不能为 0，扣分项填负数", field=f"{place}.points")
        if item.quarter_cap is not None and item.quarter_cap <= 0:
            raise Invalid(f"项目“{item.code}”的季度上限应大于 0，不设上限请留空", field=f"{place}.quarter_cap")
        if item.town:
            _check_town_item(item, county, place)
    for town, count in Counter(item.town for item in content.items if item.town).items():
        if count > TOWN_ITEMS_AT_MOST:
            raise Invalid(f"镇街 {town} 自设了 {count} 项，最多 {TOWN_ITEMS_AT_MOST} 项", field="items")


def _check_head(content: SchemeContent) -> None:
    if content.subject_kind not in SubjectKind.values:
        raise Invalid(f"对象应为 {'、'.join(SubjectKind.values)} 之一", field="subject_kind")
    try:
        periods.parse_quarter(content.from_quarter)
    except periods.PeriodError as error:
        raise Invalid(str(error), field="from_quarter") from error
    if not content.code or len(content.code) > CODE_LENGTH:
        raise Invalid(f"请填写办法编码，不超过 {CODE_LENGTH} 个字", field="code")
    for name in {*content.base_by_class, *content.exempt_by_class}:
        if name not in SubjectClass.values:
            raise Invalid(f"没有“{name}”这个类别，应为 {'、'.join(SubjectClass.values)} 之一", field="base_by_class")
    if any(not reason.strip() for reason in content.exempt_by_class.values()):
        raise Invalid("免于积分的类别要写明原因", field="exempt_by_class")
    if content.top_quota_percent is not None and not 0 <= content.top_quota_percent <= 100:
        raise Invalid("最高等次名额应为 0–100 的整数（%），不限名额请留空", field="top_quota_percent")


def _check_categories_and_grades(content: SchemeContent) -> None:
    _once([category.code for category in content.categories], "categories", "类别编码")
    for number, category in enumerate(content.categories):
        _named(category.code, category.name, f"categories.{number}")
        if category.cap is not None and category.cap < 0:
            raise Invalid(f"类别“{category.code}”的上限不能小于 0，不设上限请留空", field=f"categories.{number}.cap")
    _once([grade.minimum for grade in content.grades], "grades", "等次的最低分")
    _once([grade.name for grade in content.grades], "grades", "等次名称")
    if any(not grade.name.strip() for grade in content.grades):
        raise Invalid("等次要有名称", field="grades")


def _check_town_item(item: ItemContent, county: str, place: str) -> None:
    if not areacodes.is_code(item.town) or len(item.town) != 9 or not areacodes.contains(county, item.town):
        raise Invalid(f"“{item.town}”不是本县的镇街代码", field=f"{place}.town")
    if abs(item.points) > TOWN_POINTS_AT_MOST:
        raise Invalid(f"镇街自设项目“{item.code}”每次最多 2 分", field=f"{place}.points")
    if item.group:
        raise Invalid(f"镇街自设项目“{item.code}”不能列入县里的取最高分组", field=f"{place}.group")


def _named(code: str, name: str, place: str) -> None:
    if not code or len(code) > CODE_LENGTH:
        raise Invalid(f"请填写编码，不超过 {CODE_LENGTH} 个字", field=f"{place}.code")
    if not name.strip():
        raise Invalid(f"“{code}”要有名称", field=f"{place}.name")


def _once(values: list, place: str, what: str) -> None:
    for value, count in Counter(values).items():
        if count > 1:
            raise Invalid(f"{what}“{value}”重复了", field=place)

"""The scheme editor's forms together: `SchemeForms` reads a `SchemeContent` into them and a POST back out of them.

Whatever the rules of schemes do not allow is put at its field. The single forms are in `scheme_fields`.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from string import ascii_uppercase
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS

from lianjian import clock
from lianjian.periods import Period, PeriodError, parse_quarter
from members.models.subjects import SubjectClass, SubjectKind
from members.points.content import (
    CODE_LENGTH,
    CategoryContent,
    GradeContent,
    ItemContent,
    SchemeContent,
    problems_of,
)
from members.views.scheme_fields import MOST_ITEMS, CategorySet, ClassSet, GradeSet, HeadForm, ItemSet
from registers.errors import Invalid

_SETS = {"classes": ClassSet, "categories": CategorySet, "items": ItemSet, "grades": GradeSet}


@dataclass
class _Rows:
    """The rows that the content was made of, to find the field of a place again."""

    categories: list[Any]
    items: list[Any]
    grades: list[Any]


class SchemeForms:
    """All forms of one version of a book (`kind`); `kept` are the towns' own items, which the county's page leaves;
    `used` codes have meant something in an earlier version and are given to nothing new."""

    def __init__(
        self,
        kind: str,
        start: SchemeContent,
        data: Any = None,
        kept: Sequence[ItemContent] = (),
        used: Iterable[str] = (),
    ) -> None:
        self.kind, self.kept, self.used = kind, tuple(kept), frozenset(used)
        rows = _rows_of(kind, start)
        self.head = HeadForm(data, initial=_head_of(start))
        # What is posted is read as it stands: beside the rows it began with, an unchanged one would pass for blank.
        self.classes, self.categories, self.items, self.grades = (
            made(data, prefix=name, initial=rows[name] if data is None else None) for name, made in _SETS.items()
        )
        self.content: SchemeContent | None = None

    @property
    def sets(self) -> tuple[Any, ...]:
        return (self.classes, self.categories, self.items, self.grades)

    @property
    def category_names(self) -> list[str]:
        return [str(form["name"].value()) for form in self.categories if form["name"].value()]

    def is_valid(self, county: str) -> bool:
        """Read the POST into `content`, with every error at its field."""
        sound = all([self.head.is_valid(), *(each.is_valid() for each in self.sets)])
        content, rows = self._content()
        for problem in problems_of(content, county):
            self._tell(problem, rows, content)
        right = sound and not self.head.errors and not any(_wrong(each) for each in self.sets)
        self.content = content if right else None
        return right

    def errors(self) -> Iterator[tuple[str, str]]:
        """(id of the field, sentence) of every error, in the order of the page."""
        for name, errors in self.head.errors.items():
            label, place = ("", "") if name == NON_FIELD_ERRORS else (f"{self.head[name].label}：", name)
            yield from ((self.head[place].id_for_label if place else "", f"{label}{error}") for error in errors)
        for title, formset in zip(("分类别", "类别", "项目", "等次"), self.sets, strict=True):
            yield from (("", f"{title}：{error}") for error in formset.non_form_errors())
            for number, form in enumerate(formset, 1):
                for name, errors in form.errors.items():
                    for error in errors:
                        yield form[name].id_for_label, f"{title}第 {number} 行“{form.fields[name].label}”：{error}"

    def _content(self) -> tuple[SchemeContent, _Rows]:
        """What was typed, as far as it could be read."""
        head = self.head.cleaned_data if hasattr(self.head, "cleaned_data") else {}
        categories, category_rows = self._categories()
        items, item_rows = self._items(categories)
        grade_rows = [form for form in self.grades.filled if form.is_valid()]
        classes = [form.cleaned_data for form in self.classes.forms if form.is_valid()]
        content = SchemeContent(
            code=head.get("code", "-"),
            name=head.get("name", ""),
            subject_kind=self.kind,
            from_quarter=head.get("from_quarter") or str(Period.of(clock.today())),
            base=head.get("base") or 0,
            base_by_class={row["subject_class"]: row["base"] for row in classes if row.get("base") is not None},
            exempt_by_class={row["subject_class"]: row["exempt"] for row in classes if row.get("exempt", "").strip()},
            floor=head.get("floor"),
            rank_by_class=bool(head.get("rank_by_class")),
            top_quota_percent=head.get("top_quota_percent"),
            categories=tuple(categories),
            items=(*items, *self.kept),
            grades=tuple(
                GradeContent(form.cleaned_data["name"].strip(), form.cleaned_data["minimum"]) for form in grade_rows
            ),
        )
        return content, _Rows(category_rows, item_rows, grade_rows)

    def _categories(self) -> tuple[list[CategoryContent], list[Any]]:
        forms_ = self.categories.filled
        codes = _codes([_typed(form, "code") for form in forms_], iter(ascii_uppercase))
        made = [
            CategoryContent(code, _typed(form, "name") or "-", _cleaned(form, "cap"))
            for form, code in zip(forms_, codes, strict=True)
        ]
        return made, forms_

    def _items(self, categories: Sequence[CategoryContent]) -> tuple[list[ItemContent], list[Any]]:
        known = {category.name: category.code for category in reversed(categories)}
        known |= {category.code: category.code for category in categories}
        filled = self.items.filled
        taken = {_typed(form, "code") for form in filled} | {item.code for item in self.kept} | self.used
        made = []
        for form in filled:
            typed = _typed(form, "category")
            category = known.get(typed, typed)
            code = _typed(form, "code") or _next_code(category, taken)
            taken.add(code)
            # What could not be read has its error already; 1 point keeps the rules from telling it twice.
            points = _cleaned(form, "points") if "points" not in form.errors else 10
            made.append(
                ItemContent(
                    code=code,
                    name=_typed(form, "name") or "-",
                    category=category,
                    points=points or 0,
                    quarter_cap=_cleaned(form, "quarter_cap"),
                    group=_typed(form, "group"),
                    evidence_needed=bool(_typed(form, "evidence")),
                )
            )
        return made, filled

    def _tell(self, problem: Invalid, rows: _Rows, content: SchemeContent) -> None:
        part, _, rest = problem.field.partition(".")
        number, _, name = rest.partition(".")
        name = {"min": "minimum"}.get(name, name)
        found = getattr(rows, part, None)
        if found is not None and number:
            if int(number) < len(found):
                form = found[int(number)]
                if name in form.fields and name not in form.errors:
                    form.add_error(name, problem.message)
            else:
                item = content.items[int(number)]
                self.items.non_form_errors().append(f"镇街自设项目“{item.name}”：{problem.message}")
        elif part in self.head.fields:
            if part not in self.head.errors:
                self.head.add_error(part, problem.message)
        else:
            self.head.add_error(None, problem.message)


def start_of(kind: str, last: SchemeContent | None) -> SchemeContent:
    """What a new version begins with: the last one, from the next quarter on, or an empty book."""
    following = str(Period.of(clock.today()).next())
    if last is not None:
        return replace(last, from_quarter=max(following, _after(last.from_quarter)))
    name = f"{SubjectKind(kind).label}积分管理办法"
    return SchemeContent(code="", name=name, subject_kind=kind, from_quarter=following, base=0, floor=0)


def _after(quarter: str) -> str:
    try:
        return str(parse_quarter(quarter).next())
    except PeriodError:
        return ""


def _head_of(content: SchemeContent) -> dict[str, Any]:
    names = ("name", "code", "from_quarter", "base", "floor", "rank_by_class", "top_quota_percent")
    return {name: getattr(content, name) for name in names}


def _rows_of(kind: str, content: SchemeContent) -> dict[str, list[dict[str, Any]]]:
    names = {category.code: category.name for category in content.categories}
    return {
        "classes": _classes_of(kind, content),
        "categories": [{"code": row.code, "name": row.name, "cap": row.cap} for row in content.categories],
        "items": [_item_of(item, names) for item in content.items if not item.town],
        "grades": [{"name": row.name, "minimum": row.minimum} for row in content.grades],
    }


def _classes_of(kind: str, content: SchemeContent) -> list[dict[str, Any]]:
    """Members have classes; the other books only those that a version already names."""
    named = {*content.base_by_class, *content.exempt_by_class}
    return [
        {
            "subject_class": name,
            "base": content.base_by_class.get(name),
            "exempt": content.exempt_by_class.get(name, ""),
        }
        for name in SubjectClass.values
        if kind == SubjectKind.MEMBER or name in named
    ]


def _item_of(item: ItemContent, names: dict[str, str]) -> dict[str, Any]:
    return {
        "category": names.get(item.category, item.category),
        "name": item.name,
        "points": item.points,
        "quarter_cap": item.quarter_cap,
        "group": item.group,
        "evidence": "yes" if item.evidence_needed else "",
        "code": item.code,
    }


def _wrong(formset: Any) -> bool:
    return bool(formset.non_form_errors()) or any(form.errors for form in formset)


def _typed(form: Any, name: str) -> str:
    """What stands in a field, trimmed, whether or not it could be read."""
    return str(form.cleaned_data.get(name) or "").strip() if hasattr(form, "cleaned_data") else ""


def _cleaned(form: Any, name: str) -> Any:
    return form.cleaned_data.get(name) if hasattr(form, "cleaned_data") else None


def _codes(typed: Iterable[str], offered: Iterator[str]) -> list[str]:
    """The codes as typed, and for those left empty the next letter that nobody has."""
    typed = list(typed)
    free = (letter for letter in offered if letter not in typed)
    return [code or next(free, "") for code in typed]


def _next_code(category: str, taken: set[str]) -> str:
    """The category's code with the next free number: ZZ05."""
    stem = category[: CODE_LENGTH - 3]
    return next(f"{stem}{number:02}" for number in range(1, MOST_ITEMS + 100) if f"{stem}{number:02}" not in taken)

"""Finding rows by what a person types: names, codes, pinyin initials."""

from collections.abc import Sequence

from django.db.models import Q, QuerySet

MAX_TERMS = 5
_OPERATORS = frozenset({"exact", "iexact", "contains", "icontains", "startswith", "istartswith"})
_BY_BEGINNING = frozenset({"initials", "pinyin", "code", "number"})


def found_by(rows: QuerySet, fields: Sequence[str], text: str) -> QuerySet:
    """Rows in which every word of the text is found in one of the fields.

    A field without an operator is searched by its beginning where it holds codes, pinyin or initials, else anywhere.
    """
    for term in text.split()[:MAX_TERMS]:
        condition = Q(pk__in=[])
        for field in fields:
            condition |= Q(**{_with_operator(field): term})
        rows = rows.filter(condition)
    return rows


def _with_operator(field: str) -> str:
    last = field.rpartition("__")[2]
    if last in _OPERATORS:
        return field
    if last in _BY_BEGINNING:
        return f"{field}__istartswith"
    return f"{field}__icontains"

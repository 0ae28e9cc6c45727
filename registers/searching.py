"""Finding rows by what a person types: names, codes, pinyin initials."""

from collections.abc import Sequence

from django.db.models import Q, QuerySet

MAX_TERMS = 5
_OPERATORS = frozenset({"exact", "iexact", "contains", "icontains", "startswith", "istartswith"})
_BY_BEGINNING = frozenset({"pinyin", "code", "number"})


def found_by(rows: QuerySet, fields: Sequence[str], text: str) -> QuerySet:
    """Rows in which every word of the text is found in one of the fields.

    A field without an operator is searched by its beginning where it holds codes or pinyin, else anywhere: who looks
    for 南唐家 types tj as well as ntj.
    """
    terms = text.split()[:MAX_TERMS]
    if not terms:
        return rows
    found = Q()
    for term in terms:
        condition = Q(pk__in=[])
        for field in fields:
            condition |= _match(field, term)
        found &= condition
    syllables = " ".join(terms)
    if len(terms) > 1 and syllables.isascii():  # zhan jiang lu: one name, typed syllable by syllable
        for field in fields:
            if field.rpartition("__")[2] == "pinyin":
                found |= _match(field, syllables) | _match(field, "".join(terms))  # places keep them run together
    return rows.filter(found)


def _match(field: str, term: str) -> Q:
    last = field.rpartition("__")[2]
    if last in _OPERATORS:
        return Q(**{field: term})
    if last in _BY_BEGINNING:
        # Plain beginnings use the index; codes and pinyin are stored in one case.
        return Q(**{f"{field}__startswith": term.lower() if last == "pinyin" else term})
    if last == "initials":
        return Q(**{f"{field}__contains": term.lower()}) if term.isascii() and term.isalnum() else Q(pk__in=[])
    # Chinese has no case, and folding it would pass by the trigram index.
    return Q(**{f"{field}__{'icontains' if term.isascii() else 'contains'}": term})

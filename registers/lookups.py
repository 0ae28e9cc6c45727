"""What a look-up input suggests while a person types: by code, name or pinyin initials, inside his scope.

Every register can be looked up under its slug. An app adds others with `register_lookup` (a choice that is no
register, or one that needs another hint).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, Q, QuerySet, When

from registers.errors import NotAllowed, NotFound
from registers.register import Register, register_of

LIMIT = 12


@dataclass(frozen=True)
class Suggestion:
    """`value` is sent by the form and understood by the column's resolver; `label` is what a person reads."""

    value: str
    label: str
    hint: str = ""


Provider = Callable[[Any, str], Iterable[Suggestion]]
_providers: dict[str, Provider] = {}


def register_lookup(name: str, provider: Provider) -> None:
    """Make a look-up known under a name; `provider(user, text)` goes through the guard itself."""
    _providers[name] = provider


def suggestions(user: Any, name: str, text: str) -> list[Suggestion]:
    """Up to twelve suggestions. Raises NotFound for an unknown name, NotAllowed without the register's right."""
    if name in _providers:
        return [*_providers[name](user, text)][:LIMIT]
    try:
        register = register_of(name)
    except KeyError:
        raise NotFound from None
    if not user.can(register.view_right):
        raise NotAllowed("您没有查看这类记录的权限")
    return suggested(register, register.rows(user), text)


def suggested(register: Register, rows: QuerySet, text: str) -> list[Suggestion]:
    """Up to twelve of these rows that the text may mean, those that begin with it first."""
    rows = rows.order_by(*register.ordering)
    if text:
        rows = _nearest_first(register, register.search(rows, text), text)
    return [suggestion_of(register, row) for row in rows[:LIMIT]]


def _nearest_first(register: Register, rows: QuerySet, text: str) -> QuerySet:
    """What begins with the text, by name or by initials, before what only holds it: jcw is 江村洼, not 南唐家村委会.

    A single letter begins and is held by too much: those stay in the register's order, which an index gives.
    """
    word = text.split(maxsplit=1)[0]
    begins = Q()
    for field in register.search_fields if len(word) > 1 else ():
        last = field.rpartition("__")[2]
        if last in ("name", "initials"):
            begins |= Q(**{f"{field}__startswith": word.lower() if last == "initials" else word})
    if not begins:
        return rows
    return rows.order_by(Case(When(begins, then=0), default=1), *register.ordering)


def suggestion_of(register: Register, row: Any) -> Suggestion:
    """How one row of a register stands in a look-up."""
    return Suggestion(register.key_of(row), register.title_of(row), register.hint_of(row))

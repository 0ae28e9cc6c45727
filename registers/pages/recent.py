"""Recent changes in a person's area, from the audit trail: a bounded, set-based look over all registers.

One query reads the newest changes of all registers together, grouped by what was done at once (an import of 5,000
rows is one line); one more for each register named in the result fetches the things themselves.
"""

from collections import defaultdict
from typing import Any

from django.db.models import CharField, Count, Max, Min, QuerySet, Subquery, TextField, Value
from django.db.models.functions import Cast

from registers.pages import present
from registers.pages.history import WHAT, user_names
from registers.register import Register, registers

SHOWN = 8
LOOKED_AT = 2_000  # newest changes of a register that are looked through


def recent_changes(user: Any) -> list[dict[str, Any]]:
    """Entries as registers/home.html takes them, newest first."""
    branches = [
        _branch(register, user) for register in registers() if not register.api_only and _is_shown(register, user)
    ]
    if not branches:
        return []
    found = _once(list(branches[0].union(*branches[1:], all=True).order_by("-at")[: SHOWN * 2]))[:SHOWN]
    things = _things(found, user)
    people = user_names(entry["who"] for entry in found)
    known = {register.slug: register for register in registers()}
    return [_entry(entry, known[entry["slug"]], things, people) for entry in found]


def _is_shown(register: Register, user: Any) -> bool:
    return hasattr(register.model, "events") and user.can(register.view_right)


def _branch(register: Register, user: Any) -> QuerySet:
    """The newest changes of one register that lie in the user's scope, grouped by transaction and kind."""
    events = register.model.events.rel.related_model
    newest = events.objects.order_by("-pgh_id").values("pgh_id")[:LOOKED_AT]
    oldest = events.objects.filter(pgh_id__in=Subquery(newest)).values(none=Value(1)).annotate(low=Min("pgh_id"))
    rows = register.rows(user).order_by().select_related(None).values("pk")
    return (
        events.objects.filter(pgh_id__gte=Subquery(oldest.values("low")[:1]), pgh_obj__in=rows)
        .annotate(actor=Cast("pgh_context__user", TextField()))
        .values("pgh_context_id", "pgh_label", slug=Value(register.slug, CharField()))
        .annotate(
            at=Max("pgh_created_at"),
            n=Count("pgh_obj", distinct=True),
            who=Max("actor"),
            thing=Max(Cast("pgh_obj", TextField())),
        )
        .order_by("-at")[:SHOWN]
    )


def _once(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Without what a second register over the same model tells again (党员 are 积分对象 too)."""
    models = {register.slug: register.model for register in registers()}
    entries: dict[tuple[Any, ...], dict[str, Any]] = {}
    for entry in found:
        same = (models[entry["slug"]], entry["pgh_context_id"], entry["pgh_label"])
        entries.setdefault(same, entry)
    return list(entries.values())


def _things(found: list[dict[str, Any]], user: Any) -> dict[tuple[str, str], Any]:
    """The rows of single changes, one query a register."""
    wanted: dict[str, set[str]] = defaultdict(set)
    for entry in found:
        if entry["n"] == 1:
            wanted[entry["slug"]].add(entry["thing"])
    known = {register.slug: register for register in registers()}
    return {
        (slug, str(row.pk)): row for slug, keys in wanted.items() for row in known[slug].rows(user).filter(pk__in=keys)
    }


def _entry(
    entry: dict[str, Any], register: Register, things: dict[tuple[str, str], Any], people: dict[str, str]
) -> dict[str, Any]:
    row = things.get((register.slug, entry["thing"])) if entry["n"] == 1 else None
    verb = WHAT.get(entry["pgh_label"], entry["pgh_label"])
    return {
        "when": present.moment(entry["at"]),
        "who": people.get(entry["who"] or "", "系统"),
        "what": f"{verb}{register.title}",
        "object": register.title_of(row) if row is not None else _number(entry["n"]),
        "url": present.url_of(register, row) if row is not None else present.list_url(register),
    }


def _number(count: int) -> str:
    """How many, no more exactly than was looked at."""
    return f"{LOOKED_AT:,} 条以上" if count >= LOOKED_AT else f"{count:,} 条"

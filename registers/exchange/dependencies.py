"""Which registers must be saved before which: a row can only name what is there."""

from collections.abc import Iterable, Sequence

from registers.register import Register
from registers.rows.columns import Reference


def saving_order(chosen: Sequence[Register]) -> list[Register]:
    """The registers so that each stands behind those it refers to; otherwise in the order given.

    A circle is broken at its first member: rows that fail for want of others are tried again by the caller.
    """
    waiting = list(chosen)
    before = {register.slug: _referred(register, chosen) for register in chosen}
    ordered: list[Register] = []
    while waiting:
        open_slugs = {register.slug for register in waiting}
        free = next((one for one in waiting if not before[one.slug] & open_slugs), waiting[0])
        waiting.remove(free)
        ordered.append(free)
    return ordered


def _referred(register: Register, among: Iterable[Register]) -> set[str]:
    """Slugs of the others whose rows this register's reference columns name."""
    names: set[str] = set()
    for column in register.columns:
        if not isinstance(column.kind, Reference):
            continue
        names.add(register.lookups.get(column.field, ""))
        field = register.model_field(column.field)
        target = field.related_model if field is not None else None
        names |= {other.slug for other in among if target is not None and other.model is target}
    return names - {register.slug, ""}

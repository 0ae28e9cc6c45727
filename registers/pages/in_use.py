"""What refers to a row that somebody wants to delete, as far as he may see it."""

from typing import Any

from registers import saving
from registers.pages.present import list_url, url_of
from registers.reading import capped_count, count_text, filterset_class
from registers.register import register_for

SHOWN = 5


def users_of(row: Any, user: Any) -> list[dict[str, Any]]:
    """One part for each kind of rows: its name, some of them as links, how many. Two queries a kind.

    Of rows outside the user's scope only the kind is told, as the refusal itself does.
    """
    parts = []
    for relation in saving.referring_relations(row):
        model, name = relation.related_model, relation.field.name
        register = register_for(model)
        part: dict[str, Any] = {"name": str(model._meta.verbose_name), "things": [], "count": "", "all_url": ""}
        if register is not None and user.can(register.view_right):
            mine = register.rows(user).filter(**{name: row.pk})
            found = list(mine.order_by(*register.ordering)[: SHOWN + 1])
            part["things"] = [(register.title_of(one), url_of(register, one)) for one in found[:SHOWN]]
            if len(found) > SHOWN:
                part["count"] = count_text(capped_count(mine))
                if name in filterset_class(register).base_filters:
                    part["all_url"] = list_url(register, **{name: row.pk})
        parts.append(part)
    return parts

"""What a town adds to the county's scheme: up to five items of up to two points in the county's categories.

They alter nothing else and count for the town's own subjects only (the town on the quarter's last day decides). They
are written into a draft, because a version in force never changes; the next version takes them along.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.db import transaction

from lianjian import areacodes
from members.actions.schemes import codes_used, draft_for_update
from members.models import PointItem, PointScheme
from members.points.content import TOWN_ITEMS_AT_MOST, ItemContent, SchemeContent, content_of, problems_of
from registers.errors import Invalid, NotAllowed, SeveralInvalid
from villages.models import Area

RIGHT = "schemes.town_items"


@transaction.atomic
def set_town_items(*, scheme: PointScheme, by: Any, town: str, items: Sequence[ItemContent]) -> PointScheme:
    """The town's own items of a draft are these (their `town` is set here; codes left empty are made).

    Raises WrongState where the version is in force, SeveralInvalid at `items.N.…` of the given items, Invalid for a
    town that is none of the user's, NotAllowed, NotFound.
    """
    if not by.can(RIGHT):
        raise NotAllowed("镇街自设项目由镇审核人增减")
    draft = draft_for_update(scheme, by, lambda _: True)
    here = areacodes.is_code(town) and areacodes.contains(draft.area_id, town) and by.scope_for(RIGHT).covers(town)
    towns = Area.objects.unscoped("covered by the user's scope").filter(pk=town, level=Area.Level.TOWN)
    if not here or not towns.exists():
        raise Invalid("没有找到这个镇街，请核对代码", field="town")
    content = content_of(draft)
    others = tuple(item for item in content.items if item.town != town)
    own = _coded(items, town, codes_used(draft.area_id, draft.subject_kind))
    wrong = _wrong(replace(content, items=(*others, *own)), draft.area_id, len(others))
    if len(own) > TOWN_ITEMS_AT_MOST:
        wrong.insert(0, Invalid(f"最多自设 {TOWN_ITEMS_AT_MOST} 项，现在有 {len(own)} 项", field="items"))
    if wrong:
        raise SeveralInvalid(wrong)
    draft.items.filter(town_id=town).delete()
    categories = {category.code: category for category in draft.categories.all()}
    PointItem.objects.bulk_create(
        PointItem(
            scheme=draft,
            category=categories[item.category],
            code=item.code,
            name=item.name.strip(),
            points=item.points,
            quarter_cap=item.quarter_cap,
            evidence_needed=item.evidence_needed,
            town_id=town,
            position=len(content.items) + number,
        )
        for number, item in enumerate(own)
    )
    return draft


def _coded(items: Sequence[ItemContent], town: str, taken: set[str]) -> tuple[ItemContent, ...]:
    """The town's, with a code of the town's own for whichever has none: Z101-1."""
    taken = taken | {item.code for item in items}
    made = []
    for item in items:
        stem = f"Z{town[6:]}-"
        free = (f"{stem}{number}" for number in range(1, 1_000) if f"{stem}{number}" not in taken)
        code = item.code or next(free)
        taken.add(code)
        made.append(replace(item, code=code, town=town))
    return tuple(made)


def _wrong(content: SchemeContent, county: str, before: int) -> list[Invalid]:
    """What is wrong in the town's items, which stand behind `before` others, at their places among themselves."""
    found = []
    for problem in problems_of(content, county):
        part, _, rest = problem.field.partition(".")
        number, _, name = rest.partition(".")
        if part == "items" and number and int(number) >= before:
            found.append(Invalid(problem.message, field=f"items.{int(number) - before}.{name}"))
    return found

"""Point schemes: drafts are edited, a version in force never is; what changes is a new version."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import Max

from lianjian import periods
from members.models import ClassBase, PointCategory, PointGrade, PointItem, PointQuarter, PointScheme
from members.points.content import ItemContent, SchemeContent, check_content, content_of
from registers.errors import Invalid, NotAllowed, NotFound, StaleVersion, WrongState
from villages.models import Area

RIGHT = "schemes.change"


@transaction.atomic
def new_version(*, by: Any, area: str, content: SchemeContent) -> PointScheme:
    """A draft of the county's next version for a kind of subject. Raises Invalid, NotAllowed."""
    county = _county(by, area)
    _check(content, county.pk)
    versions = PointScheme.objects.unscoped("numbers run over all versions").filter(
        area=county, subject_kind=content.subject_kind
    )
    number = (versions.aggregate(last=Max("number"))["last"] or 0) + 1
    scheme = PointScheme(area=county, number=number)
    return _write(scheme, content)


@transaction.atomic
def edit_draft(
    *,
    scheme: PointScheme,
    by: Any,
    content: SchemeContent,
    seen: dt.datetime | None = None,
    keep_town_items: bool = False,
) -> PointScheme:
    """Write a draft anew.

    seen             when the draft that the editor read was last written; None: whatever it is now
    keep_town_items  leave what the towns added (`town_items.set_town_items`), whatever `content` says of it
    Raises StaleVersion where somebody wrote it since, WrongState where it is in force, Invalid, NotAllowed, NotFound.
    """
    scheme = _locked(scheme, by)
    if seen is not None and seen != scheme.updated_at:
        raise StaleVersion("您打开之后，别人改过这份草稿。请核对后再保存，保存即以您的为准")
    if keep_town_items:
        own = tuple(item for item in content.items if not item.town)
        content = replace(content, items=(*own, *town_items_of(scheme)))
    if content.subject_kind != scheme.subject_kind:
        raise Invalid("草稿的对象不能改，请另建", field="subject_kind")
    _check(content, scheme.area_id)
    for rows in (scheme.items, scheme.categories, scheme.grades, scheme.class_bases):
        rows.all().delete()
    return _write(scheme, content)


@transaction.atomic
def drop_draft(*, scheme: PointScheme, by: Any) -> None:
    """Remove a draft. Raises WrongState where it is in force, NotAllowed, NotFound."""
    _locked(scheme, by).delete()


def town_items_of(scheme: PointScheme, town: str = "") -> list[ItemContent]:
    """What the towns (or one of them) added to a version."""
    return [item for item in content_of(scheme).items if item.town and town in ("", item.town)]


def codes_used(area: str, kind: str) -> set[str]:
    """Codes of items in any version of a county's book: entries may know them, so they name nothing new."""
    return set(PointItem.objects.filter(scheme__area=area, scheme__subject_kind=kind).values_list("code", flat=True))


def copy_version(*, scheme: PointScheme, by: Any, from_quarter: str) -> PointScheme:
    """A draft with all that a version says, to be changed and put in force from another quarter."""
    if not PointScheme.objects.visible_to(by).filter(pk=scheme.pk).exists():
        raise NotFound
    return new_version(by=by, area=scheme.area_id, content=replace(content_of(scheme), from_quarter=from_quarter))


@transaction.atomic
def put_in_force(*, scheme: PointScheme, by: Any) -> PointScheme:
    """启用: freeze the version; it applies from its quarter on until a later one begins.

    Raises WrongState where that quarter (or a later one) is published or locked, another version begins in the same
    quarter, or entries are already kept there for items that this version lacks.
    """
    scheme = _locked(scheme, by)
    gates = PointQuarter.objects.select_for_update().filter(
        county_code=scheme.area_id, quarter__gte=scheme.from_quarter
    )
    closed = [gate.quarter for gate in gates.order_by("quarter") if gate.state != PointQuarter.State.OPEN]
    if closed:
        label = periods.parse_quarter(closed[-1]).label
        raise WrongState(f"{label}已经公示或审定，新版办法要从它之后的季度起启用")
    if missing := _items_missed(scheme):
        raise WrongState(
            f"{periods.parse_quarter(scheme.from_quarter).label}起已有积分记录用到本版没有的项目："
            f"{'、'.join(missing)}。请补上这些项目，或改从下一季度起启用"
        )
    scheme.state = PointScheme.State.IN_FORCE
    try:
        with transaction.atomic():
            scheme.save(update_fields=["state", "updated_at"])
    except IntegrityError as error:
        label = periods.parse_quarter(scheme.from_quarter).label
        raise WrongState(f"自{label}起已有另一版启用的办法，请换一个季度") from error
    return scheme


def _check(content: SchemeContent, county: str) -> None:
    check_content(content, county)
    towns = {item.town for item in content.items if item.town}
    known = Area.objects.unscoped("whether a code is a town's at all").filter(pk__in=towns, level=Area.Level.TOWN)
    if unknown := towns - set(known.values_list("pk", flat=True)):
        place = next(number for number, item in enumerate(content.items) if item.town in unknown)
        raise Invalid(f"没有找到镇街“{content.items[place].town}”，请核对代码", field=f"items.{place}.town")


def _items_missed(scheme: PointScheme) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT DISTINCT e.item_code FROM members_pointentry e JOIN members_subject s ON s.id = e.subject_id
             WHERE e.county_code = %(county)s AND e.settle_quarter >= %(quarter)s AND s.kind = %(kind)s
               AND e.settle_quarter < coalesce((
                   SELECT min(from_quarter) FROM members_pointscheme
                    WHERE area_id = %(county)s AND subject_kind = %(kind)s AND state = 'in_force'
                      AND from_quarter > %(quarter)s), '9999Q9')
               AND e.reverses IS NULL AND e.item_code <> ALL(%(codes)s)
               AND NOT EXISTS (SELECT FROM members_pointentry r
                                WHERE r.settle_quarter = e.settle_quarter AND r.reverses = e.id)
             ORDER BY 1 LIMIT 10
            """,
            {
                "county": scheme.area_id,
                "quarter": scheme.from_quarter,
                "kind": scheme.subject_kind,
                "codes": list(scheme.items.values_list("code", flat=True)),
            },
        )
        return [code for (code,) in cursor.fetchall()]


def _write(scheme: PointScheme, content: SchemeContent) -> PointScheme:
    for name in ("code", "subject_kind", "from_quarter", "base", "floor", "rank_by_class", "top_quota_percent"):
        setattr(scheme, name, getattr(content, name))
    scheme.name = content.name.strip() or content.code
    scheme.save()
    ClassBase.objects.bulk_create(
        ClassBase(
            scheme=scheme,
            subject_class=name,
            base=content.base_by_class.get(name),
            exempt_reason=content.exempt_by_class.get(name, "").strip(),
        )
        for name in sorted({*content.base_by_class, *content.exempt_by_class})
    )
    categories = PointCategory.objects.bulk_create(
        PointCategory(scheme=scheme, code=row.code, name=row.name, cap=row.cap, position=position)
        for position, row in enumerate(content.categories)
    )
    of_code = {category.code: category for category in categories}
    PointItem.objects.bulk_create(
        PointItem(
            scheme=scheme,
            category=of_code[row.category],
            code=row.code,
            name=row.name,
            points=row.points,
            quarter_cap=row.quarter_cap,
            group=row.group,
            evidence_needed=row.evidence_needed,
            town_id=row.town or None,
            position=position,
        )
        for position, row in enumerate(content.items)
    )
    PointGrade.objects.bulk_create(
        PointGrade(scheme=scheme, name=row.name, minimum=row.minimum) for row in content.grades
    )
    return scheme


def draft_for_update(scheme: PointScheme, by: Any, covers: Callable[[PointScheme], bool]) -> PointScheme:
    """The draft as it stands now, its row locked until the transaction ends.

    covers  whether the user may write it, where he sees it
    Raises NotFound, NotAllowed, or WrongState where it is in force, in that order.
    """
    if not PointScheme.objects.visible_to(by).filter(pk=scheme.pk).exists():
        raise NotFound
    if not covers(scheme):
        raise NotAllowed("积分办法由县委组织部制定和修改")
    found = PointScheme.objects.unscoped("checked above").select_for_update(of=("self",)).get(pk=scheme.pk)
    if found.state == PointScheme.State.IN_FORCE:
        raise WrongState("积分办法已经启用，不能修改，请另建新版本")
    return found


def _locked(scheme: PointScheme, by: Any) -> PointScheme:
    return draft_for_update(scheme, by, lambda it: by.scope_for(RIGHT).covers(it.area_id))


def _county(by: Any, code: str) -> Area:
    if not by.can(RIGHT):
        raise NotAllowed("积分办法由县委组织部制定和修改")
    area = Area.objects.unscoped("checked beside").filter(pk=code, level=Area.Level.COUNTY).first()
    if area is None or not by.scope_for(RIGHT).covers(code):
        raise Invalid("没有找到这个县（市、区），请核对代码", field="area_code")
    return area

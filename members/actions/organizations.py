"""Party organisations (P04): saving one keeps the tree a tree."""

import datetime as dt
from typing import Any

from django.db import IntegrityError, transaction

from members.access import require_change, require_target
from members.models import PartyOrganization
from registers.errors import Invalid
from villages.models import Area

RIGHT, VIEW = "organizations.change", "organizations.view"
DEEPEST = 12  # levels; deeper than any real tree, so that a broken one ends the walk


@transaction.atomic
def save_organization(
    *,
    by: Any,
    organization: PartyOrganization | None = None,
    name: str,
    kind: str,
    area: Area,
    parent: PartyOrganization | None = None,
    founded_on: dt.date | None = None,
    ended_on: dt.date | None = None,
) -> PartyOrganization:
    """Make or change an organisation. Raises Invalid, NotAllowed, NotFound."""
    require_target(by=by, right=RIGHT, code=area.pk, field="area_code", what="区划")
    if organization is not None:
        require_change(by=by, right=RIGHT, code=organization.area_id, view_right=VIEW)
    _require_tree(organization, parent)
    if founded_on and ended_on and ended_on <= founded_on:
        raise Invalid("撤销日期应晚于成立日期", field="ended_on")
    organization = organization or PartyOrganization()
    organization.name, organization.kind, organization.area, organization.parent = name, kind, area, parent
    organization.founded_on, organization.ended_on = founded_on, ended_on
    try:
        with transaction.atomic():
            organization.save()
    except IntegrityError as error:
        if "organization_named_once_per_area" in str(error):
            raise Invalid(f"本地已有名为“{name}”的党组织", field="name") from error
        raise
    return organization


def _require_tree(organization: PartyOrganization | None, parent: PartyOrganization | None) -> None:
    """No organisation lies below itself."""
    above = parent
    for _ in range(DEEPEST):
        if above is None:
            return
        if organization is not None and above.pk == organization.pk:
            raise Invalid("上级党组织不能是它自己或它的下级", field="parent")
        rows = PartyOrganization.objects.unscoped("the tree is walked upward to find circles")
        above = rows.filter(pk=above.parent_id).first() if above.parent_id else None
    raise Invalid(f"党组织层级不能超过 {DEEPEST} 级", field="parent")

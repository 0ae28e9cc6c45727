"""What a federation asks of a person on his home page: to approve what has been reviewed."""

from collections.abc import Iterable
from typing import Any

from django.urls import reverse

from federations.access import APPROVE, may_approve
from federations.models import Federation
from registers.sockets import Owed

SHOWN = 5


def to_approve(user: Any) -> Iterable[Owed]:
    """Federations under review that this person may approve, oldest first."""
    if not user.can(APPROVE):
        return
    waiting = Federation.objects.changeable_by(user, APPROVE).filter(status=Federation.Status.REVIEWED)
    for federation in waiting.select_related("organization").order_by("updated_at")[:SHOWN]:
        if may_approve(by=user, federation=federation):
            yield Owed(f"批复“{federation.name}”", reverse("federations:detail", args=[federation.pk]), "去批复")

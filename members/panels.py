"""What members put on pages below: who leads a village and who its members are."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Q

from lianjian import clock
from registers.pages.parts import Related
from registers.register import register_of


def people_of_village(village: Any, user: Any) -> Iterable[Related]:
    """The posts of a village's own party organisations and its members, under the village's page."""
    if user.can("organizations.view"):
        standing = Q(valid_to__isnull=True) | Q(valid_to__gt=clock.today())
        posts = register_of("posts").rows(user).filter(standing, organization__area=village.pk)
        yield Related(
            "村班子", "posts", posts.order_by("valid_from", "pk"), ("person", "title", "portfolio", "source", "from"),
            filters={"area": village.pk}, empty="还没有填报村班子。",
        )  # fmt: skip
    if user.can("members.view"):
        members = register_of("members").rows(user).filter(village=village, is_active=True)
        yield Related(
            "党员", "members", members.order_by("number"), ("name", "member_no", "subject_class", "joined_on"),
            filters={"area": village.pk}, initial={"village_code": village.pk}, empty="还没有登记党员。",
        )  # fmt: skip

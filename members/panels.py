"""What members put on pages: who leads a village, who its members, talents, representatives and households are; and
what a person has done, under his own page.
"""

from collections.abc import Iterable
from typing import Any

from django.db.models import Q

from lianjian import clock
from members.models.subjects import SubjectKind
from registers.pages.parts import Related
from registers.register import register_of


def people_of_village(village: Any, user: Any) -> Iterable[Related]:
    """The posts of a village's own party organisations, its people and its cadres elsewhere."""
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
        for kind, columns, empty in (
            (SubjectKind.REPRESENTATIVE, ("name", "member_no"), "还没有登记村民代表。"),
            (SubjectKind.HOUSEHOLD, ("name", "member_no", "household_size"), "还没有登记村民户。"),
        ):
            subjects = register_of("subjects").rows(user).filter(village=village, is_active=True, kind=kind)
            yield Related(
                kind.label, "subjects", subjects.order_by("number"), columns,
                filters={"area": village.pk, "kind": kind.value},
                initial={"village_code": village.pk, "kind": kind.value}, empty=empty,
            )  # fmt: skip
        talents = register_of("talents").rows(user).filter(village=village)
        yield Related(
            "乡土人才", "talents", talents.order_by("name", "category"),
            ("name", "category", "skill", "level", "is_willing"),
            filters={"area": village.pk}, initial={"village_code": village.pk}, empty="还没有登记人才。",
        )  # fmt: skip
    if user.can("organizations.view"):
        exchanges = register_of("cadre-exchanges").rows(user)
        exchanges = exchanges.filter(Q(from_village=village) | Q(to_village=village)).order_by("-valid_from", "pk")
        if exchanges.exists():
            yield Related(
                "干部双向交流", "cadre-exchanges", exchanges,
                ("name", "direction", "from_village", "to_village", "from", "to"), filters={"area": village.pk},
            )  # fmt: skip


def doings_of_subject(subject: Any, user: Any) -> Iterable[Related]:
    """Exchanges, talents and trainings of a person, under his page; nothing where there is nothing."""
    if subject.person_id and user.can("organizations.view"):
        exchanges = register_of("cadre-exchanges").rows(user).filter(person=subject.person_id)
        if exchanges.exists():
            yield Related(
                "双向交流", "cadre-exchanges", exchanges.order_by("-valid_from", "pk"),
                ("name", "direction", "from_village", "to_village", "from", "to"),
            )  # fmt: skip
    talents = register_of("talents").rows(user).filter(person=subject.person_id)
    if subject.person_id and talents.exists():
        yield Related(
            "特长", "talents", talents.order_by("category"), ("name", "category", "skill", "level", "is_willing")
        )
    came = register_of("attendances").rows(user).filter(subject=subject)
    if came.exists():
        yield Related(
            "参加培训", "attendances", came.order_by("-training__held_on", "pk"), ("training", "attended", "note")
        )


def of_organization(organization: Any, user: Any) -> Iterable[Related]:
    """Staff working for a party organisation and the trainings it held."""
    staff = register_of("delegated-staff").rows(user).filter(organization=organization)
    if staff.exists():
        standing = Q(valid_to__isnull=True) | Q(valid_to__gt=clock.today())
        yield Related(
            "下沉上提人员", "delegated-staff", staff.filter(standing).order_by("valid_from", "pk"),
            ("name", "kind", "unit", "is_full_time", "from"),
            filters={"organization": organization.pk}, initial={"organization": organization.pk},
            empty="现在没有在岗的。",
        )  # fmt: skip
    if user.can("members.view"):
        held = register_of("trainings").rows(user).filter(organization=organization)
        if held.exists():
            yield Related(
                "主办的培训",
                "trainings",
                held.order_by("-held_on", "-pk"),
                ("title", "kind", "held_on", "actual_people"),
            )

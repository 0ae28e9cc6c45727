"""Leadership patterns (P08): set at founding, and B handed over to A in one step that the history keeps whole."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.db.models import Q

from federations.access import CHANGE, require
from federations.actions.steps import add_step, locked
from federations.models import Federation, LeadershipPattern
from federations.settings_declared import HANDOVER_MONTHS
from lianjian import clock
from members.actions.posts import appoint, hand_over, person_for_post
from members.models import Post
from registers.errors import Invalid, WrongState
from registers.models.row import effective_on
from registers.models.setting import setting

Pattern = LeadershipPattern.Pattern


def months_after(day: dt.date, months: int) -> dt.date:
    """The same day so many months later; the last of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return dt.date(year, month + 1, last)
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")


def begin_pattern(
    federation: Federation, *, pattern: str, on: dt.date, due_on: dt.date | None = None, note: str = ""
) -> LeadershipPattern:
    """The first pattern of a federation; B is due after the county's months where no day is named.

    The caller has checked who may, and its transaction holds.
    """
    if pattern == Pattern.B and due_on is None:
        due_on = months_after(on, setting(HANDOVER_MONTHS, federation.area_id))
    return LeadershipPattern.objects.create(
        federation=federation,
        pattern=pattern,
        valid_from=on,
        due_on=due_on if pattern == Pattern.B else None,
        note=note,
    )


def pattern_on(federation: Federation, day: dt.date | None = None) -> LeadershipPattern | None:
    """The pattern that holds a day (today). The caller was allowed to see the federation."""
    rows = LeadershipPattern.objects.unscoped("the caller was allowed to see the federation")
    return rows.filter(effective_on(day or clock.today()), federation=federation).first()


def secretary_of(federation: Federation, day: dt.date | None = None) -> Post | None:
    """The 书记 of the joint organisation on a day (today). The caller was allowed to see the federation."""
    posts = Post.objects.unscoped("the caller was allowed to see the federation").filter(
        effective_on(day or clock.today()), organization_id=federation.organization_id, title=Post.Title.SECRETARY
    )
    return posts.select_related("person").first()


@transaction.atomic
def hand_over_leadership(
    *,
    by: Any,
    federation: Federation,
    person: str,
    on: dt.date,
    portfolio: str = "",
    stays_as_first_secretary: bool = True,
    note: str = "",
) -> LeadershipPattern:
    """Pattern B becomes pattern A: the town leader ends as 书记 on that day, a village secretary (`person`, a name or
    member number) begins, and the town leader stays as 党总支第一书记 where wanted. One transaction, one 调整.

    Raises WrongState where pattern B does not hold that day; Invalid, NotAllowed, NotFound.
    """
    federation = locked(federation)
    require(by=by, federation=federation, right=CHANGE)
    if on > clock.today():
        raise Invalid("交接日期不能晚于今天", field="on")
    rows = LeadershipPattern.objects.unscoped("the federation was checked").select_for_update(of=("self",))
    before = rows.filter(federation=federation, valid_to__isnull=True).first()
    if before is None or before.pattern != Pattern.B:
        raise WrongState(f"“{federation.name}”现在不是模式B（镇领导过渡），不用交接")
    if on <= before.valid_from:
        raise Invalid(f"交接日期应晚于模式B的起始日期 {before.valid_from}", field="on")
    old = secretary_of(federation, on - dt.timedelta(days=1))
    organization = federation.organization
    chosen = person_for_post(by=by, name=person.strip(), organization=organization, source=Post.Source.VILLAGE)
    if old is not None and chosen.pk == old.person_id:
        raise Invalid(f"{chosen.name}就是现任书记，请填接任的强村书记", field="person")
    _leave_other_posts(organization_id=organization.pk, person_id=chosen.pk, on=on)
    new = hand_over(by=by, organization=organization, person=chosen, on=on, portfolio=portfolio)
    if stays_as_first_secretary and old is not None and not _has_first_secretary(organization.pk, on):
        appoint(
            by=by, organization=organization, person=old.person, title=Post.Title.FIRST_SECRETARY, valid_from=on,
            source=old.source,
        )  # fmt: skip
    before.valid_to = on
    before.save()
    after = LeadershipPattern.objects.create(
        federation=federation, pattern=Pattern.A, valid_from=on, note=note.strip()[:200]
    )
    leaders = f"{old.person.name}交接给{new.person.name}" if old is not None else f"{new.person.name}任书记"
    said = f"领导模式由B转为A：{leaders}"
    add_step(
        federation, to=federation.status, on=on, by=by, adjusted=True,
        reason=f"{said}。{note.strip()}" if note.strip() else said,
    )  # fmt: skip
    return after


def _leave_other_posts(*, organization_id: int, person_id: Any, on: dt.date) -> None:
    """Whoever becomes 书记 is no longer 副书记 or 委员 of the same organisation."""
    posts = Post.objects.unscoped("the federation was checked").filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=on), organization_id=organization_id, person_id=person_id
    )
    posts = posts.exclude(title=Post.Title.SECRETARY)
    posts.filter(valid_from__gte=on).delete()
    posts.update(valid_to=on)


def _has_first_secretary(organization_id: int, on: dt.date) -> bool:
    posts = Post.objects.unscoped("the federation was checked").filter(effective_on(on))
    return posts.filter(organization_id=organization_id, title=Post.Title.FIRST_SECRETARY).exists()

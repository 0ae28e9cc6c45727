"""Posts on party organisations (P08): who leads, one 书记 at a time, and handing over."""

import datetime as dt
import re
from typing import Any

from django.db import IntegrityError, transaction

from lianjian import areacodes, pinyin
from members.access import reaches
from members.models import PartyOrganization, Person, Post
from members.queries.people import persons_named
from registers.errors import Invalid, NotAllowed, NotFound
from villages.models import Area

RIGHT = "organizations.change"
_WITH_PLACE = re.compile("(?P<name>[^（(]+)[（(](?P<place>[^（）()]+)[）)]")
FROM_ABOVE = (Post.Source.TOWN, Post.Source.SENT, Post.Source.GRADUATE)


def require_organization(*, by: Any, organization: PartyOrganization) -> None:
    """The right to fill posts there. Raises NotFound outside the scope, NotAllowed inside without the right."""
    rows = PartyOrganization.objects
    if rows.changeable_by(by, RIGHT).filter(pk=organization.pk).exists():
        return
    if rows.visible_to(by).filter(pk=organization.pk).exists():
        raise NotAllowed("您可以查看这个党组织，但没有修改的权限，请由有权限的同志办理")
    raise NotFound


def person_for_post(*, by: Any, name: str, organization: PartyOrganization, source: str) -> Person:
    """The person a post names within one's scope: by member number, by name, or as 姓名（村或单位） among namesakes.

    Cadres of the town and those sent from above are in no member book: people without a village go first among them,
    and an unknown name is entered as a person of the organisation's town; so is a villagers' name with the town
    behind it. Raises Invalid where a name is unknown or fits several people.
    """
    name, place = _name_and_place(name)
    from_above = source in FROM_ABOVE
    namesakes = persons_named(by, {name}).get(name, [])
    found = [person for person in namesakes if _names(person.area, place)] if place else namesakes
    if from_above:
        found = [person for person in found if not _is_villager(person)] or found
    if len(found) > 1:
        found = [person for person in found if reaches_area(organization, person)] or found
    if len(found) > 1:
        places = "、".join(dict.fromkeys(person.area.short_name for person in found[:5]))
        hint = "；不是村里的，括号里写镇街名称" if from_above else ""
        raise Invalid(
            f"有 {len(found)} 位同名的“{name}”（{places}），请填党员编号，或在姓名后的括号里写明村名，"
            f"如“{name}（{found[0].area.short_name}）”{hint}",
            field="person",
        )
    if found:
        return found[0]
    town = organization.area_id[: areacodes.LEVEL_LENGTHS["town"]]
    areas = Area.objects.unscoped("names of places are no secret")
    is_new = from_above and not name.isdigit() and (not place or _names(areas.get(pk=town), place))
    if not is_new:
        called = f"{name}（{place}）" if place else name
        raise Invalid(
            f"没有找到“{called}”，请核对姓名或填党员编号；镇街干部和上级选派的，请先选对“来源”", field="person"
        )
    return Person.objects.create(name=name, area_id=town, **pinyin.columns(name, person=True))


def _name_and_place(text: str) -> tuple[str, str]:
    """王平（锅上） → 王平, 锅上; no place where none is written."""
    found = _WITH_PLACE.fullmatch(text.strip())
    return (found["name"].strip(), found["place"].strip()) if found else (text.strip(), "")


def _names(area: Area, place: str) -> bool:
    """Whether an area is called so: 锅上, 锅上村, 乳山口镇, or by its code."""
    bare = areacodes.short_name(place).removesuffix("村")
    return place in (area.name, area.short_name, area.pk) or bare == area.short_name.removesuffix("村")


def _is_villager(person: Person) -> bool:
    return len(person.area_id) == areacodes.LEVEL_LENGTHS["village"]


def reaches_area(organization: PartyOrganization, person: Person) -> bool:
    """Whether a person lives where the organisation is."""
    return areacodes.contains(organization.area_id, person.area_id)


@transaction.atomic
def appoint(
    *,
    by: Any,
    organization: PartyOrganization,
    person: Person,
    title: str,
    valid_from: dt.date,
    valid_to: dt.date | None = None,
    portfolio: str = "",
    source: str = Post.Source.VILLAGE,
    post: Post | None = None,
) -> Post:
    """Fill a post, or change `post`. Raises Invalid where another 书记 holds the time, NotAllowed, NotFound."""
    require_organization(by=by, organization=organization)
    if post is not None:
        require_organization(by=by, organization=post.organization)
    if not _may_know(by, person, post):
        raise Invalid("没有找到这个人，请核对姓名或填党员编号", field="person")
    if valid_to and valid_to <= valid_from:
        raise Invalid("免职日期应晚于任职日期", field="to")
    post = post or Post()
    post.organization, post.person, post.title, post.portfolio, post.source = (
        organization, person, title, portfolio, source,
    )  # fmt: skip
    post.valid_from, post.valid_to = valid_from, valid_to
    _save(post)
    return post


@transaction.atomic
def end_post(*, by: Any, post: Post, on: dt.date) -> Post:
    """The last day is the one before `on`. Raises Invalid, NotAllowed, NotFound."""
    require_organization(by=by, organization=post.organization)
    if on <= post.valid_from:
        raise Invalid(f"免职日期应晚于任职日期 {post.valid_from}", field="to")
    post.valid_to = on
    _save(post)
    return post


@transaction.atomic
def hand_over(
    *,
    by: Any,
    organization: PartyOrganization,
    person: Person,
    on: dt.date,
    portfolio: str = "",
    source: str = Post.Source.VILLAGE,
) -> Post:
    """A new 书记 from a day on; the one before leaves that day (mode B hands over to mode A)."""
    require_organization(by=by, organization=organization)
    posts = Post.objects.unscoped("the organisation was checked").filter(
        organization=organization, title=Post.Title.SECRETARY, valid_from__lt=on
    )
    before = posts.filter(valid_to__isnull=True).first() or posts.filter(valid_to__gt=on).first()
    if before is not None:
        before.valid_to = on
        before.save()
    return appoint(
        by=by,
        organization=organization,
        person=person,
        title=Post.Title.SECRETARY,
        valid_from=on,
        portfolio=portfolio,
        source=source,
    )


def _may_know(by: Any, person: Person, post: Post | None) -> bool:
    """A person within one's scope, of the town one works in, or the one the post already names."""
    if post is not None and post.person_id == person.pk:
        return True
    scope = by.scope_for("members.view")
    return reaches(scope, person.area_id) or any(low.startswith(person.area_id) for low, _ in scope.ranges)


def _save(post: Post) -> None:
    try:
        with transaction.atomic():
            post.save()
    except IntegrityError as error:
        if "one_secretary_at_a_time" not in str(error):
            raise
        raise Invalid(_who_is_secretary(post), field="title") from error


def _who_is_secretary(post: Post) -> str:
    """Names the secretary in the way: he holds a post on an organisation that the user may change."""
    rows = Post.objects.unscoped("posts of an organisation the user may change").filter(
        organization=post.organization, title=Post.Title.SECRETARY
    )
    rows = rows.exclude(pk=post.pk).filter(valid_from__lt=post.valid_to) if post.valid_to else rows.exclude(pk=post.pk)
    other = rows.exclude(valid_to__lte=post.valid_from).select_related("person").order_by("valid_from").first()
    if other is None:
        return "这个党组织在此期间已有书记，请先填写前任的免职日期"
    until = f"至 {other.valid_to}" if other.valid_to else "至今"
    return (
        f"“{post.organization.name}”在此期间已有书记{other.person.name}（{other.valid_from} {until}），"
        "请先填写前任的免职日期"
    )

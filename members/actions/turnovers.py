"""Turnovers (换届, P08): posts of many organisations ended and filled anew in one transaction, and taken back."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from lianjian import areacodes, clock, pinyin
from members.access import require_change
from members.models import PartyOrganization, Person, Post, Turnover
from members.turnover.columns import Line
from members.turnover.planning import Plan, Stay, make_plan
from registers import saving
from registers.errors import Invalid, WrongState

RIGHT, VIEW = "organizations.change", "organizations.view"
FARTHEST = dt.timedelta(days=366)  # ahead of today
_POST_FACTS = ("organization_id", "person_id", "title", "portfolio", "source", "valid_from", "valid_to")


class PlanChanged(WrongState):
    """Somebody changed posts after the preview was made."""


def require_day(on: dt.date) -> None:
    """Raises Invalid for a day that no turnover has."""
    if on > clock.today() + FARTHEST:
        raise Invalid("换届日期不能晚于一年之后，请核对", field="on")
    if on.year < 1949:
        raise Invalid("请核对换届日期", field="on")


@transaction.atomic
def replace_posts(
    *, by: Any, on: dt.date, lines: Sequence[Line], file_name: str = "", digest: str = ""
) -> Turnover | None:
    """End, keep and begin posts as `lines` say, from the day on; None where nothing changes.

    Posts that go end on the day (one that began on that very day is taken out); who stays keeps his row; people from
    above the village who are not entered yet are. `digest` of the plan that was looked at: raises PlanChanged where
    it would do something else by now. Raises Invalid, NotAllowed, NotFound; then nothing is written.
    """
    require_day(on)
    _lock(by, {line.organization.pk for line in lines})
    plan = make_plan(lines, on)
    if plan.problems:
        line, field, problem, expected = plan.problems[0]
        raise Invalid(f"第 {line.checked.number} 行：{problem}，{expected}", field=field)
    if digest and plan.digest != digest:
        raise PlanChanged("核对之后有人改了班子任职，请再看一遍")
    if not plan.changes:
        return None
    effects = _end(plan, on) | _change(plan)
    try:
        with transaction.atomic():
            created = _begin(plan, on)
    except IntegrityError as error:
        raise PlanChanged("刚刚有人登记了其中的任职，请再看一遍") from error
    effects["created"] = {str(post.pk): 1 for post in created}
    codes = {team.organization.area_id for team in plan.teams}
    return Turnover.objects.create(
        area_id=_common_area(codes), on=on, by=by, file_name=file_name[:200], organizations=len(plan.teams),
        came=plan.count("comes"), left=plan.count("goes"), stayed=plan.count("stays") + plan.count("kept"),
        lines=[
            {"organization": line.organization.pk, "title": line.title, "name": line.name,
             "person": str(line.person.pk)}
            for line in lines if line.person is not None
        ],
        effects=effects,
    )  # fmt: skip


def _lock(by: Any, keys: set[int]) -> None:
    """Lines up those who change the same teams. Raises NotFound for an organisation out of reach."""
    rows = PartyOrganization.objects.changeable_by(by, RIGHT).filter(pk__in=keys).order_by("pk")
    if len(rows.select_for_update(of=("self",))) != len(keys):
        raise Invalid("没有找到其中的党组织，请核对", field="organization")


def _end(plan: Plan, on: dt.date) -> dict[str, Any]:
    """Posts that go; those that began on the very day never held and are taken out."""
    ended: dict[str, Any] = {}
    removed = []
    for team in plan.teams:
        for post in team.goes:
            if post.valid_from < on:
                ended[str(post.pk)] = [post.version + 1, post.valid_to.isoformat() if post.valid_to else None]
                continue
            if names := saving.referring(post):
                raise WrongState(f"{post.person.name}当天登记的任职已用于{'、'.join(names)}，请先处理")
            removed.append({name: _plain(getattr(post, name)) for name in _POST_FACTS})
            post.delete()
    posts = Post.objects.unscoped("their organisations are locked and may be changed")
    posts.filter(pk__in=[int(key) for key in ended]).update(valid_to=on, updated_at=timezone.now())
    return {"ended": ended, "removed": removed}


def _change(plan: Plan) -> dict[str, Any]:
    """Portfolios and sources of those who stay."""
    changing: list[Stay] = [stay for team in plan.teams for stay in team.stays if stay.changes]
    changed = {str(stay.post.pk): [stay.post.version + 1, stay.post.portfolio, stay.post.source] for stay in changing}
    for stay in changing:
        stay.post.portfolio, stay.post.source, stay.post.updated_at = stay.portfolio, stay.source, timezone.now()
    rows = Post.objects.unscoped("their organisations are locked and may be changed")
    rows.bulk_update([stay.post for stay in changing], ["portfolio", "source", "updated_at"])
    return {"changed": changed}


def _begin(plan: Plan, on: dt.date) -> list[Post]:
    """Who comes; the same new name of the same town is one person."""
    new: dict[tuple[str, str], Person] = {}
    coming = [line for team in plan.teams for line in team.comes]
    for line in coming:
        if line.person is None:
            town = line.organization.area_id[: areacodes.LEVEL_LENGTHS["town"]]
            person = new.setdefault(
                (town, line.name), Person(name=line.name, area_id=town, **pinyin.columns(line.name, person=True))
            )
            line.person = person
    Person.objects.bulk_create(new.values())
    return Post.objects.bulk_create(
        Post(
            organization=line.organization,
            person=line.person,
            title=line.title,
            portfolio=line.portfolio or "",
            source=line.source or Post.Source.VILLAGE,
            valid_from=on,
        )
        for line in coming
    )


def _common_area(codes: set[str]) -> str:
    """The smallest area that holds all of them."""
    first = min(codes)
    lengths = sorted((length for length in areacodes.LEVEL_LENGTHS.values() if length <= len(first)), reverse=True)
    return next(
        (first[:length] for length in lengths if all(code.startswith(first[:length]) for code in codes)), first[:2]
    )


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, int | str) else str(value)


@transaction.atomic
def undo_turnover(*, by: Any, turnover: Turnover) -> Turnover:
    """Take a turnover back as long as nobody has touched its posts since. Raises WrongState, NotAllowed, NotFound.

    Posts it began go, those it ended go on, portfolios are as before. People entered by it stay, known by name only.
    """
    require_change(by=by, right=RIGHT, code=turnover.area_id, view_right=VIEW)
    turnover = Turnover.objects.unscoped("checked above").select_for_update(of=("self",)).get(pk=turnover.pk)
    if turnover.undone_at is not None:
        raise WrongState("这次换届已经撤回")
    effects = turnover.effects
    versions = {
        **effects["created"],
        **{key: version for key, (version, *_) in {**effects["ended"], **effects["changed"]}.items()},
    }
    rows = Post.objects.unscoped("posts that the turnover wrote").select_for_update(of=("self",)).order_by("pk")
    posts = {str(post.pk): post for post in rows.filter(pk__in=map(int, versions)).select_related("person")}
    _lock(by, {post.organization_id for post in posts.values()})
    for key, version in versions.items():
        post = posts.get(key)
        if post is None or post.version != version:
            who = f"{post.person.name}的任职" if post is not None else "其中的任职"
            raise WrongState(f"换届以后{who}又有改动，不能整体撤回，请逐条更正")
        if key in effects["created"] and (names := saving.referring(post)):
            raise WrongState(f"{post.person.name}的任职已用于{'、'.join(names)}，不能撤回")
    try:
        with transaction.atomic():
            _restore(effects, posts)
    except IntegrityError as error:
        raise WrongState("换届以后又登记了别的书记，不能整体撤回，请逐条更正") from error
    turnover.undone_at = timezone.now()
    turnover.save()
    return turnover


def _restore(effects: dict[str, Any], posts: dict[str, Post]) -> None:
    for key in effects["created"]:
        posts[key].delete()
    for key, (_, earlier) in effects["ended"].items():
        posts[key].valid_to = dt.date.fromisoformat(earlier) if earlier else None
        posts[key].save()
    for key, (_, portfolio, source) in effects["changed"].items():
        posts[key].portfolio, posts[key].source = portfolio, source
        posts[key].save()
    Post.objects.bulk_create(Post(**facts) for facts in effects["removed"])

"""The life of a quarter's close: 试算 → 公示 → 审定, and reopening by a second person."""

from typing import Any

from django.db import transaction
from django.db.models import Max

from lianjian import areacodes, clock, periods, workingdays
from members.models import PointObjection, PointQuarter, QuarterClose
from members.points import closing, crediting
from members.points.rules import lock_gate
from registers.errors import Invalid, NotAllowed, NotFound, WrongState
from registers.jobs import start_job
from registers.models import Job
from registers.models.setting import setting
from villages.models import Area

_GATE_WORDS: dict[str, str] = {PointQuarter.State.PUBLISHED: "正在公示", PointQuarter.State.LOCKED: "已经审定"}


@transaction.atomic
def start_close(*, by: Any, county: str, quarter: str) -> tuple[QuarterClose, Job]:
    """Begin a trial (试算) of a county's quarter; the job computes it and then it can be seen.

    Where nothing changed since the last whole trial, that one is returned and the job has nothing to do; a trial
    that still waits in the queue will see every change and is returned too. Raises Invalid for an unknown county
    (or one out of reach), quarter or missing scheme, NotAllowed, WrongState while published or locked.
    """
    area = _county(by, county)
    quarter = _quarter(quarter)
    gate = lock_gate(county, quarter)
    if gate.state != PointQuarter.State.OPEN:
        raise WrongState(f"{_label(quarter)}{_GATE_WORDS[gate.state]}，要重新计算请先重新打开")
    inputs = closing.Inputs.of(county, quarter)
    versions = QuarterClose.objects.unscoped("the county was checked").filter(area=area, quarter=quarter)
    _drop_abandoned(versions)
    last = versions.order_by("-number").first()
    if last is not None and last.state == QuarterClose.State.TRIAL:
        if last.whole_at is None and last.job is not None and last.job.state == Job.State.QUEUED:
            return last, last.job
        if last.whole_at is not None and closing.is_current(last, inputs):
            return last, _job(by, last)
    return _new_trial(by, area, quarter)


def _new_trial(by: Any, area: Area, quarter: str, *, is_correction: bool = False) -> tuple[QuarterClose, Job]:
    versions = QuarterClose.objects.unscoped("numbers run over all versions").filter(area=area, quarter=quarter)
    number = (versions.aggregate(last=Max("number"))["last"] or 0) + 1
    close = QuarterClose.objects.create(
        area=area, quarter=quarter, number=number, started_by=by, is_correction=is_correction
    )
    close.job = _job(by, close)
    close.save(update_fields=["job"])
    return close, close.job


def _job(by: Any, close: QuarterClose) -> Job:
    what = "积分更正" if close.is_correction else "积分试算"
    return start_job(closing.JOB_KIND, by=by, title=f"{close.area.name}{_label(close.quarter)}{what}", close=close.pk)


def _drop_abandoned(versions: Any) -> None:
    """Versions whose job ended without making them whole will never be: they make room."""
    for close in versions.filter(whole_at__isnull=True).select_related("job"):
        if close.job is None or close.job.is_finished:
            closing.discard(close)


@transaction.atomic
def publish(*, close: QuarterClose, by: Any) -> QuarterClose:
    """公示: freeze the list; from now on the quarter takes no entries, later facts settle in the next one.

    Raises WrongState where it is no whole trial, the quarter is not over, or anything it was computed from has
    changed since; NotFound, NotAllowed.
    """
    close = _locked(close, by, "closes.publish")
    if close.state != QuarterClose.State.TRIAL:
        raise WrongState(f"只有试算可以公示，第 {close.number} 版现在是“{close.get_state_display()}”")
    if periods.parse_quarter(close.quarter).last_day >= clock.today():
        raise WrongState(f"{_label(close.quarter)}还没有结束，结束后才能公示")
    if not closing.is_current(close, closing.Inputs.of(close.area_id, close.quarter)):
        raise WrongState("试算之后积分、人员或联建又有变化，请重新试算后再公示")
    days = setting("closes.publication_days", close.area_id)
    _versions(close).filter(state=QuarterClose.State.TRIAL, whole_at__isnull=False).exclude(pk=close.pk).update(
        state=QuarterClose.State.SUPERSEDED
    )
    close.state = QuarterClose.State.PUBLISHED
    close.published_by, close.published_at = by, clock.now()
    close.objections_until = workingdays.add_working_days(clock.today(), days)
    close.save(update_fields=["state", "published_by", "published_at", "objections_until"])
    return close


@transaction.atomic
def confirm(*, close: QuarterClose, by: Any) -> QuarterClose:
    """审定: lock a published close.

    Raises WrongState where it is not published, an objection waits for its decision, or what an upheld one corrected
    is not yet in the result; NotFound, NotAllowed.
    """
    close = _locked(close, by, "closes.confirm")
    if close.state != QuarterClose.State.PUBLISHED:
        raise WrongState(f"公示过的结算才能审定，第 {close.number} 版现在是“{close.get_state_display()}”")
    waiting = PointObjection.objects.unscoped("the county was checked").filter(
        close__area_id=close.area_id, quarter=close.quarter, outcome=PointObjection.Outcome.PENDING
    )
    if count := waiting.count():
        raise WrongState(f"还有 {count} 条异议没有处理，处理完才能审定")
    if closing.entry_count(close.area_id, close.quarter) != close.entry_count:
        raise WrongState("异议更正后的结果还在计算，算完再审定")
    close.state = QuarterClose.State.LOCKED
    close.locked_by, close.locked_at = by, clock.now()
    close.save(update_fields=["state", "locked_by", "locked_at"])
    crediting.start(close, by)
    return close


@transaction.atomic
def reopen(*, close: QuarterClose, by: Any, reason: str) -> tuple[QuarterClose, QuarterClose, Job]:
    """Reopen a published or locked quarter: another person than who published (locked) it, with a reason.

    The old version stays readable as 已被替代; a trial of the next version begins at once. Returns the old version,
    the new one and its job. Raises Invalid without a reason, WrongState, NotAllowed for the same person, NotFound.
    """
    close = _locked(close, by, "closes.reopen")
    if close.state not in (QuarterClose.State.PUBLISHED, QuarterClose.State.LOCKED):
        raise WrongState(f"只有公示或审定的结算可以重新打开，第 {close.number} 版现在是“{close.get_state_display()}”")
    if not (reason := reason.strip()):
        raise Invalid("请写明重新打开的原因", field="reason")
    locked = close.state == QuarterClose.State.LOCKED
    if by.pk == (close.locked_by_id if locked else close.published_by_id):
        raise NotAllowed(f"重新打开要由另一个人办理：这一版是您本人{'审定' if locked else '公示'}的")
    close.state = QuarterClose.State.SUPERSEDED
    close.reopened_by, close.reopened_at, close.reopen_reason = by, clock.now(), reason[:200]
    close.save(update_fields=["state", "reopened_by", "reopened_at", "reopen_reason"])
    return close, *_new_trial(by, close.area, close.quarter)


def start_correction(*, close: QuarterClose, by: Any) -> tuple[QuarterClose, Job]:
    """Compute a published close again with what an upheld objection corrected; the result takes its place.

    In the caller's transaction, which holds the gate. One that still waits in the queue will see every correction.
    """
    last = _versions(close).order_by("-number").first()
    if last.is_correction and last.whole_at is None and last.job and last.job.state == Job.State.QUEUED:
        return last, last.job
    return _new_trial(by, close.area, close.quarter, is_correction=True)


def _versions(close: QuarterClose) -> Any:
    return QuarterClose.objects.unscoped("versions of a close the user may change").filter(
        area_id=close.area_id, quarter=close.quarter
    )


def _locked(close: QuarterClose, by: Any, right: str) -> QuarterClose:
    """The close as it is now, under the gate's lock, for somebody who has the right over the whole county."""
    if not QuarterClose.objects.visible_to(by).filter(pk=close.pk, whole_at__isnull=False).exists():
        raise NotFound
    if not by.scope_for(right).covers(close.area_id):
        raise NotAllowed("您可以查看这次结算，但没有办理的权限，请由县委组织部办理")
    lock_gate(close.area_id, close.quarter)
    found = QuarterClose.objects.unscoped("checked above").select_for_update(of=("self",))
    return found.select_related("area").get(pk=close.pk)


def _county(by: Any, code: str) -> Area:
    area = Area.objects.unscoped("checked below").filter(pk=code, level=Area.Level.COUNTY).first()
    if area is None or not (by.scope_for("points.view").covers(code) or _works_in(by, code)):
        raise Invalid("没有找到这个县（市、区），请核对代码", field="area_code")
    if not by.scope_for("closes.run").covers(code):
        raise NotAllowed("季度结算由县委组织部办理")
    return area


def _works_in(by: Any, county: str) -> bool:
    scope = by.scope_for("points.view")
    return any(areacodes.contains(county, low) for low, _ in scope.ranges) or any(
        str(code).startswith(county) for code in scope.ids("village")
    )


def _quarter(text: str) -> str:
    try:
        return str(periods.parse_quarter(text))
    except periods.PeriodError as error:
        raise Invalid(str(error), field="quarter") from error


def _label(quarter: str) -> str:
    return periods.parse_quarter(quarter).label


__all__ = ["confirm", "publish", "reopen", "start_close", "start_correction"]

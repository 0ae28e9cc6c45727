"""Saving joint projects and moving them through their states (P27)."""

import datetime as dt
from typing import Any

from django.db import transaction

from federations.models import Project, ProjectStep
from lianjian import clock
from registers import saving
from registers.errors import Invalid, NotAllowed, NotFound
from registers.register import Register

State = Project.State
NEEDS_REASON = (State.ENDED,)


def require(*, by: Any, project: Project) -> None:
    """The project may be changed. Raises NotFound outside the scope, NotAllowed inside without the right."""
    if Project.objects.changeable_by(by).filter(pk=project.pk).exists():
        return
    if Project.objects.visible_to(by).filter(pk=project.pk).exists():
        raise NotAllowed(f"“{project.name}”由{project.area}办理，您可以查看，不能修改")
    raise NotFound


def locked(project: Project) -> Project:
    """The project's row, locked to the end of the transaction."""
    rows = Project.objects.unscoped("the caller checks who may").select_related("area", "federation")
    return rows.select_for_update(of=("self",), no_key=True).get(pk=project.pk)


@transaction.atomic
def save_project(*, by: Any, register: Register, values: dict[str, Any], project: Project | None) -> Project:
    """A new project begins in the state given (谋划 where none is); later a state changes by a step of its own day.

    A project that is no more than an idea has no step yet, and may still be deleted. Raises Invalid for a state that
    cannot follow.
    """
    before = "" if project is None else project.state
    wanted = values.get("state") or before or State.PLANNED
    given = {name: value for name, value in values.items() if name != "state"}
    row = saving.filled(register, given, project)
    if project is None:
        row.state = wanted
        row.save()
        if wanted != State.PLANNED:
            day = row.ended_on if wanted == State.ENDED else row.started_on
            _add_step(row, before="", on=min(day or clock.today(), clock.today()), by=by, reason="补录")
        return row
    row.save()
    if wanted != before:
        move_state(by=by, project=row, to=wanted, on=clock.today(), reason="在台账中修改")
        row.refresh_from_db(from_queryset=Project.objects.unscoped("just saved"))
    return row


@transaction.atomic
def move_state(*, by: Any, project: Project, to: str, on: dt.date, reason: str = "") -> Project:
    """One step along Project.NEXT_STATE. The first one that begins work dates the start, 终止 dates the end.

    Raises NotFound, NotAllowed, WrongState, Invalid.
    """
    require(by=by, project=project)
    project = locked(project)
    if to not in Project.NEXT_STATE[project.state]:
        label = State(to).label if to in State.values else to
        raise Invalid(f"“{project.get_state_display()}”的项目不能直接改为“{label}”", field="state")
    if on > clock.today():
        raise Invalid("日期不能晚于今天", field="on")
    last = project.steps.order_by("-on", "-pk").first()
    if last is not None and on < last.on:
        raise Invalid(f"日期不能早于上一步（{last.get_to_state_display()}）的 {last.on}", field="on")
    if to in NEEDS_REASON and not reason.strip():
        raise Invalid("请写明终止的原因", field="reason")
    before, project.state = project.state, to
    if to in (State.BUILDING, State.RUNNING):
        project.started_on = project.started_on or on
        project.ended_on = None
    elif to == State.ENDED:
        project.ended_on = on
    project.save(update_fields=["state", "started_on", "ended_on", "updated_at"])
    _add_step(project, before=before, on=on, by=by, reason=reason)
    return project


def _add_step(project: Project, *, before: str, on: dt.date, by: Any, reason: str) -> ProjectStep:
    return ProjectStep.objects.create(
        project=project, from_state=before, to_state=project.state, on=on, by=by, reason=reason.strip()[:300]
    )

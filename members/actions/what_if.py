"""Starting a trial of a scheme on past quarters; what it finds is its starter's alone and changes nothing."""

from collections.abc import Sequence
from typing import Any

from lianjian import periods
from members.models import PointScheme
from members.points import what_if
from registers.errors import Invalid, NotAllowed, NotFound
from registers.jobs import start_job
from registers.models import Job

QUARTERS_AT_MOST = 8


def start_what_if(*, by: Any, scheme: PointScheme, quarters: Sequence[str]) -> Job:
    """A job that runs the version on these locked quarters. Raises Invalid, NotAllowed, NotFound."""
    if not PointScheme.objects.visible_to(by).filter(pk=scheme.pk).exists():
        raise NotFound
    if not by.scope_for(what_if.RIGHT).covers(scheme.area_id):
        raise NotAllowed("积分办法由县委组织部制定和修改")
    wanted = sorted(set(quarters))
    if not wanted:
        raise Invalid("请勾选至少一个已审定的季度", field="quarters")
    if len(wanted) > QUARTERS_AT_MOST:
        raise Invalid(f"一次最多试算 {QUARTERS_AT_MOST} 个季度", field="quarters")
    offered = what_if.locked_closes(scheme)
    if missing := [quarter for quarter in wanted if quarter not in offered]:
        raise Invalid(
            f"{_label(missing[0])}没有审定的{scheme.get_subject_kind_display()}积分，不能试算", field="quarters"
        )
    title = f"{scheme}试算比较（{'、'.join(map(_label, wanted))}）"
    return start_job(what_if.JOB_KIND, by=by, title=title[:100], scheme=scheme.pk, quarters=wanted)


def _label(quarter: str) -> str:
    try:
        return periods.parse_quarter(quarter).label
    except periods.PeriodError:
        return quarter[:10]

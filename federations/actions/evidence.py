"""Planning evidence (P07): written with the founding, and kept with the decision it led to."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from federations.models import Federation, PlanningEvidence
from registers.errors import WrongState


def require_open_evidence(row: PlanningEvidence) -> None:
    """Raises WrongState for what a 批复 rested on: it may be added to, and not rewritten."""
    founded = row.federation.founded_on
    if founded is not None and row.on <= founded:
        raise WrongState(f"这条依据已随 {founded} 的批复存档，不能修改或删除。有变化请另加一条，写明日期")


def keep_evidence(
    federation: Federation, contents: Mapping[str, str], *, on: dt.date, source: str = ""
) -> list[PlanningEvidence]:
    """One row for each heading that says something. The caller has checked who may; part of his transaction."""
    rows: list[Any] = [
        PlanningEvidence(federation=federation, topic=topic, content=content.strip(), source=source, on=on)
        for topic, content in contents.items()
        if content.strip()
    ]
    return PlanningEvidence.objects.bulk_create(rows)


def missing_topics(federation: Federation) -> list[str]:
    """Names of the headings that a decision should weigh and nothing is written under."""
    rows = PlanningEvidence.objects.unscoped("the caller was allowed to see the federation")
    told = set(rows.filter(federation=federation).values_list("topic", flat=True))
    return [topic.label for topic in PlanningEvidence.NEEDED if topic not in told]

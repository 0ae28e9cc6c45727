"""The set-based close gives what the slow reference gives, field by field and by digest, on small nasty worlds."""

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings

from members.actions import closes
from members.models import PointScore, QuarterClose
from members.points.digest import canonical_lines
from registers import jobs
from tests.members.points.worlds import CLASSES, KINDS, federations_of, make_places, write_world
from tests.members.reference import canonical_lines as reference_lines
from tests.members.reference import close_quarter, digest
from tests.members.reference.strategies import COUNTY, QUARTER, worlds


class _Undo(Exception):
    """Ends an example and rolls its world back."""


@pytest.fixture
def county(world):
    make_places()
    return world


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large],
)
@given(drawn=worlds(kinds=KINDS, classes=CLASSES))
def test_the_close_equals_the_reference(county, drawn):
    user = county.user("xianji")
    expected = close_quarter(drawn)
    try:
        with transaction.atomic(), federations_of(drawn):
            write_world(drawn, user)
            if not any(scheme.from_quarter <= QUARTER for scheme in drawn.schemes):
                raise _Undo
            close, job = closes.start_close(by=user, county=COUNTY, quarter=QUARTER)
            jobs.run(str(job.pk))
            job.refresh_from_db()
            assert job.state == "done", job.message
            close = QuarterClose.objects.unscoped("test").get(pk=close.pk)
            assert canonical_lines(close) == reference_lines(expected)
            assert close.digest == digest(expected) and close.subject_count == len(expected)
            kept = PointScore.objects.unscoped("test").filter(close=close).select_related("close_subject")
            for score, row in zip(expected, kept.order_by("close_subject__number"), strict=True):
                assert (row.close_subject.number, row.base, dict(row.awards), row.deduct, row.total) == (
                    score.number,
                    score.base,
                    dict(score.awards),
                    score.deduct,
                    score.total,
                )
                assert (row.grade or None, row.rank_village, row.rank_federation, row.rank_town) == (
                    score.grade,
                    score.rank_village,
                    score.rank_federation,
                    score.rank_town,
                )
            raise _Undo
    except _Undo:
        pass

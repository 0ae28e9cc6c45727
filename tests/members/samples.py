"""Samples of all registers of members; one file a topic."""

from tests.members.samples_duties import DUTY_SAMPLES
from tests.members.samples_people import PEOPLE_SAMPLES
from tests.members.samples_points import POINT_SAMPLES
from tests.members.samples_work import WORK_SAMPLES

SAMPLES = {**PEOPLE_SAMPLES, **WORK_SAMPLES, **POINT_SAMPLES, **DUTY_SAMPLES}

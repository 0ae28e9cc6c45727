"""Samples of all registers of members; one file a topic."""

from tests.members.samples_people import PEOPLE_SAMPLES

SAMPLES = {**PEOPLE_SAMPLES}

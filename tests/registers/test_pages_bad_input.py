"""Pages given what no browser of ours sends: refused in words or shown again, never a breakdown."""

import pytest

from registers.register import registers
from tests.registers.suite.samples import Case

pytestmark = pytest.mark.django_db
FORMS = [register.slug for register in registers() if register.change_right and not register.api_only]
ODD = ["a\x00b", "²", "9" * 400]
KEYS = ["abc", "%00", "%C2%B2", "9" * 30, "-1", "%ED%A0%80", "%2e%2e%2fetc"]


@pytest.fixture
def broken_pages_answer(world):
    def client(who: str):
        found = world.client(who)
        found.raise_request_exception = False
        return found

    return client


@pytest.mark.parametrize("slug", FORMS)
def test_a_form_full_of_odd_texts_comes_back(world, broken_pages_answer, slug):
    case = Case.of(slug, world)
    row = case.make(1)
    client = broken_pages_answer(case.sample.writer)
    names = [column.field for column in case.register.columns]
    for odd in ODD:
        given = dict.fromkeys([*names, *(f"initial-{name}" for name in names), "version", "warning_reason"], odd)
        addresses = [f"/{slug}/{case.register.key_of(row)}/edit/"]
        if case.register.can_create:
            addresses.append(f"/{slug}/new/")
            assert client.get(f"/{slug}/new/", given).status_code in (200, 403)
        for address in addresses:
            assert client.post(address, given).status_code in (400, 403, 409), (address, odd)


@pytest.mark.parametrize("slug", [register.slug for register in registers() if not register.api_only])
def test_odd_keys_name_nothing(world, broken_pages_answer, slug):
    client = broken_pages_answer("xianji")
    for key in KEYS:
        for face in ("", "edit/", "history/"):
            answer = client.get(f"/{slug}/{key}/{face}")
            assert answer.status_code in (403, 404, 405), (key, face)


def test_the_scale_of_odd_villages_is_not_told(world, broken_pages_answer):
    given = {"kind": "new_village", "villages-0-village": "a\x00b", "villages-1-village": "\x00"}
    assert broken_pages_answer("zhenjie").post("/federations/new/scale/", given).status_code == 200

"""Bad input to every endpoint of the API as several roles: clear refusals, nothing breaks down, and every answer is of
the shape that the schema declares. `make drill ONLY=api-fuzz` does the same longer, on the demo county.
"""

import json
import random

import pytest
from django.db import connection
from django.test import Client

from members.models import PointScheme
from registers.register import registers
from tests.fuzzing import DEEP, Fuzz, schema_of
from tests.members.points import stage
from tests.registers.suite.samples import Case
from tests.services.samples import make_grid
from tests.world import TOWN, World

pytestmark = pytest.mark.django_db
MANY = 1  # bad requests of each sort for an operation


@pytest.fixture
def filled(world) -> World:
    """A row of every register in each town, claims, an entry and a close, so that addresses name something."""
    for number, register in enumerate(registers(), 1):
        case = Case.of(register.slug, world)
        case.make(number)
        case.make(number, case.sample.away)
    if not PointScheme.objects.unscoped("test").exists():  # a sample may have needed one
        stage.put_scheme(world.user("xianji"))
    stage.cover_town_step(TOWN)
    stage.approved(world, stage.member("M1"))
    stage.declared(world.user("zhenjie"), stage.member("M2"))
    stage.closed(world.user("xianji"))
    connection.check_constraints()
    return world


@pytest.mark.parametrize("who", ["zhenshen", "cunji"])
def test_bad_requests_are_refused_in_words_and_as_declared(filled, who):
    client = filled.client(who)
    client.raise_request_exception = False
    fuzz = Fuzz(client, schema_of(filled.client("xianji")), who)
    rng = random.Random(who)
    for operation in fuzz.operations():
        for asked in fuzz.requests(operation, rng, MANY):
            fuzz.send(asked)
    assert fuzz.sent > 300
    assert not fuzz.wrong, "\n\n".join(fuzz.wrong[:20])


DEEP_BODIES = [
    b"[" * DEEP + b"]" * DEEP,
    b'{"a":' * DEEP + b"1" + b"}" * DEEP,
    b'{"rows": ' + b"[" * 60 + b"]" * 60 + b"}",
]


@pytest.mark.parametrize("body", DEEP_BODIES)
@pytest.mark.parametrize("address", ["/api/v1/members/", "/api/v1/turnovers/run/", "/api/v1/token/"])
def test_brackets_without_end_are_refused(world, address, body):
    client = world.client("zhenshen")
    client.raise_request_exception = False
    answer = client.post(address, body, content_type="application/json")
    assert (answer.status_code, answer.json()) == (400, {"detail": "请求内容不是完整的 JSON 或表单，请核对后重发"})


@pytest.mark.parametrize("value", [10**30, "\ud800", None, [[1]]])
def test_odd_values_under_a_request_number_are_refused_like_any_other(world, value):
    client = world.client("zhenshen")
    client.raise_request_exception = False
    body = json.dumps({"member_no": value, "item_code": value})
    for address in ("/api/v1/members/", "/api/v1/point-claims/", "/api/v1/members/bulk/"):
        answer = client.post(address, body, content_type="application/json", headers={"Idempotency-Key": "a"})
        assert answer.status_code == 400, answer.content


@pytest.mark.parametrize(
    ("who", "address"),
    [
        ("zhenshen", "/api/v1/point-claims/bulk-advance/"),
        ("xianji", "/api/v1/point-schemes/"),
        ("zhenshen", "/api/v1/token/"),
    ],
)
def test_an_empty_body_is_refused_in_chinese(world, who, address):
    answer = world.client(who).post(address, "null", content_type="application/json")
    assert (answer.status_code, answer.json()) == (400, {"detail": "请求内容应为一个 JSON 对象"})


def test_an_answer_that_repeats_a_nul_is_kept_under_its_request_number(world):
    client = world.client("zhenjie")
    client.raise_request_exception = False
    body = json.dumps({"rows": [{"village_code": "\x00", "name": "第一网格"}], "partial": True})
    sent = {"content_type": "application/json", "headers": {"Idempotency-Key": "nul"}}
    first, again = (client.post("/api/v1/grids/bulk/", body, **sent) for _ in range(2))
    assert first.status_code == 200 and "\x00" in first.content.decode("unicode_escape")
    assert again["Idempotent-Replayed"] == "true" and again.json() == first.json()


@pytest.mark.parametrize("role", [[], {}, 1, "村长"])
def test_a_member_village_with_an_odd_role_is_refused(world, role):
    villages = [{"village_code": "371083101223", "role": role}, {"village_code": "371083101224"}]
    client: Client = world.client("zhenjie")
    client.raise_request_exception = False
    given = {
        "name": "新村",
        "kind": "new_village",
        "mode": "complement",
        "area_code": "371083101",
        "villages": villages,
    }
    answer = client.post("/api/v1/federations/", given, content_type="application/json")
    assert answer.status_code < 500


@pytest.mark.parametrize("address", ["/api/v1/villages/371083101223/", "/api/v1/members/"])
def test_half_of_a_character_is_not_repeated(world, address):
    client = world.client("zhenshen")
    client.raise_request_exception = False
    send = client.put if "villages" in address else client.post
    answer = send(address, b'{"name": "\\ud800", "code": "\\ud800"}', content_type="application/json")
    assert answer.status_code == 400 and "请求内容不是完整的 JSON" in answer.json()["detail"]


@pytest.mark.parametrize("digits", ["9" * 5000, "0" * 5000, "²", "1" * 19])
def test_numbers_of_thousands_of_digits_are_no_numbers(world, digits):
    client = world.client("zhenshen")
    client.raise_request_exception = False
    for address in (
        "/api/v1/indicators/?federation=", "/api/v1/point-entries/?reverses=", "/api/v1/quarter-scores/?version=",
        "/api/v1/grids/?page_size=", "/board/federation/", "/api/v1/federations/",
    ):  # fmt: skip
        answer = client.get(f"{address}{digits}" + ("/" if "=" not in address else ""))
        assert answer.status_code in (200, 400, 404), address
    assert client.get(f"/grids/?page_size={digits}").status_code == 200
    grid = make_grid(world, TOWN, 1)
    for given, headers in (({"version": digits}, {}), ({}, {"If-Match": f'"{digits}"'.encode().decode("latin-1")})):
        answer = client.patch(f"/api/v1/grids/{grid.pk}/", given, content_type="application/json", headers=headers)
        assert answer.status_code == 400, answer.content
    assert client.post(f"/grids/{grid.pk}/edit/", {"version": digits}).status_code == 400

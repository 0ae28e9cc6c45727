"""The API as a whole: credentials, tokens, files, errors in JSON, the schema."""

import datetime as dt
import json
import re
from io import BytesIO
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver
from django.utils import timezone
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema
from knox.models import AuthToken
from rest_framework.test import APIClient

from registers.api.repeats import forget_old_keys
from registers.jobs import keep_file
from registers.models import RequestKey
from services.models import Grid
from tests.services.samples import make_grid
from tests.world import PASSWORD, TOWN
from villages.models import Village, VillageFacts

pytestmark = pytest.mark.django_db
OPEN = {"api:token"}
VILLAGE = "371083101223"


def api_routes(patterns=None, prefix="", namespace=""):
    """(name, path) of every address under /api/, with made-up keys."""
    for pattern in patterns if patterns is not None else get_resolver().url_patterns:
        route = prefix + str(pattern.pattern)
        if hasattr(pattern, "url_patterns"):
            inner = pattern.namespace or namespace
            yield from api_routes(pattern.url_patterns, route, inner)
        elif route.startswith("api/"):
            yield f"{namespace}:{pattern.name}", route


def example(route: str) -> str:
    """A concrete address for a route, by its own pattern's parameters."""
    path = route.replace("^", "").replace("$", "").replace("\\.", ".")
    some = str(UUID(int=7))
    path = path.replace("<uuid:pk>", some).replace(".*/", "nothing/here/")
    path = path.replace(".*.[a-z]{3,4}", "nothing/here.jpg")
    path = re.sub(r"\(\?P<(\w+)>[^)]*\)", lambda match: some if match[1] == "pk" else "1", path)
    return "/" + re.sub(r"<\w+:\w+>|<\w+>", "1", path)


ROUTES = sorted({(name, example(route)) for name, route in api_routes()})


def set_password(world, username: str) -> None:
    user = world.user(username)
    user.set_password(PASSWORD)
    user.save()


def token_for(username: str, password: str = PASSWORD):
    return APIClient().post("/api/v1/token/", {"username": username, "password": password})


def test_the_routes_are_known():
    assert len(ROUTES) > 30 and any(name == "api:grids-detail" for name, _ in ROUTES)


@pytest.mark.parametrize(("name", "path"), ROUTES)
def test_every_route_without_credentials_is_401(world, name, path):
    if name in OPEN:
        return
    for method in ("get", "post", "put", "patch", "delete"):
        answer = getattr(APIClient(), method)(path)
        assert answer.status_code == 401, f"{method} {path}"
        assert json.loads(answer.content)["detail"]
        assert answer["WWW-Authenticate"].startswith("Token")


# -- tokens


def test_a_token_opens_what_its_user_may_see(world):
    set_password(world, "zhenjie")
    answer = token_for("zhenjie")
    assert answer.status_code == 200 and answer.json()["token"]
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {answer.json()['token']}")
    rows = client.get("/api/v1/villages/").json()["results"]
    assert rows and all(row["code"].startswith(TOWN) for row in rows)
    assert answer.json()["token"] not in str(AuthToken.objects.values())


def test_a_token_ends_with_logging_out(world):
    set_password(world, "zhenjie")
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {token_for('zhenjie').json()['token']}")
    assert client.post("/api/v1/token/logout/").status_code == 204
    assert client.get("/api/v1/villages/").status_code == 401


def test_a_token_of_somebody_switched_off_opens_nothing(world):
    set_password(world, "zhenjie")
    token = token_for("zhenjie").json()["token"]
    user = world.user("zhenjie")
    user.is_active = False
    user.save()
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {token}")
    assert client.get("/api/v1/villages/").status_code == 401


@pytest.mark.parametrize("username", ["zhenjie", "keinemensch"])
def test_a_wrong_password_is_told_the_same_for_unknown_names_and_locks_out(world, username, settings):
    set_password(world, "zhenjie")
    for _ in range(settings.AXES_FAILURE_LIMIT - 1):
        answer = token_for(username, "wrong")
        assert answer.status_code == 401 and answer.json() == {"detail": "账号或密码不正确"}
    locked = token_for(username, "wrong")
    assert locked.status_code == 429 and "请稍后再试" in locked.json()["detail"]
    if username == "zhenjie":
        assert token_for(username).status_code == 429


def test_credentials_must_be_given(world):
    answer = APIClient().post("/api/v1/token/", {"username": "zhenjie"})
    assert answer.status_code == 400 and answer.json()["errors"][0]["field"] == "password"


def test_who_changed_a_row_by_token_stands_in_its_history(world):
    set_password(world, "zhenjie")
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {token_for('zhenjie').json()['token']}")
    made = client.post("/api/v1/grids/", {"village_code": VILLAGE, "name": "第一网格"})
    assert made.status_code == 201, made.content
    grid = Grid.objects.unscoped("test").get()
    assert grid.events.get().pgh_context["user"] == world.user("zhenjie").pk


def test_a_session_needs_the_csrf_token_to_write(world):
    client = APIClient(enforce_csrf_checks=True)
    client.force_login(world.user("zhenjie"), backend="accounts.backends.AccountBackend")
    assert client.get("/api/v1/grids/").status_code == 200
    assert client.post("/api/v1/grids/", {"village_code": VILLAGE, "name": "第一网格"}).status_code == 403


# -- answers


def test_an_unknown_address_answers_in_json(world):
    answer = world.api("zhenjie").get("/api/v1/nothing/")
    assert answer.status_code == 404 and answer.json()["detail"]


def test_a_body_that_is_no_json_is_refused_in_words(world):
    answer = world.api("zhenjie").post("/api/v1/grids/", "{no", content_type="application/json")
    assert answer.status_code == 400 and "JSON" in answer.json()["detail"]


def read(client, address: str) -> dict[str, str]:
    """The header that says which version of a row was read."""
    return {"HTTP_IF_MATCH": client.get(address)["ETag"]}


def test_a_row_that_others_need_is_not_deleted(world):
    world.village(VILLAGE)
    facts = VillageFacts.objects.unscoped("test").create(village_id=VILLAGE, year=2025)
    client = world.api("xianji")
    town, village, row = "/api/v1/areas/371083101/", f"/api/v1/areas/{VILLAGE}/", f"/api/v1/village-facts/{facts.pk}/"
    assert client.delete(town, **read(client, town)).status_code == 409
    answer = client.delete(village, **read(client, village))
    assert answer.status_code == 409 and "村居" in answer.json()["detail"]
    assert client.delete(row, **read(client, row)).status_code == 204


def test_an_answer_changes_with_what_it_refers_to_and_the_version_with_the_row(world):
    """So a name that changed elsewhere is read anew (If-None-Match), and stands in nobody's way (If-Match)."""
    client, address = world.api("zhenjie"), f"/api/v1/villages/{VILLAGE}/"
    before = client.get(address)
    Village.objects.unscoped("test").get(pk=VILLAGE).area.__class__.objects.unscoped("test").filter(pk=VILLAGE).update(
        name="锅上新村民委员会"
    )
    after = client.get(address, HTTP_IF_NONE_MATCH=before["ETag"])
    assert after.status_code == 200 and after.json()["version"] == before.json()["version"]
    assert client.patch(address, {"specialties": "大姜"}, HTTP_IF_MATCH=before["ETag"]).status_code == 200


def test_a_village_may_be_named_by_code_or_name_and_is_told_by_code(world):
    client = world.api("zhenjie")
    for number, text in enumerate([VILLAGE, "锅上", "锅上村", "锅上村委会", "乳山口镇锅上村", f"锅上（{VILLAGE}）"]):
        made = client.post("/api/v1/grids/", {"village_code": text, "name": f"第{number}网格"})
        assert made.status_code == 201, made.content
        assert made.json()["village_code"] == VILLAGE


def test_a_name_of_two_villages_asks_for_the_code(world):
    Village.objects.unscoped("test").filter(pk="371083101222").update(name="锅上")
    answer = world.api("zhenjie").post("/api/v1/grids/", {"village_code": "锅上", "name": "第一网格"})
    assert answer.status_code == 400
    message = answer.json()["errors"][0]["message"]
    assert VILLAGE in message and "371083101222" in message and "请填代码" in message


def test_what_the_database_refuses_is_told_at_the_field(world):
    """A check that no column rule covers: the year's members exceed the people."""
    facts = VillageFacts.objects.unscoped("test").create(village_id=VILLAGE, year=2025, population=10, party_members=5)
    answer = world.api("zhenjie").patch(f"/api/v1/village-facts/{facts.pk}/", {"population": 3, "version": 1})
    assert answer.status_code == 400
    assert any("党员数" in error["message"] or error["field"] == "party_members" for error in answer.json()["errors"])


def test_moving_a_row_out_of_reach_is_refused_like_an_unknown_village(world):
    grid = make_grid(world, TOWN, 1)
    client = world.api("zhenjie")
    answers = [
        client.patch(f"/api/v1/grids/{grid.pk}/", {"village_code": code, "version": 1})
        for code in ("371083102201", "371083102999")
    ]
    assert [answer.status_code for answer in answers] == [400, 400]
    texts = [answer.content.decode().replace("371083102201", "X").replace("371083102999", "X") for answer in answers]
    assert texts[0] == texts[1]


def test_a_list_begins_where_an_index_can_start(world):
    """The keyset condition bounds the first key by itself; an OR alone would read from the beginning."""
    client = world.api("zhenjie")
    for number in range(6):
        make_grid(world, TOWN, number)
    following = client.get("/api/v1/grids/?page_size=2").json()["next"]
    with CaptureQueriesContext(connection) as queries:
        client.get(following)
    sql = next(query["sql"] for query in queries.captured_queries if "services_grid" in query["sql"])
    assert '"services_grid"."village_id" >= ' in sql.split("WHERE")[1] and "OFFSET" not in sql and "COUNT" not in sql


# -- requests sent again


def test_a_request_sent_again_under_its_key_is_done_once(world):
    client = world.api("zhenjie")
    body = {"village_code": VILLAGE, "name": "第一网格"}
    first = client.post("/api/v1/grids/", body, HTTP_IDEMPOTENCY_KEY="a-1")
    again = client.post("/api/v1/grids/", body, HTTP_IDEMPOTENCY_KEY="a-1")
    assert first.status_code == again.status_code == 201 and first.json() == again.json()
    assert again["Idempotent-Replayed"] == "true" and Grid.objects.unscoped("test").count() == 1
    other = client.post("/api/v1/grids/", body | {"name": "第二网格"}, HTTP_IDEMPOTENCY_KEY="a-1")
    assert other.status_code == 422 and other.json()["detail"]
    assert world.api("zhenshen").post(
        "/api/v1/grids/", body | {"name": "第三网格"}, HTTP_IDEMPOTENCY_KEY="a-1"
    ).status_code == 201  # fmt: skip
    assert client.post("/api/v1/grids/", body, HTTP_IDEMPOTENCY_KEY="坏").status_code == 400


def test_a_refused_request_may_be_mended_under_its_key(world):
    client = world.api("zhenjie")
    wrong = client.post("/api/v1/grids/", {"village_code": VILLAGE}, HTTP_IDEMPOTENCY_KEY="a-1")
    assert wrong.status_code == 400
    bulk = client.post("/api/v1/grids/bulk/", {"rows": [{"name": "x"}]}, HTTP_IDEMPOTENCY_KEY="a-1")
    assert bulk.status_code == 400
    right = client.post("/api/v1/grids/", {"village_code": VILLAGE, "name": "第一网格"}, HTTP_IDEMPOTENCY_KEY="a-1")
    assert right.status_code == 201


def test_keys_are_forgotten_after_a_day(world):
    body = {"village_code": VILLAGE, "name": "第一网格"}
    world.api("zhenjie").post("/api/v1/grids/", body, HTTP_IDEMPOTENCY_KEY="a-1")
    assert forget_old_keys() == 0
    RequestKey.objects.unscoped("test").update(created_at=timezone.now() - dt.timedelta(days=2))
    assert forget_old_keys() == 1


# -- files


def test_a_file_is_its_owners_only(world):
    stored = keep_file(BytesIO(b"PK content"), "名单.xlsx", owner=world.user("zhenjie"))
    address = f"/api/v1/files/{stored.pk}/"
    answer = world.api("zhenjie").get(address)
    assert b"".join(answer.streaming_content) == b"PK content" and "attachment" in answer["Content-Disposition"]
    hidden, unknown = (world.api("xianji").get(f"/api/v1/files/{key}/") for key in (stored.pk, UUID(int=7)))
    assert hidden.status_code == unknown.status_code == 404 and hidden.json() == unknown.json()


def test_an_upload_beyond_the_limit_is_refused(world, settings):
    settings.WORKBOOK_MAX_BYTES = 1024 * 1024
    file = SimpleUploadedFile("大.xlsx", b"P" * (1024 * 1024 + 1))
    answer = world.api("zhenjie").post("/api/v1/grids/import/", {"file": file}, format="multipart")
    assert answer.status_code == 400 and "1 MB" in answer.json()["errors"][0]["message"]


def test_a_client_may_ask_for_workbooks_only(world):
    accept = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    assert world.api("zhenjie").get("/api/v1/grids/export.xlsx", HTTP_ACCEPT=accept).status_code == 200
    refused = world.api("nobody").get("/api/v1/grids/export.xlsx", HTTP_ACCEPT=accept)
    assert refused.status_code == 403 and json.loads(refused.content)["detail"]


# -- the schema


@pytest.fixture(scope="module")
def schema():
    return SchemaGenerator().get_schema(request=None, public=True)


def test_the_schema_is_valid_and_made_without_warnings(schema):
    validate_schema(schema)
    assert not GENERATOR_STATS._warn_cache and not GENERATOR_STATS._error_cache


def test_the_schema_tells_every_route(schema):
    told = {path.replace("{key}", "1") for path in schema["paths"]}
    for register in ("villages", "grids", "village-facts"):
        for face in ("", "1/", "template.xlsx", "export.xlsx", "import/", "bulk/"):
            assert f"/api/v1/{register}/{face}" in told
    assert "/api/v1/token/" in told and "/api/v1/jobs/" in told


def test_rows_are_as_the_schema_says(world, schema):
    """Types and nulls of a real answer against the declared ones."""
    VillageFacts.objects.unscoped("test").create(village_id=VILLAGE, year=2025)
    row = world.api("zhenjie").get("/api/v1/village-facts/").json()["results"][0]
    declared = schema["components"]["schemas"]["VillageFactsRow"]
    assert set(row) == set(declared["properties"]) == set(declared["required"])
    types = {"string": str, "integer": int, "boolean": bool}
    for name, value in row.items():
        shape = declared["properties"][name]
        assert value is None and shape.get("nullable") or isinstance(value, types[shape["type"]]), name


def test_the_schema_is_for_those_who_signed_in(world):
    assert world.api("zhenjie").get("/api/schema/").status_code == 200

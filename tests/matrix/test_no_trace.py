"""A word that stands in every row of one town is met nowhere by another town's clerk, whatever she opens."""

import io
import json
import re
from collections import Counter, deque
from collections.abc import Iterator
from html import unescape
from urllib.parse import urljoin, urlsplit

import pytest
from django.db import models
from django.urls import reverse
from openpyxl import load_workbook

from registers import lookups
from registers.register import registers
from tests.matrix.addresses import address
from tests.matrix.stage import Stage
from tests.matrix.table import ROUTES
from tests.world import TOWN
from villages.models import Village

pytestmark = pytest.mark.django_db
MARK = "雁过留痕"
CLERK, NEIGHBOUR = "zhenjie", "qita"
PAGES = 400
OF_ONE_KIND = 2  # addresses that differ in numbers only
_LINKS = re.compile(r'(?:href|action|data-lookup|hx-get)="([^"#]+)"')


@pytest.fixture(scope="module")
def marked(stage: Stage) -> Stage:
    """The stage with the mark in every free text of every row that lies in 乳山口镇."""
    for register in registers():
        model = register.model
        key = stage.rows.get(register.slug)
        if key is None or register.slug == "areas":
            continue
        row = register.rows(stage.world.user(CLERK)).get(**{register.source(register.lookup_field): key})
        texts = [
            field
            for field in model._meta.concrete_fields
            if isinstance(field, models.CharField | models.TextField)
            and not field.choices and not field.primary_key and not field.is_relation
            and field.name in TEXTS and not getattr(model, "append_only", False)
        ]  # fmt: skip
        assert texts or register.slug in WITHOUT_TEXTS, f"{register.slug} has no text to mark: name one in TEXTS"
        changes = {field.name: f"{MARK}{register.slug}"[: field.max_length or 200] for field in texts}
        if changes:
            model._base_manager.filter(pk=row.pk).update(**changes)
        if hasattr(row, "person_id") and row.person_id:
            type(row.person)._base_manager.filter(pk=row.person_id).update(name=f"{MARK}人")
    Village.objects.unscoped("test").filter(area__code__startswith=TOWN).update(name=f"{MARK}村")
    return stage


TEXTS = {"name", "title", "note", "specialties", "head", "portfolio", "exempt_reason", "evidence", "remark", "address",
         "basis", "content", "person", "problems", "operator", "partner", "product", "crop", "place",
         "matter", "file_name"}  # fmt: skip
# Told by the names of federation and village; swaps, dividends and results are never rewritten, not even here.
WITHOUT_TEXTS = {
    "point-accounts", "point-redemptions", "federation-villages", "duty-swaps", "dividends", "assessment-results",
}  # fmt: skip


def texts_of(answer) -> str:
    """Everything an answer says, a workbook's cells and comments too."""
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    if "json" in answer.get("Content-Type", ""):
        return json.dumps(json.loads(body), ensure_ascii=False)  # some write Chinese as \\uXXXX
    if not body.startswith(b"PK\x03\x04"):
        return body.decode(errors="replace")
    cells = (cell for sheet in load_workbook(io.BytesIO(body)) for row in sheet.iter_rows() for cell in row)
    return "\n".join(f"{cell.value} {cell.comment.text if cell.comment else ''}" for cell in cells if cell.value)


def reachable(stage: Stage, username: str) -> Iterator[tuple[str, str]]:
    """(address, text) of every page within reach by links, a few of each kind."""
    client = stage.client(username, api=False)
    todo, seen, kinds = deque(["/"]), set(), Counter()
    while todo and len(seen) < PAGES:
        path = todo.popleft()
        kind = re.sub(r"[0-9a-f-]{36}|\d+", "#", path)
        if path in seen or kinds[kind] >= OF_ONE_KIND:
            continue
        seen.add(path)
        kinds[kind] += 1
        answer = client.get(path)
        text = texts_of(answer)
        yield path, text
        if "text/html" not in answer.get("Content-Type", ""):
            continue
        for link in _LINKS.findall(text):
            target = urlsplit(urljoin(path, unescape(link)))
            if not target.netloc and not target.path.startswith(("/static/", "/admin/", "/accounts/logout")):
                todo.append(target.path + (f"?{target.query}" if target.query else ""))


def asked(stage: Stage, username: str) -> Iterator[tuple[str, str]]:
    """(address, text) of lists, searches, look-ups and workbooks asked for outright."""
    page, api = stage.client(username, api=False), stage.client(username, api=True)
    for route in ROUTES:
        if route.method == "get" and not route.row and re.search(r"(:|-)(list|export)$", route.name):
            client = api if route.is_api else page
            for query in ("", f"?q={MARK}", f"?area={TOWN}"):
                path = reverse(route.name) + query
                yield path, texts_of(client.get(path))
        if route.method == "get" and route.row and not route.shared:
            path = address(route, stage)
            yield path, texts_of((api if route.is_api else page).get(path))
    for text in (MARK, TOWN, ""):
        for name in sorted({register.slug for register in registers()} | set(lookups._providers)):
            path = f"{reverse('lookup', args=[name])}?q={text}"
            yield path, texts_of(page.get(path))
    for text in (TOWN, "371083101223"):
        path = f"{reverse('search')}?q={text}"
        yield path, texts_of(page.get(path))


def told(path: str, text: str) -> bool:
    """Whether an answer gives the mark away; a page that repeats the person's own question does not."""
    return MARK in text.replace(f"{MARK}”", "").replace(f'value="{MARK}"', "").replace(f"q={MARK}", "")


def test_the_neighbour_meets_no_trace_of_the_town(marked):
    met = [path for path, text in reachable(marked, NEIGHBOUR) if told(path, text)]
    met += [path for path, text in asked(marked, NEIGHBOUR) if told(path, text)]
    assert not met


def test_the_clerk_herself_meets_it_everywhere(marked):
    """So that the test above can fail: lists, exports, the API, look-ups and search all show the mark to her."""
    met = {path for path, text in [*reachable(marked, CLERK), *asked(marked, CLERK)] if told(path, text)}
    for register in registers():
        if register.slug in marked.rows and register.slug not in ("areas", "town-facts"):
            assert {f"/{register.slug}/", f"/{register.slug}/export.xlsx"} <= met
            assert f"/api/v1/{register.slug}/" in met or register.slug in WITHOUT_TEXTS  # ids and codes only
            assert [path for path in met if path.startswith(f"/{register.slug}/{marked.rows[register.slug]}/")]
    assert f"/lookup/members/?q={MARK}" in met
    assert "/search/?q=371083101223" in met
    assert len(met) > 100


def test_counts_do_not_tell_how_much_there_is_elsewhere(marked):
    api = marked.client(NEIGHBOUR, api=True)
    for register in registers():
        if register.slug == "areas":
            continue
        answer = api.get(f"/api/v1/{register.slug}/?count=true&area={TOWN}").json()
        assert answer.get("count", 0) == 0, register.slug
        assert not answer.get("results"), register.slug

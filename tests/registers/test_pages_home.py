"""Home, search and look-ups: what I owe, what changed in my area, what I may find."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from registers import sockets
from registers.audit import acting
from registers.lookups import Suggestion, register_lookup
from registers.register import registers
from tests.registers.suite_pages.browsing import text_of
from tests.world import OTHER_TOWN, TOWN
from villages.models import Village, VillageFacts

pytestmark = pytest.mark.django_db


def facts(world, code: str, year: int = 2025) -> VillageFacts:
    return VillageFacts.objects.unscoped("test").create(village=world.village(code), year=year, population=900)


@pytest.fixture
def socket(monkeypatch):
    """Plug a provider for one test."""

    def plug(name: str, answers: list) -> None:
        alone = sockets.Socket()
        alone.plug("test", lambda user, **question: answers)
        monkeypatch.setattr(sockets, name, alone)

    return plug


def test_what_is_late_stands_first_with_one_button_each(world, socket):
    socket(
        "owed",
        [
            sockets.Owed("报送第三季度", "/c/", "去报送"),
            sockets.Owed("每周接待", "/b/", "去登记", dt.date(2026, 11, 21), 3),
            sockets.Owed("劳动日", "/a/", "去填写", dt.date(2026, 11, 17)),
            sockets.Owed("走访", "/d/", "去走访", dt.date(2026, 11, 20)),
        ],
    )
    lines = world.client("zhenjie").get(reverse("home")).context["obligations"]
    assert [line["title"] for line in lines] == ["劳动日", "走访", "每周接待", "报送第三季度"]
    assert [line["due_text"] for line in lines] == ["逾期 3 天", "今天到期", "还有 1 天", ""]
    assert [line["tone"] for line in lines] == ["late", "waiting", "waiting", "info"]
    assert lines[2]["object"] == "3 件"
    page = world.client("zhenjie").get(reverse("home"))
    assert 'href="/a/"' in page.content.decode() and "去填写" in text_of(page)


def test_at_most_eight_figures_with_their_trend(world, socket):
    socket(
        "figures", [sockets.Figure(f"指标{n}", "12", "个", "/f/", "比上季 -2" if n else "比上季 +3") for n in range(9)]
    )
    cards = world.client("zhenjie").get(reverse("home")).context["figures"]
    assert len(cards) == 8 and [card["trend"] for card in cards[:2]] == ["up", "down"]


def test_recent_changes_are_those_of_my_area_with_who_and_what(world):
    with acting(world.user("qita").pk, "test"):
        facts(world, "371083102201")
    with acting(world.user("zhenjie").pk, "test"):
        mine = facts(world, "371083101206")
    recent = world.client("zhenshen").get(reverse("home")).context["recent"]
    told = [entry for entry in recent if entry["who"] == "zhenjie"]
    assert [(entry["what"], entry["object"], entry["url"]) for entry in told] == [
        ("新增村情年报", str(mine), reverse("village-facts:detail", args=[mine.pk]))
    ]
    assert "qita" not in [entry["who"] for entry in recent]


def test_an_import_of_many_rows_is_one_line(world):
    with acting(world.user("zhenjie").pk, "导入"):
        VillageFacts.objects.bulk_create(
            VillageFacts(village=world.village("371083101206"), year=year) for year in range(2000, 2020)
        )
    recent = world.client("zhenjie").get(reverse("home")).context["recent"]
    assert [(entry["what"], entry["object"]) for entry in recent if entry["who"] == "zhenjie"] == [
        ("新增村情年报", "20 条")
    ]


def test_who_sees_nothing_is_shown_nothing(world):
    facts(world, "371083101206")
    for username in ("nobody", "sysadmin"):
        assert world.client(username).get(reverse("home")).context["recent"] == []


def test_the_home_page_asks_a_bounded_number_of_questions(world):
    client = world.client("xianji")
    facts(world, "371083101206")
    client.get(reverse("home"))
    with CaptureQueriesContext(connection) as few:
        client.get(reverse("home"))
    for code in ("371083101206", "371083102201", "371083101224"):
        for year in range(2010, 2016):
            facts(world, code, year)
            Village.objects.unscoped("test").filter(pk=code).update(specialties=f"牡蛎{year}")
    with CaptureQueriesContext(connection) as many:
        client.get(reverse("home"))
    assert len(many) <= len(few) + 8, "\n".join(query["sql"][:300] for query in many.captured_queries)


# -- search


def test_search_finds_by_name_code_and_initials_within_the_scope(world):
    Village.objects.unscoped("test").filter(pk="371083101206").update(initials="ntj", pinyin="nantangjia")
    Village.objects.unscoped("test").filter(pk="371083102201").update(initials="bst")
    client = world.client("zhenjie")
    for text in ("南唐家", "371083101206", "ntj", "NTJ"):
        found = client.get(reverse("search"), {"q": text})
        assert reverse("villages:detail", args=["371083101206"]) in found.content.decode(), text
    for text in ("白沙滩村", "371083102201", "bst"):
        page = client.get(reverse("search"), {"q": text})
        assert page.context["groups"] == [] and "没有找到" in text_of(page)


def test_search_shows_six_of_each_and_leads_to_all(world):
    for year in range(2010, 2020):
        facts(world, "371083101206", year)
    page = world.client("zhenjie").get(reverse("search"), {"q": "南唐家"})
    group = next(group for group in page.context["groups"] if group["title"] == "村情年报")
    assert len(group["results"]) == 6 and group["count"] == "6+ 条"
    assert reverse("village-facts:list") in group["more_url"]


def test_search_takes_what_apps_add(world, socket):
    socket("search", [sockets.Found("事项", "修路", "/m/1/", "江村洼")])
    page = world.client("zhenjie").get(reverse("search"), {"q": "修路"})
    assert "事项" in text_of(page) and 'href="/m/1/"' in page.content.decode()


def test_search_asks_one_question_a_register(world):
    client = world.client("zhenjie")
    with CaptureQueriesContext(connection) as empty:
        client.get(reverse("search"))
    with CaptureQueriesContext(connection) as asked:
        client.get(reverse("search"), {"q": "唐家 '; -- \x00 %_"})
    searched = [one for one in registers() if one.search_fields and not one.api_only]
    assert len(asked) - len(empty) <= len(searched) + len(sockets.search._providers)


# -- look-ups


@pytest.mark.parametrize("text", ["唐家", "371083101206", "ntj"])
def test_a_lookup_suggests_within_the_scope(world, text):
    Village.objects.unscoped("test").filter(pk="371083101206").update(initials="ntj")
    found = world.client("zhenjie").get(reverse("lookup", args=["villages"]), {"q": text}).json()["results"]
    assert found[-1] == {"value": "371083101206", "label": "南唐家", "hint": "371083101206"} or "371083101206" in [
        one["value"] for one in found
    ]
    assert world.client("qita").get(reverse("lookup", args=["villages"]), {"q": text}).json() == {"results": []}


def test_a_lookup_puts_first_what_begins_with_the_text(world):
    """家村委会 has the initials jcw too."""
    for code, initials in ((f"{TOWN}206", "ntjcwh"), (f"{TOWN}222", "jcwcwh")):
        Village.objects.unscoped("test").filter(pk=code).update(initials=initials)
    found = world.client("zhenjie").get(reverse("lookup", args=["villages"]), {"q": "jcw"}).json()["results"]
    assert [each["label"] for each in found] == ["江村洼", "南唐家"]


def test_a_lookup_without_text_offers_the_first_ones(world):
    found = world.client("zhenjie").get(reverse("lookup", args=["villages"])).json()["results"]
    assert found and all(one["value"].startswith(TOWN) for one in found)


def test_a_lookup_needs_the_right_and_a_name(world):
    assert world.client("nobody").get(reverse("lookup", args=["villages"])).status_code == 403
    assert world.client("zhenjie").get(reverse("lookup", args=["passwords"])).status_code == 404


def test_an_app_may_add_a_lookup(world, monkeypatch):
    monkeypatch.setattr("registers.lookups._providers", {})
    register_lookup("streets", lambda user, text: [Suggestion("1", f"{text}路", "乳山口镇")] * 20)
    found = world.client("zhenjie").get(reverse("lookup", args=["streets"]), {"q": "湛江"}).json()["results"]
    assert len(found) == 12 and found[0] == {"value": "1", "label": "湛江路", "hint": "乳山口镇"}


# -- the shell


def test_the_shell_names_county_place_and_office(world):
    page = world.client("zhenjie").get(reverse("home"))
    assert page.context["county_name"] == "乳山市"
    assert page.context["user_role"].startswith("乳山口镇 · 镇填报人")


def test_the_menu_follows_the_rights_and_marks_where_one_is(world):
    def menu(username: str, address: str) -> dict[str, bool]:
        groups = world.client(username).get(address).context["navigation"]
        return {item["title"]: item["active"] for group in groups for item in group["items"]}

    assert menu("zhenjie", reverse("village-facts:new"))["村情年报"] is True
    assert menu("zhenjie", reverse("village-facts:new"))["待办与动态"] is False
    assert "村情年报" not in menu("nobody", reverse("home"))
    assert list(menu("nobody", reverse("home"))) == ["待办与动态"]


def test_long_groups_of_the_menu_are_read_in_parts(world):
    groups = {group["title"]: group["items"] for group in world.client("zhenjie").get("/").context["navigation"]}
    headings = {title: [item["heading"] for item in items if item["heading"]] for title, items in groups.items()}
    assert headings["联建"] == ["组织", "成员与联结", "场所与值班", "帮扶", "规划"]
    assert headings["工作台"] == headings["数据"] == []
    for title, items in groups.items():
        run = 0
        for item in items:
            run = 1 if item["heading"] else run + 1
            assert run <= 7, f"{title}: name parts in MENU_PARTS, “{item['title']}” is one too many"


def test_lists_are_filtered_by_the_areas_of_the_scope(world):
    def choices(username: str) -> list[str]:
        form = world.client(username).get(reverse("villages:list")).context["filter_form"]
        return [code for code, _ in form.fields["area"].widget.choices]

    assert {TOWN, OTHER_TOWN} <= set(choices("xianji")) and "371083101206" not in choices("xianji")
    assert "371083101206" in choices("zhenjie") and "371083102201" not in choices("zhenjie")

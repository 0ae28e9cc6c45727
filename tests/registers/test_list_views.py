"""A person's own views of a list, tried on one register."""

import pytest

from registers.models import ListView
from tests.services.samples import make_grid
from tests.world import TOWN

pytestmark = pytest.mark.django_db
LIST = "/grids/"


@pytest.fixture
def browser(world):
    for number in range(1, 4):
        make_grid(world, TOWN, number)
    return world.client("zhenjie")


def save(browser, **given):
    return browser.post("/grids/views/", {"name": "西片", "query": "", "columns": "name,head", **given})


def test_a_view_keeps_filters_order_and_columns(browser):
    saved = save(browser, query="q=网格&ordering=-name&cursor=xyz&page_size=20&view=all")
    address = saved["Location"]
    assert address == f"{LIST}?ordering=-name&page_size=20&q=%E7%BD%91%E6%A0%BC&columns=name,head"
    page = browser.get(address)
    assert [head["key"] for head in page.context["columns"]] == ["name", "head"]
    (view,) = page.context["views"]
    assert (view["name"], view["url"]) == ("西片", address)
    assert [view["is_open"] for view in browser.get(LIST).context["views"]] == [False]


def test_a_view_of_the_same_name_is_replaced(browser):
    save(browser, query="q=一")
    save(browser, query="q=二", name=" 西片 ")
    assert ListView.objects.unscoped("test").get().query == "q=%E4%BA%8C"


def test_the_default_view_opens_with_the_list_and_can_be_left(browser):
    save(browser, query="q=网格", is_default="1")
    opened = browser.get(LIST)
    assert opened.status_code == 302 and "q=" in opened["Location"]
    page = browser.get(opened["Location"])
    whole = browser.get(page.context["urls"]["clear"])
    assert whole.status_code == 200 and not whole.context["query"]
    key = page.context["views"][0]["pk"]
    browser.post("/grids/views/", {"undefault": key})
    assert browser.get(LIST).status_code == 200
    save(browser, name="另一个", query="q=x", is_default="1")
    browser.post("/grids/views/", {"default": key})
    assert browser.get(LIST)["Location"] == opened["Location"]


def test_views_are_their_owners(browser, world):
    save(browser, query="q=网格", is_default="1")
    key = ListView.objects.unscoped("test").get().pk
    other = world.client("zhenshen")
    assert other.get(LIST).status_code == 200 and other.get(LIST).context["views"] == []
    for what in ("drop", "default", "undefault"):
        assert other.post("/grids/views/", {what: key}).status_code == 404
    assert browser.post("/grids/views/", {"drop": "x"}).status_code == 404
    assert browser.post("/grids/views/", {"drop": key}).status_code == 302
    assert not ListView.objects.unscoped("test").exists()


@pytest.mark.parametrize("name", ["", "   ", "长" * 31, "a\x00b"])
def test_a_view_needs_a_name(browser, name):
    answer = browser.post("/grids/views/", {"name": name, "query": "q=x", "columns": ""}, follow=True)
    assert "30 字以内的名称" in answer.content.decode() and not ListView.objects.unscoped("test").exists()


def test_too_many_views_and_too_long_ones_are_refused(browser):
    for number in range(30):
        save(browser, name=f"视图{number}")
    save(browser, name="第三十一个")
    save(browser, name="视图1", query="q=" + "长" * 900)
    assert ListView.objects.unscoped("test").count() == 30
    assert not ListView.objects.unscoped("test").exclude(query="").exists()

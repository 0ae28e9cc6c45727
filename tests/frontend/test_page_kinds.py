"""Every page kind renders from the context its head describes, and misses no variable."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django import forms
from django.template import Context, Engine, RequestContext
from django.test import RequestFactory, override_settings

from tests.frontend.samples import FIGURES, LONGEST, PAGES, SHELL, chart

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"


class MissingVariable(str):
    """Django asks whether the text has a %s and then fills it: a printed variable that is not there fails the test."""

    def __contains__(self, part):
        return part == "%s" or super().__contains__(part)

    def __mod__(self, name):
        raise AssertionError(f"the template prints {name}, which its context has not")


ENGINE = Engine(
    dirs=[TEMPLATES],
    string_if_invalid=MissingVariable("missing"),
    context_processors=["django.template.context_processors.request"],
    libraries={"static": "django.templatetags.static"},
)


@pytest.fixture(autouse=True)
def _addresses():
    with override_settings(ROOT_URLCONF="tests.frontend.urls"):
        yield


def render(template, context, shell=SHELL):
    request = RequestFactory().get("/v/", {"q": "唐家", "after": "30"})
    return ENGINE.get_template(template).render(RequestContext(request, shell | context))


class Reader(HTMLParser):
    VOID = {"meta", "link", "input", "img", "br", "hr", "use"}

    def __init__(self, html):
        super().__init__()
        self.open, self.ids, self.labels, self.fields = [], [], [], []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag not in self.VOID:
            self.open.append(tag)
        if "id" in attrs:
            self.ids.append(attrs["id"])
        if tag == "label" and "for" in attrs:
            self.labels.append(attrs["for"])

    def handle_startendtag(self, tag, attrs):
        pass

    def handle_endtag(self, tag):
        assert self.open and self.open[-1] == tag, f"</{tag}> closes <{self.open[-1:]}>"
        self.open.pop()


@pytest.mark.parametrize("name", PAGES)
def test_a_page_kind_renders(name):
    template, context = PAGES[name]
    html = render(template, context())
    page = Reader(html)
    assert page.open == []
    assert len(page.ids) == len(set(page.ids)), [one for one in page.ids if page.ids.count(one) > 1]
    assert set(page.labels) <= set(page.ids)
    assert len(re.findall(r"<h1[ >]", html)) == 1


def test_a_list_says_how_many_where_next_and_keeps_the_filter_on_paging():
    html = render(*[part() if callable(part) else part for part in PAGES["list-30"]])
    assert "10,000+ 条" in html
    assert 'href="?after=30" rel="next"' in html
    assert "page_size=100" in html
    assert not re.search(r"page_size=100[^\"]*after=", html)
    assert 'value="1000"' in html  # the key of a row without thousands separator
    assert 'data-label="人口（人）"' in html


def test_an_empty_list_offers_the_next_step_only_to_those_who_may():
    template, context = PAGES["list-0"]
    assert "新增第一条" in render(template, context())
    assert "新增第一条" not in render(template, context() | {"can_add": False})


def test_more_filters_stand_open_where_one_is_set():
    template, context = PAGES["list-30"]
    closed = render(template, context())
    form = type(context()["filter_form"])({"people_min": "5", "people_max": "9"})
    opened = render(template, context() | {"filter_form": form})
    assert re.search(r'class="filter-more"\s*>', closed)
    assert re.search(r'class="filter-more"\s+open\s*>', opened)


def test_a_form_lists_its_errors_with_a_way_to_each_field():
    html = render(*[part() if callable(part) else part for part in PAGES["form-errors"]])
    assert '<a href="#id_people">' in html
    assert 'id="id_people_error"' in html
    assert 'value="一千"' in html


def test_a_conflict_loses_nothing_typed():
    html = render(*[part() if callable(part) else part for part in PAGES["form-conflict"]])
    assert "宋晓敏" in html
    assert 'data-take="people"' in html
    assert 'value="一千"' in html
    assert '<input type="hidden" name="version" value="12345">' in html


def test_a_running_job_asks_again_and_a_finished_one_does_not():
    running = render(*[part() if callable(part) else part for part in PAGES["job-running"]])
    done = render(*[part() if callable(part) else part for part in PAGES["job-done"]])
    assert 'hx-trigger="every 1s"' in running
    assert "data-job-finished" in done
    assert "every 1s" not in done


def test_the_bell_asks_again_only_while_something_runs():
    busy = render("registers/_bell.html", {"running": 1, "ready": 0, "bell_url": "/jobs/bell/"})
    idle = render("registers/_bell.html", {"running": 0, "ready": 2, "bell_url": "/jobs/bell/"})
    assert "hx-get" in busy
    assert "hx-get" not in idle


def test_text_from_rows_is_escaped():
    template, context = PAGES["list-1"]
    sample = context()
    sample["rows"][0]["cells"][0]["text"] = "<script>alert(1)</script>"
    assert "<script>alert" not in render(template, sample)


def test_a_chart_carries_its_numbers_as_a_table_too():
    html = ENGINE.get_template("components/chart.html").render(Context({"chart": chart("bar")}))
    assert '<script id="chart-bar" type="application/json">' in html
    assert "<td" in html
    empty = ENGINE.get_template("components/chart.html").render(Context({"chart": chart("bar", spec=None)}))
    assert "还没有数据" in empty
    for figure in FIGURES:
        assert figure["value"] in ENGINE.get_template("components/figure_card.html").render(Context({"figure": figure}))


class SignIn(forms.Form):
    username = forms.CharField(label="用户名")
    password = forms.CharField(label="密码", widget=forms.PasswordInput)


def test_the_sign_in_page_shows_no_menu():
    html = render("accounts/login.html", {"form": SignIn(), "next": "/v/"}, {"footer_note": "演示"})
    assert 'name="username"' in html
    assert 'name="password"' in html
    assert 'name="next" value="/v/"' in html
    assert "side-menu" not in html


def test_a_server_error_needs_no_context():
    assert "这一步没有做成" in ENGINE.get_template("500.html").render(Context())


def test_long_names_stay_whole_in_the_head_of_a_page():
    html = render(*[part() if callable(part) else part for part in PAGES["detail"]])
    assert f'<span class="name">{LONGEST}</span>' in html

"""What apps may do differently on a register's pages: views of their own, related lists, warnings, defaults, totals."""

import pytest
from django.http import HttpResponse
from django.test import Client, override_settings
from django.urls import NoReverseMatch, include, path, reverse

from accounts.models import User
from registers.errors import WrongState
from registers.pages.details import DetailFace
from registers.pages.faces import Face
from registers.pages.parts import Action, Notice, Related, RelatedTable
from registers.pages.urls import faces_of
from registers.register import register_of
from services.models import Grid
from tests.registers.suite_pages.browsing import form_of, text_of
from tests.world import add_user
from villages.models import VillageFacts
from villages.registers import VillageFactsRegister

pytestmark = pytest.mark.django_db
VILLAGE = "371083101206"


class OwnDetail(DetailFace):
    def more(self, row):
        return {"notices": [Notice(f"自己的页面：{row.year}", "waiting")]}


class Approve(Face):
    def post(self, request, key):
        row = self.changeable_row(key)
        if row.year < 2000:
            raise WrongState("太早的年度不能审定")
        return HttpResponse("审定了")


class Warned(VillageFactsRegister):
    """The yearly figures with everything an app may add."""

    slug = "village-facts"
    views = {"detail": f"{__name__}.OwnDetail"}
    more_views = {"approve": ("<str:key>/approve/", f"{__name__}.Approve")}
    totals = ("population",)
    totals_note = "按年度合计"
    reason_field = ""

    def warnings(self, values, *, row, by):
        if (values.get("population") or 0) > 2000:
            yield "人口超过 2,000 人的参考上限"

    def defaults(self, user):
        return {"year": "2026"}

    def related(self, row, user):
        grids = register_of("grids").rows(user).filter(village=row.village).order_by("name")
        yield Related(
            "网格", "grids", grids, filters={"area": row.village_id}, initial={"village_code": row.village_id}
        )
        yield RelatedTable("曾用名", [{"heading": "名称"}], [], empty="没有改过名。")

    def actions(self, row, user):
        yield Action("审定", f"/village-facts/{row.pk}/approve/", method="post", tone="primary")


class Reasoned(Warned):
    reason_field = "note"


def urls(register):
    class Urls:
        urlpatterns = [
            path("village-facts/", include((list(faces_of(register)), "village-facts"))),
            path("", include("lianjian.urls")),
        ]

    return Urls


@pytest.fixture
def mounted():
    with override_settings(ROOT_URLCONF=urls(Warned())):
        yield


@pytest.fixture
def facts(world) -> VillageFacts:
    return VillageFacts.objects.unscoped("test").create(village=world.village(VILLAGE), year=2025, population=900)


def test_an_app_may_bring_its_own_page_for_a_face(world, mounted, facts):
    page = world.client("zhenjie").get(reverse("village-facts:detail", args=[facts.pk]))
    assert "自己的页面：2025" in text_of(page)
    assert world.client("qita").get(reverse("village-facts:detail", args=[facts.pk])).status_code == 404


def test_further_addresses_answer_for_rights_scope_and_state(world, mounted, facts):
    address = reverse("village-facts:approve", args=[facts.pk])
    assert world.client("zhenjie").post(address).content.decode() == "审定了"
    assert world.client("lingdao").post(address).status_code == 403
    assert world.client("qita").post(address).status_code == 404
    VillageFacts.objects.unscoped("test").filter(pk=facts.pk).update(year=1999)
    origin = reverse("village-facts:detail", args=[facts.pk])
    answer = world.client("zhenjie").post(address, follow=True, headers={"referer": f"http://testserver{origin}"})
    assert answer.redirect_chain == [(f"http://testserver{origin}", 302)] and "太早的年度不能审定" in text_of(answer)
    elsewhere = world.client("zhenjie").post(address, headers={"referer": "http://evil.example/"})
    assert elsewhere.url == reverse("home")


def test_related_rows_stand_under_the_facts_five_at_most(world, mounted, facts):
    for number in range(7):
        Grid.objects.unscoped("test").create(village=facts.village, name=f"第{number}网格")
    client = world.client("zhenjie")
    grids, names = client.get(reverse("village-facts:detail", args=[facts.pk])).context["related"]
    assert [row["cells"][0]["text"] for row in grids["rows"]] == [f"第{number}网格" for number in range(5)]
    assert grids["all_url"] == f"{reverse('grids:list')}?area={VILLAGE}"
    assert grids["add_url"] == f"{reverse('grids:new')}?village_code={VILLAGE}"
    assert form_of(client.get(grids["add_url"]))["village_code"] == VILLAGE
    assert names.empty == "没有改过名。"
    reader = world.client("lingdao").get(reverse("village-facts:detail", args=[facts.pk]))
    assert reader.context["related"][0]["add_url"] == ""


def test_the_apps_button_stands_first_and_is_the_main_one(world, mounted, facts):
    actions = world.client("zhenjie").get(reverse("village-facts:detail", args=[facts.pk])).context["actions"]
    assert [(action.label, action.tone) for action in actions] == [
        ("审定", "primary"),
        ("编辑", ""),
        ("删除", "danger"),
    ]


def test_a_new_form_begins_with_the_defaults_and_the_only_village(world, mounted):
    assert form_of(world.client("zhenjie").get(reverse("village-facts:new")))["year"] == "2026"
    clerk = form_of(world.client("cunji").get(reverse("village-facts:new")))
    assert clerk["village_code"] == "371083101223"
    page = world.client("cunji").get(reverse("village-facts:new")).content.decode()
    assert 'data-lookup-label="锅上"' in page


def test_a_warning_asks_for_a_reason_and_lets_it_pass_with_one(world, mounted):
    client = world.client("zhenjie")
    typed = {"village_code": VILLAGE, "year": "2026", "population": "2600"}
    warned = client.post(reverse("village-facts:new"), typed)
    assert warned.status_code == 400 and warned.context["warnings"] == ["人口超过 2,000 人的参考上限"]
    assert "请写明理由" in text_of(warned) and not VillageFacts.objects.unscoped("test").exists()
    again = form_of(warned) | {"warning_reason": "两村合并"}
    saved = client.post(reverse("village-facts:new"), again, follow=True)
    assert VillageFacts.objects.unscoped("test").get().population == 2600
    assert saved.context["history"][0]["what"] == "新增（两村合并）"


def test_a_reason_may_stand_in_a_column_of_its_own(world):
    with override_settings(ROOT_URLCONF=urls(Reasoned())):
        client = world.client("zhenjie")
        typed = {"village_code": VILLAGE, "year": "2026", "population": "2600"}
        warned = client.post(reverse("village-facts:new"), typed)
        assert "请写明理由" in warned.context["form"].errors["note"][0]
        assert client.post(reverse("village-facts:new"), typed | {"note": "两村合并"}).status_code == 302
        assert VillageFacts.objects.unscoped("test").get().note == "两村合并"


def test_sums_are_shown_only_where_the_filters_fix_the_year(world, mounted, facts):
    VillageFacts.objects.unscoped("test").create(village=world.village("371083101207"), year=2025, population=1300)
    client = world.client("zhenjie")
    assert client.get(reverse("village-facts:list")).context["totals"] is None
    listed = client.get(reverse("village-facts:list"), {"year": "2025"})
    assert [cell["text"] for cell in listed.context["totals"] if cell["text"]] == ["合计", "2,200"]


def test_a_register_that_takes_no_new_rows_has_no_form_for_them(world):
    with pytest.raises(NoReverseMatch):
        reverse("villages:new")
    # The word is then a key like any other, and no row has it.
    assert world.client("zhenjie").get("/villages/new/").status_code == 404


def test_history_shows_twenty_and_all_on_demand(world, facts):
    for number in range(25):
        VillageFacts.objects.unscoped("test").filter(pk=facts.pk).update(households=number + 1)
    client = world.client("zhenjie")
    page = client.get(reverse("village-facts:detail", args=[facts.pk]))
    assert len(page.context["history"]) == 20 and page.context["history_url"] == "?history=all"
    assert page.context["history"][0]["changes"] == [("户数", "24户", "25户")]
    whole = client.get(reverse("village-facts:detail", args=[facts.pk]), {"history": "all"})
    assert len(whole.context["history"]) == 26 and whole.context["history_url"] == ""


def title_of(part):
    """Lists of a register come as dicts, tables that a floor made itself as objects."""
    return part["title"] if isinstance(part, dict) else part.title


def test_a_higher_floor_adds_its_lists_to_a_page_below(world):
    Grid.objects.unscoped("test").create(village=world.village(VILLAGE), name="第一网格")
    address = reverse("villages:detail", args=[VILLAGE])
    shown = {title_of(part): part for part in world.client("zhenjie").get(address).context["related"]}
    assert shown["网格"]["rows"][0]["cells"][0]["text"] == "第一网格"
    add_user("lianluo", "pairing_liaison", "area", VILLAGE)  # sees villages, not services
    client = Client()
    client.force_login(User.objects.get(username="lianluo"), backend="accounts.backends.AccountBackend")
    assert "网格" not in [title_of(part) for part in client.get(address).context["related"]]

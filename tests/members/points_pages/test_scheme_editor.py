"""The scheme editor in the browser: new versions, drafts with errors at their fields, putting in force."""

import pytest
from django.urls import reverse

from members.actions import schemes
from members.models import PointScheme
from members.points.content import ItemContent, content_of
from members.views.scheme_forms import SchemeForms, start_of
from tests.members.points.stage import CONTENT
from tests.members.points_pages.conftest import text_of
from tests.world import TOWN

NEW = "/schemes/new/?kind=member"
HEAD = {
    "name": "积分办法",
    "code": "DY",
    "from_quarter": "2027Q1",
    "base": "60",
    "floor": "0",
    "top_quota_percent": "30",
}


def posted(categories=(), items=(), grades=(), classes=(), **head) -> dict[str, str]:
    """A POST of the editor; rows are dicts of what is typed in them."""
    body = dict(HEAD) | head
    for prefix, rows in (("categories", categories), ("items", items), ("grades", grades), ("classes", classes)):
        body |= {f"{prefix}-TOTAL_FORMS": str(len(rows)), f"{prefix}-INITIAL_FORMS": "0"}
        body |= {f"{prefix}-{number}-{name}": value for number, row in enumerate(rows) for name, value in row.items()}
    return body


def same_again(scheme: PointScheme) -> dict[str, str]:
    """What the browser sends where nothing was typed."""
    forms = SchemeForms(scheme.subject_kind, content_of(scheme))
    body = {"seen": scheme.updated_at.isoformat()}
    for form in (forms.head, *(form for formset in forms.sets for form in formset)):
        body |= {field.html_name: field.value() for field in form if field.value() not in (None, False)}
    for formset in forms.sets:
        body |= {field.html_name: field.value() for field in formset.management_form}
    return {name: "on" if value is True else str(value) for name, value in body.items()}


RIGHT = {
    "categories": [{"name": "组织生活", "cap": "２０"}, {"name": ""}, {"name": "先锋作用", "code": "XF"}],
    "items": [
        {"category": "组织生活", "name": "参加主题党日", "points": "2", "quarter_cap": "6分"},
        {"category": "", "name": ""},
        {"category": "组织生活", "name": "无故缺席", "points": "−2"},
        {"category": "XF", "name": "志愿服务", "points": "1.5", "evidence": "yes", "group": "服务", "code": "XF09"},
    ],
    "grades": [{"name": "优秀", "minimum": "90"}, {"name": "合格", "minimum": "60"}],
    "classes": [
        {"subject_class": "frail", "base": "65", "exempt": ""},
        {"subject_class": "mobile", "base": "", "exempt": "长期在外"},
    ],
}


@pytest.fixture
def draft(points):
    return schemes.copy_version(scheme=points.scheme, by=points.user("xianji"), from_quarter="2027Q1")


def test_a_first_version_of_a_book_is_typed_and_put_in_force(points):
    client = points.client("xianji")
    schemes_page = text_of(client.get("/schemes/"))
    assert schemes_page.count("/schemes/new/?kind=") == 3 and schemes_page.count('data-key="n"') == 1
    address = "/schemes/new/?kind=household"
    assert "村民户积分管理办法" in text_of(client.get(address))
    answer = client.post(address, posted(**RIGHT, rank_by_class="on"), follow=True)
    assert "已存为草稿" in text_of(answer)
    scheme = PointScheme.objects.unscoped("test").get(subject_kind="household")
    content = content_of(scheme)
    assert [(row.code, row.name, row.cap) for row in content.categories] == [
        ("A", "组织生活", 200),
        ("XF", "先锋作用", None),
    ]
    assert [(row.code, row.category, row.points, row.quarter_cap) for row in content.items] == [
        ("A01", "A", 20, 60), ("A02", "A", -20, None), ("XF09", "XF", 15, None),
    ]  # fmt: skip
    assert content.items[2].evidence_needed and content.items[2].group == "服务"
    assert (content.base, content.floor, content.rank_by_class, content.top_quota_percent) == (600, 0, True, 30)
    assert (content.base_by_class, content.exempt_by_class) == ({"frail": 650}, {"mobile": "长期在外"})
    assert scheme.state == "draft"
    client.post(reverse("schemes:put-in-force", args=[scheme.pk]))
    scheme.refresh_from_db()
    assert scheme.state == "in_force"
    assert reverse("schemes:edit", args=[scheme.pk]) not in text_of(
        client.get(reverse("schemes:detail", args=[scheme.pk]))
    )


def test_every_error_stands_at_its_field_and_nothing_is_lost(points):
    wrong = posted(
        categories=[{"name": "组织生活", "cap": "很多"}, {"name": "宗教活动"}],
        items=[
            {"category": "组织生活", "name": "转发朋友圈", "points": "1"},
            {"category": "没有的类", "name": "志愿服务", "points": "两分"},
            {"category": "组织生活", "name": "", "points": "0"},
            {"category": "组织生活", "name": "党日", "points": "1", "code": "A01"},
            {"category": "组织生活", "name": "党课", "points": "1", "code": "A01"},
        ],
        grades=[{"name": "优秀", "minimum": "60"}, {"name": "合格", "minimum": "60"}],
        base="", top_quota_percent="200",
    )  # fmt: skip
    answer = points.client("xianji").post(NEW, wrong)
    page = text_of(answer)
    assert answer.status_code == 400 and PointScheme.objects.unscoped("test").count() == 1
    for field in (
        "base", "top_quota_percent", "categories-0-cap", "categories-1-name", "items-0-name", "items-1-category",
        "items-1-points", "items-2-name", "items-2-points", "items-4-code", "grades-1-minimum",
    ):  # fmt: skip
        assert f'href="#id_{field}"' in page and f'id="id_{field}_error"' in page, field
    assert "请先改正下面 11 处" in page
    assert "涉及点赞转发（转发）" in page and 'value="两分"' in page


def test_the_next_version_begins_as_the_last_and_saves_back_as_it_was(points, draft):
    """Nothing that a version says is lost by opening and saving it; the towns' own items stay."""
    county = points.user("xianji")
    content = content_of(draft)
    town_item = ItemContent("Z101-1", "晒被子服务", "XF", 10, town=TOWN)
    schemes.edit_draft(
        scheme=draft, by=county, content=type(content)(**{**vars(content), "items": (*content.items, town_item)})
    )
    draft.refresh_from_db()
    before = content_of(draft)
    answer = points.client("xianji").post(reverse("schemes:edit", args=[draft.pk]), same_again(draft), follow=True)
    assert "已保存草稿" in text_of(answer) and content_of(draft) == before
    page = text_of(points.client("xianji").get(f"{NEW}&from={points.scheme.pk}"))
    assert all(f'value="{item.name}"' in page for item in CONTENT.items)


def test_who_saves_second_is_told(points, draft):
    client, address = points.client("xianji"), reverse("schemes:edit", args=[draft.pk])
    first, second = same_again(draft) | {"base": "70"}, same_again(draft) | {"base": "80"}
    assert client.post(address, first).status_code == 302
    answer = client.post(address, second)
    assert answer.status_code == 400 and "别人改过这份草稿" in text_of(answer)
    draft.refresh_from_db()
    assert draft.base == 700


def test_a_version_in_force_is_not_edited_and_a_draft_can_go(points, draft):
    client = points.client("xianji")
    address = reverse("schemes:edit", args=[points.scheme.pk])
    assert client.get(address).status_code == 302
    posted_back = client.post(address, same_again(points.scheme) | {"base": "1"}, follow=True)
    assert "已经启用，不能修改" in text_of(posted_back)
    assert "已经启用，不能修改" in text_of(client.post(reverse("schemes:drop", args=[points.scheme.pk]), follow=True))
    assert "已删除草稿" in text_of(client.post(reverse("schemes:drop", args=[draft.pk]), follow=True))
    assert PointScheme.objects.unscoped("test").get() == points.scheme


def test_the_editor_asks_the_same_whatever_the_number_of_items(points, draft, django_assert_max_num_queries):
    many = [{"category": "XF", "name": f"项目{number}", "points": "1"} for number in range(120)]
    client, address = points.client("xianji"), reverse("schemes:edit", args=[draft.pk])
    with django_assert_max_num_queries(40):
        answer = client.post(address, posted(**RIGHT | {"items": many}))
    assert answer.status_code == 302
    with django_assert_max_num_queries(16):
        assert "项目119" in text_of(client.get(address))


def test_a_book_starts_from_the_following_quarter():
    assert start_of("household", None).from_quarter == "2027Q1"


def test_what_is_missing_or_too_much_is_told_in_words(points):
    """Every sentence names what it is about, as whoever typed it knows it: by its name, not a code made for it."""
    wrong = posted(
        categories=[{"name": "组织生活", "cap": "-5"}],
        items=[
            {"category": "组织生活", "name": "", "points": "1"},
            {"category": "组织生活", "name": "义务植树", "points": "0", "quarter_cap": "-3"},
            {"category": "组织生活", "name": "净滩", "points": "1", "group": "爱心捐款"},
        ],
        grades=[{"name": "优秀", "minimum": ""}],
        classes=[{"subject_class": "mobile", "base": "50", "exempt": "长期在外"}],
        name="带头拆迁积分办法", top_quota_percent="150", code="",
    )  # fmt: skip
    page = text_of(points.client("xianji").post(NEW, wrong))
    for sentence in (
        "类别“组织生活”的上限不能小于 0", "“义务植树”的分值不能为 0", "“义务植树”的季度上限应大于 0",
        "“爱心捐款”涉及捐款捐物", "“带头拆迁积分办法”涉及同意拆迁征地", "请填 0 到 100 的整数",
        "“流动”免于积分，不计总分，它的基础分请留空", "请填写办法编码", "请填写项目名称", "请填写总分不低于",
    ):  # fmt: skip
        assert sentence in page, sentence
    assert "该字段" not in page and "确保" not in page


def test_a_town_is_told_what_is_too_much_or_not_the_countys(points, draft):
    rows = [{"category": "XF", "name": f"净滩 {number}", "points": "1"} for number in range(6)]
    address = reverse("schemes:town-items", args=[draft.pk])
    page = text_of(points.client("zhenshen").post(address, posted(items=rows)))
    assert "最多 5 行，多出来的请删去" in page and "表单" not in page
    page = text_of(points.client("zhenshen").post(address, posted(items=[rows[0] | {"category": "QT"}])))
    assert "没有“QT”这个类别，请从列出的里选" in page
    page = text_of(points.client("zhenshen").post(address, posted(items=[rows[0] | {"points": "3"}])))
    assert "“净滩 0”是镇街自设项目，每次最多 2 分" in page

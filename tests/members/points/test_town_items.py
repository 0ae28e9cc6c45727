"""What towns may add to the county's scheme, and what differs between versions."""

import datetime as dt

import pytest
from django.urls import reverse

from members.actions import schemes
from members.actions.schemes import town_items_of
from members.actions.town_items import set_town_items
from members.models import Placement, PointScore
from members.points.comparing import compare
from members.points.content import ItemContent, content_of
from members.queries.point_items import ItemBook
from registers.errors import Invalid, NotAllowed, SeveralInvalid, WrongState
from tests.members.points.stage import (
    BAISHATAN,
    GUOSHANG,
    approved,
    closed,
    cover_town_step,
    declared,
    member,
    put_scheme,
)
from tests.world import COUNTY, OTHER_TOWN, TOWN


@pytest.fixture
def draft(world):
    world.scheme = put_scheme(world.user("xianji"))
    return schemes.copy_version(scheme=world.scheme, by=world.user("xianji"), from_quarter="2026Q3")


def own(number=1, **changes) -> ItemContent:
    fields = {"code": "", "name": f"晒家风 {number}", "category": "XF", "points": 20} | changes
    return ItemContent(**fields)


def test_a_town_adds_its_own_and_alters_nothing_else(world, draft):
    before = content_of(draft)
    reviewer = world.user("zhenshen")
    set_town_items(scheme=draft, by=reviewer, town=TOWN, items=[own(1), own(2, points=-5, quarter_cap=10)])
    after = content_of(draft)
    assert [item for item in after.items if not item.town] == list(before.items)
    assert [(item.code, item.town, item.points) for item in town_items_of(draft)] == [
        (f"Z{TOWN[6:]}-1", TOWN, 20), (f"Z{TOWN[6:]}-2", TOWN, -5),
    ]  # fmt: skip
    # Another list of it replaces this one, and a code that meant something is not given to something else.
    set_town_items(scheme=draft, by=reviewer, town=TOWN, items=[own(3)])
    assert [(item.name, item.code) for item in town_items_of(draft)] == [("晒家风 3", f"Z{TOWN[6:]}-3")]
    following = schemes.copy_version(scheme=draft, by=world.user("xianji"), from_quarter="2027Q1")
    assert town_items_of(following, TOWN) == town_items_of(draft, TOWN)


def test_what_a_town_may_not_add(world, draft):
    reviewer = world.user("zhenshen")

    def refused(*items) -> list[tuple[str, str]]:
        with pytest.raises(SeveralInvalid) as told:
            set_town_items(scheme=draft, by=reviewer, town=TOWN, items=items)
        return told.value.problems

    wrong = (
        own(1, points=21),
        own(2, category="无"),
        own(3, group="讲"),
        own(4, name="进京上访扣分"),
        own(5, code="A01"),
    )
    assert [place for place, _ in refused(*wrong)] == [
        "items.4.code", "items.0.points", "items.1.category", "items.2.group", "items.3.name",
    ]  # fmt: skip
    assert refused(*(own(number) for number in range(6)))[0] == ("items", "最多自设 5 项，现在有 6 项")
    for who, town, error in (
        ("zhenshen", OTHER_TOWN, Invalid), ("zhenjie", TOWN, NotAllowed), ("xianji", COUNTY, Invalid),
        ("xianji", "371083998", Invalid),
    ):  # fmt: skip
        with pytest.raises(error):
            set_town_items(scheme=draft, by=world.user(who), town=town, items=[own()])
    with pytest.raises(WrongState):
        set_town_items(scheme=world.scheme, by=reviewer, town=TOWN, items=[own()])
    assert not town_items_of(draft)


def test_a_towns_item_counts_for_its_own_subjects(world, draft):
    """It is declared in the town, and the town on the quarter's last day decides (rule 6)."""
    cover_town_step(TOWN)
    stays, goes, other = member("3710830000001"), member("3710830000002"), member("3710830000009", BAISHATAN)
    set_town_items(scheme=draft, by=world.user("zhenshen"), town=TOWN, items=[own()])
    code = town_items_of(draft)[0].code
    schemes.put_in_force(scheme=draft, by=world.user("xianji"))
    book = ItemBook.of([COUNTY])
    assert code in [item.code for item in book.items_of(draft, TOWN)]
    assert code not in [item.code for item in book.items_of(draft, OTHER_TOWN)]
    for subject in (stays, goes):
        approved(world, subject, item=code)
    with pytest.raises(Invalid, match="没有项目"):
        declared(world.user("xianji"), other, code)
    moved = dt.date(2026, 9, 25)
    Placement.objects.unscoped("test").filter(subject=goes).update(valid_to=moved)
    Placement.objects.create(subject=goes, village_id=BAISHATAN, valid_from=moved)
    close = closed(world.user("xianji"))
    totals = PointScore.objects.unscoped("test").filter(close=close)
    by_number = dict(totals.values_list("close_subject__number", "total"))
    assert (by_number[stays.number], by_number[goes.number]) == (1020, 1000)


def test_the_page_and_the_api_of_a_town(world, draft):
    client, address = world.client("zhenshen"), reverse("schemes:town-items", args=[draft.pk])
    assert address in client.get(reverse("schemes:detail", args=[draft.pk])).content.decode()
    page = client.get(address).content.decode()
    assert "先锋作用" in page and "每个镇街最多 5 项" in page
    rows = {"items-TOTAL_FORMS": "2", "items-INITIAL_FORMS": "0", "items-0-name": ""}
    typed = {"items-1-category": "XF", "items-1-name": "好邻居", "items-1-points": "3"}
    answer = client.post(address, rows | typed)
    assert answer.status_code == 400 and "每次最多 2 分" in answer.content.decode()
    assert 'id="id_items-1-points_error"' in answer.content.decode()
    assert client.post(address, rows | typed | {"items-1-points": "2"}).status_code == 302
    assert [item.name for item in town_items_of(draft)] == ["好邻居"]
    assert client.get(f"{address}?town={OTHER_TOWN}").status_code == 404
    # A clerk of the town sees it nowhere before it is in force; another town's people never do.
    assert world.client("zhenjie").get(reverse("schemes:detail", args=[draft.pk])).status_code == 404
    api, address = world.api("zhenshen"), f"/api/v1/point-schemes/{draft.pk}/town-items/"
    body = {"town": TOWN, "items": [{"name": "好婆媳", "category": "XF", "points": "1.5"}]}
    answer = api.put(address, body, format="json")
    assert answer.status_code == 200 and answer.data["items"][-1]["town"] == TOWN
    refused = api.put(address, body | {"items": [body["items"][0] | {"points": "9", "name": "捐款"}]}, format="json")
    assert [error["field"] for error in refused.data["errors"]] == ["items.0.name", "items.0.points"]
    schemes.put_in_force(scheme=draft, by=world.user("xianji"))
    assert api.put(address, body, format="json").status_code == 409
    detail = reverse("schemes:detail", args=[draft.pk])
    assert "好婆媳" in world.client("zhenjie").get(detail).content.decode()
    assert "好婆媳" not in world.client("qita").get(detail).content.decode()
    assert "乳山口镇自设" in world.client("zhenjie").get(reverse("schemes:print", args=[draft.pk])).content.decode()


# -- comparison and print


def changed(world, draft):
    content = content_of(draft)
    items = [item for item in content.items if item.code != "B02"]
    items[0] = type(items[0])(**vars(items[0]) | {"points": 30, "quarter_cap": None, "category": "XF"})
    grades = tuple(type(grade)(grade.name, grade.minimum + 10) for grade in content.grades[:1]) + content.grades[1:]
    fields = vars(content) | {
        "items": (*items, own(1, code="B03", evidence_needed=True)), "grades": grades, "base_by_class": {},
        "exempt_by_class": {"frail": "年老体弱"}, "top_quota_percent": None,
    }  # fmt: skip
    return schemes.edit_draft(scheme=draft, by=world.user("xianji"), content=type(content)(**fields))


def test_two_versions_side_by_side(world, draft):
    draft = changed(world, draft)
    found = compare(content_of(world.scheme), content_of(draft))
    assert found.counts == [("新增", 1), ("取消", 1), ("改动", 5)]
    lines = {(section.title, line.name): line for section in found.sections for line in section.lines}
    assert [(one.label, one.before, one.after) for one in lines["先锋作用", "参加主题党日"].changes] == [
        ("类别", "组织生活", "先锋作用"), ("每次分值", "2 分", "3 分"), ("季度上限", "6 分", "不设"),
    ]  # fmt: skip
    assert lines["先锋作用", "好人好事"].kind == "gone"
    assert lines["先锋作用", "晒家风 1"].told == "每次 2 分，不设季度上限，需要佐证"
    assert lines["总则", "年老体弱的基础分"].changes[0].after == "免于积分（年老体弱）"
    assert lines["总则", "最高等次名额"].changes[0].after == "不限"
    assert lines["等次", "优秀"].changes[0].before == "105 分"
    assert not compare(content_of(draft), content_of(draft)).sections


def test_the_comparison_is_read_on_a_page_and_by_the_api(world, draft, django_assert_max_num_queries):
    draft = changed(world, draft)
    address, client = reverse("schemes:compare", args=[draft.pk]), world.client("xianji")
    with django_assert_max_num_queries(24):
        page = client.get(address).content.decode()
    assert "第 1 版 → 第 2 版" in page and "<del>2 分</del>" in page and "<ins>3 分</ins>" in page
    assert world.client("xianji").get(f"{address}?with=999").status_code == 404
    assert world.client("zhenjie").get(address).status_code == 404  # a draft
    only = world.client("zhenjie").get(reverse("schemes:compare", args=[world.scheme.pk])).content.decode()
    assert "只有这一版" in only
    told = world.api("xianji").get(f"/api/v1/point-schemes/{draft.pk}/compare/?with={world.scheme.pk}").data
    assert (told["old"], told["new"], told["added"], told["gone"], told["changed"]) == (
        world.scheme.pk, draft.pk, 1, 1, 5,
    )  # fmt: skip
    assert told["sections"][0]["title"] == "总则"
    for wrong in ("", "?with=", "?with=x", "?with=999"):
        assert world.api("xianji").get(f"/api/v1/point-schemes/{draft.pk}/compare/{wrong}").status_code == 400


def test_the_annex_says_what_it_is(world, draft):
    page = world.client("xianji").get(reverse("schemes:print", args=[draft.pk])).content.decode()
    assert all(text in page for text in ("第 2 版草稿", "仅供民主评议参考", "（盖章）", "信访、宗教、", "参加主题党日"))
    page = world.client("zhenjie").get(reverse("schemes:print", args=[world.scheme.pk])).content.decode()
    assert "第 1 版，自2025年第一季度起施行" in page and GUOSHANG not in page

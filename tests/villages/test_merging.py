"""Merging villages (P03): what goes along, what stays, what is refused, and the way back."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from federations.actions.founding import found_federation
from federations.actions.steps import move_status
from federations.models import FederationVillage
from members.actions.closes import publish
from members.actions.people import add_member, add_subject
from members.actions.transfers import transfer
from members.models import PartyOrganization, Placement, PointMovement, Post, Subject
from registers.errors import DomainError, Invalid, NotAllowed, WrongState
from services.models import Grid
from tests.members.points import shop
from tests.members.points import stage as points
from tests.villages.samples import village_in
from tests.world import OTHER_TOWN, TOWN
from villages.actions.merging import MergeRow, NewVillage, merge_villages, try_merge, undo_merge
from villages.models import Area, CollectiveAsset, Village, VillageFacts, VillageMerge

pytestmark = pytest.mark.django_db
ON = dt.date(2026, 10, 15)
SOUTH, NORTH, HOLLOW, GUOSHANG, YARD = (f"371083101{tail}" for tail in ("206", "207", "222", "223", "224"))


@pytest.fixture
def county(world):
    return world.user("xianji")


def merge(world, pairs, *, on=ON, by="xianji", **more):
    rows = [
        MergeRow(world.village(closed), world.village(into) if isinstance(into, str) else into)
        for closed, into in pairs
    ]
    perform = more.pop("perform", merge_villages)
    return perform(by=world.user(by), on=on, basis="乳政批〔2026〕8 号", rows=rows, **more)


def area(code) -> Area:
    return Area.objects.unscoped("test").get(pk=code)


def at(code, model=Subject):
    return model.objects.unscoped("test").filter(village=code)


TANG = NewVillage("唐家")


def test_villages_close_on_the_day_and_name_their_successor(world):
    result = merge(world, [(SOUTH, TANG), (NORTH, TANG)])
    new = result.lines[0].successor
    assert new.pk == "371083101225" and new.name == "唐家村委会" and new.valid_from == ON
    assert new.village.name == "唐家" and new.village.initials == "tjc"
    for code in (SOUTH, NORTH):
        assert (area(code).valid_to, area(code).successor_id) == (ON, new.pk)
    assert area(HOLLOW).valid_to is None


def test_people_go_along_by_date_and_their_past_stays(world, county):
    branch = PartyOrganization.objects.create(name="南唐家村党支部", kind="branch", area_id=SOUTH)
    member = add_member(by=county, name="王建国", village=world.village(SOUTH), placed_on=dt.date(2020, 1, 1))
    household = add_subject(by=county, kind="household", name="李海燕", village=world.village(NORTH))
    post = Post.objects.create(
        organization=branch, person=member.person, title="secretary", valid_from=dt.date(2021, 1, 1)
    )
    result = merge(world, [(SOUTH, TANG), (NORTH, TANG)])
    code = result.lines[0].successor_id
    member.refresh_from_db()
    household.refresh_from_db()
    assert (member.village_id, household.village_id, member.person.area_id) == (code, code, code)
    stays = Placement.objects.unscoped("test").filter(subject=member).order_by("valid_from")
    assert [(stay.village_id, stay.valid_from, stay.valid_to) for stay in stays] == [
        (SOUTH, dt.date(2020, 1, 1), ON),
        (code, ON, None),
    ]
    branch.refresh_from_db()
    post.refresh_from_db()
    assert (branch.area_id, post.valid_to, member.organization_id) == (code, None, branch.pk)
    assert result.total("积分对象") == 2 and result.total("党组织") == 1


def test_open_items_go_along_and_figures_stay(world, county):
    for code in (SOUTH, NORTH):
        Grid.objects.create(village=world.village(code), name="第一网格")
    VillageFacts.objects.create(village=world.village(SOUTH), year=2025, population=800)
    merge(world, [(SOUTH, NORTH)])
    assert sorted(at(NORTH, Grid).values_list("name", flat=True)) == ["南唐家第一网格", "第一网格"]
    assert at(SOUTH, VillageFacts).count() == 1


def test_an_asset_ends_in_the_old_village_and_goes_on_in_the_new(world, county):
    for code in (SOUTH, NORTH):
        CollectiveAsset.objects.create(village=world.village(code), name="厂房", acquired_on=dt.date(2019, 5, 1))
    result = merge(world, [(SOUTH, TANG), (NORTH, TANG)])
    code = result.lines[0].successor_id
    told = set(CollectiveAsset.objects.unscoped("test").values_list("village", "name", "acquired_on", "disposed_on"))
    begin = dt.date(2019, 5, 1)
    assert told == {
        (SOUTH, "厂房", begin, ON), (NORTH, "厂房", begin, ON),
        (code, "南唐家厂房", ON, None), (code, "北唐家厂房", ON, None),
    }  # fmt: skip
    undo_merge(by=county, merge=result.merge, reason="批文有误")
    assert {row.disposed_on for row in CollectiveAsset.objects.unscoped("test")} == {None}


def test_a_successor_takes_its_predecessors_place_in_the_federation(world, county):
    federation = found_federation(
        by=county, name="唐家新村", kind="new_village", mode="complement", area=world.area(TOWN),
        villages=[(world.village(SOUTH), "strong"), (world.village(NORTH), "member"), (world.village(YARD), "member")],
        on=dt.date(2026, 1, 1), evidence="同宗同源", scale_reason="先行",
    )  # fmt: skip
    for status in ("reviewed", "approved", "running"):
        federation = move_status(by=county, federation=federation, to=status, on=dt.date(2026, 1, 15))
    result = merge(world, [(SOUTH, TANG), (NORTH, TANG)])
    rows = FederationVillage.objects.unscoped("test").filter(federation=federation).order_by("valid_from", "village_id")
    code = result.lines[0].successor_id
    told = [(row.village_id, row.role, row.valid_from, row.valid_to) for row in rows]
    begin = dt.date(2026, 1, 15)
    assert told == [
        (SOUTH, "strong", begin, ON),
        (NORTH, "member", begin, ON),
        (YARD, "member", begin, None),
        (code, "strong", ON, None),
    ]
    assert "南唐家并入唐家" in federation.steps.order_by("-pk").first().reason
    undo_merge(by=county, merge=result.merge, reason="批文有误")
    told = {(row.village_id, row.valid_to) for row in rows.all()}
    assert told == {(SOUTH, None), (NORTH, None), (YARD, None)}


def test_two_primary_federations_are_not_chosen_between(world, county):
    for name, codes in (("甲新村", (SOUTH, HOLLOW)), ("乙新村", (NORTH, YARD))):
        federation = found_federation(
            by=county, name=name, kind="new_village", mode="complement", area=world.area(TOWN),
            villages=[(world.village(code), "member") for code in codes],
            on=dt.date(2026, 1, 1), evidence="相邻", scale_reason="先行",
        )  # fmt: skip
        for status in ("reviewed", "approved"):
            federation = move_status(by=county, federation=federation, to=status, on=dt.date(2026, 1, 15))
    result = merge(world, [(SOUTH, TANG), (NORTH, TANG)])
    assert any("分属“甲新村”、“乙新村”" in note for note in result.notes)
    code = result.lines[0].successor_id
    assert not FederationVillage.objects.unscoped("test").filter(village=code).exists()


def test_a_trial_changes_nothing(world, county):
    add_member(by=county, name="王建国", village=world.village(SOUTH))
    result = merge(world, [(SOUTH, TANG)], perform=try_merge)
    assert result.total("积分对象") == 1
    assert area(SOUTH).valid_to is None and at(SOUTH).count() == 1
    assert not VillageMerge.objects.unscoped("test").exists()
    assert not Village.objects.unscoped("test").filter(name="唐家").exists()


def test_it_is_taken_back_whole(world, county):
    member = add_member(by=county, name="王建国", village=world.village(SOUTH))
    Grid.objects.create(village=world.village(SOUTH), name="第一网格")
    stays = Placement.objects.unscoped("test").values_list("subject", "village", "valid_from", "valid_to")
    before = list(stays)
    result = merge(world, [(SOUTH, TANG), (NORTH, TANG)])
    undone = undo_merge(by=county, merge=result.merge, reason="批文有误")
    assert undone.is_undone and undone.undone_by == county
    assert area(SOUTH).valid_to is None and area(SOUTH).successor is None
    assert (
        list(Placement.objects.unscoped("test").values_list("subject", "village", "valid_from", "valid_to")) == before
    )
    member.refresh_from_db()
    assert member.village_id == SOUTH and at(SOUTH, Grid).count() == 1
    assert not Village.objects.unscoped("test").filter(name="唐家").exists()
    with pytest.raises(WrongState, match="已经撤回"):
        undo_merge(by=county, merge=undone, reason="再来一次")
    merge(world, [(SOUTH, TANG), (NORTH, TANG)])  # and may be decided anew, with the same code


def test_it_is_not_taken_back_once_something_was_built_on_it(world, county):
    member = add_member(by=county, name="王建国", village=world.village(SOUTH))
    result = merge(world, [(SOUTH, TANG), (NORTH, TANG)])
    new = result.lines[0].successor.village
    facts = VillageFacts.objects.create(village=new, year=2026, population=10)
    with pytest.raises(WrongState, match="“唐家”已经有村情年报"):
        undo_merge(by=county, merge=result.merge, reason="批文有误")
    assert area(SOUTH).valid_to == ON and VillageFacts.objects.unscoped("test").count() == 1
    facts.delete()
    member.refresh_from_db()
    transfer(by=county, subject=member, village=world.village(YARD), on=ON)
    with pytest.raises(WrongState, match="“南唐家”有人又补录过调动"):
        undo_merge(by=county, merge=result.merge, reason="批文有误")


def test_it_is_not_taken_back_after_a_quarter_was_shown(world, county):
    member = add_member(by=county, name="王建国", village=world.village(SOUTH), placed_on=dt.date(2020, 1, 1))
    points.put_scheme(county)
    points.cover_town_step(TOWN)
    points.approved(world, member)
    result = merge(world, [(SOUTH, TANG)], on=dt.date(2026, 9, 1))
    undo_merge(by=county, merge=result.merge, reason="先试一次")
    result = merge(world, [(SOUTH, TANG)], on=dt.date(2026, 9, 1))
    publish(close=points.closed(county), by=county)
    with pytest.raises(WrongState, match="2026年第三季度已按撤并后的村居公示或审定"):
        undo_merge(by=county, merge=result.merge, reason="批文有误")


def test_a_split_village_must_be_empty(world, county):
    add_member(by=county, name="王建国", village=world.village(SOUTH))
    split = [(SOUTH, NORTH), (SOUTH, HOLLOW)]
    with pytest.raises(WrongState, match="“南唐家”要拆分到几个村居，还有 1 条积分对象"):
        merge(world, split)
    subject = at(SOUTH).get()
    transfer(by=county, subject=subject, village=world.village(NORTH), on=dt.date(2026, 1, 1))
    result = merge(world, split)
    assert area(SOUTH).successor is None and area(SOUTH).valid_to == ON
    assert any("不可比" in note for note in result.notes)


@pytest.mark.parametrize(
    ("pairs", "more", "said"),
    [
        ([], {}, "没有要撤并的村居"),
        ([(SOUTH, NORTH), (NORTH, HOLLOW)], {}, "“北唐家”自己也要撤销，不能并入它"),
        ([(SOUTH, TANG)], {"on": dt.date(2026, 12, 1)}, "不能晚于今天"),
        ([(SOUTH, TANG)], {"on": dt.date(1949, 1, 1)}, "才启用"),
        ([(SOUTH, NewVillage("唐家", NORTH))], {}, "代码 371083101207 已经用过"),
        ([(SOUTH, NewVillage("唐家", "371082101299"))], {}, "不在本县的镇街之内"),
        ([(SOUTH, NewVillage("唐家", "3710831"))], {}, "不是 12 位村居代码"),
        ([(SOUTH, NewVillage("锅上"))], {}, "本镇街已有叫“锅上”的村居"),
        ([(SOUTH, NORTH), (SOUTH, SOUTH)], {}, "既要保留又要撤销"),
        ([(SOUTH, TANG)], {"by": "zhenjie"}, "由县里办理"),
    ],
)
def test_what_is_refused_says_why_and_writes_nothing(world, pairs, more, said):
    with pytest.raises(DomainError, match=said):
        merge(world, pairs, **more)
    assert not Area.objects.unscoped("test").filter(valid_to__isnull=False).exists()


def test_a_closed_village_takes_nothing_new(world, county):
    merge(world, [(SOUTH, NORTH)])
    closed = world.village(SOUTH)
    for begin in (
        lambda: add_member(by=county, name="王建国", village=closed),
        lambda: found_federation(
            by=county, name="唐家新村", kind="new_village", mode="complement", area=world.area(TOWN),
            villages=[(closed, "member"), (world.village(YARD), "member")], on=dt.date(2026, 11, 1),
        ),
        lambda: merge(world, [(SOUTH, NORTH)]),
    ):  # fmt: skip
        with pytest.raises(Invalid, match="“南唐家”已于 2026-10-15 撤销"):
            begin()
    answer = world.api("zhenjie").post(
        "/api/v1/village-facts/", {"village_code": SOUTH, "year": "2027", "population": "1"}, format="json"
    )
    assert answer.status_code == 400 and "已于 2026-10-15 撤销" in answer.json()["errors"][0]["message"]


def test_the_county_does_it_on_the_page(world, county):
    add_member(by=county, name="王建国", village=world.village(SOUTH))
    client = world.client("xianji")
    facts = {"on": "2026-10-15", "basis": "乳政批〔2026〕8 号", "rows": "南唐家\t唐家\n北唐家\t唐家\n江村洼\t唐家\n"}
    shown = client.post("/village-merges/start/", facts)
    page = shown.content.decode()
    assert shown.status_code == 200 and "撤销 3 个村居，并入 1 个" in page and "新设" in page
    assert area(SOUTH).valid_to is None
    done = client.post("/village-merges/start/", facts | {"confirm": "1"})
    made = VillageMerge.objects.unscoped("test").get()
    assert done.status_code == 302 and done["Location"] == f"/village-merges/{made.pk}/"
    page = client.get(done["Location"]).content.decode()
    assert "唐家（新设）" in page and "撤回这次撤并" in page
    client.post(f"/village-merges/{made.pk}/undo/", {"reason": "批文有误"})
    assert area(SOUTH).valid_to is None


def test_every_wrong_line_is_told(world):
    rows = "南唐家→唐家\n没有的村 唐家\n北唐家\n"
    facts = {"on": "2026-10-15", "basis": "乳政批〔2026〕8 号", "rows": rows}
    answer = world.client("xianji").post("/village-merges/start/", facts)
    page = answer.content.decode()
    assert answer.status_code == 400 and "有 2 处需要改正" in page
    assert "第 2 行“原村居”填了“没有的村”，没有找到这个村居" in page and "第 3 行“并入村居”没有填" in page


def test_a_name_is_looked_for_in_the_own_town_only(world):
    """Another town has a village of that name, too: it must not swallow this town's."""
    facts = {"on": "2026-10-15", "basis": "乳政批〔2026〕8 号", "rows": "南唐家\t海阳所"}
    page = world.client("xianji").post("/village-merges/start/", facts).content.decode()
    assert "新设" in page and "371083102201" not in page
    facts["rows"] = "南唐家\t371083102201"
    page = world.client("xianji").post("/village-merges/start/", facts).content.decode()
    assert "新设" not in page and "371083102201" in page


def test_the_api_tries_does_and_takes_back(world):
    api = world.api("xianji")
    given = {
        "on": "2026-10-15", "basis": "乳政批〔2026〕8 号",
        "rows": [{"closed": "南唐家", "successor": NORTH}, {"closed": OTHER_TOWN + "201", "successor": "新海阳所"}],
    }  # fmt: skip
    tried = api.post("/api/v1/village-merges/", given | {"dry_run": True}, format="json")
    assert tried.status_code == 200 and tried.json()["id"] is None
    done = api.post("/api/v1/village-merges/", given, format="json", headers={"Idempotency-Key": "merge-1"})
    again = api.post("/api/v1/village-merges/", given, format="json", headers={"Idempotency-Key": "merge-1"})
    assert done.status_code == 201 and again.json() == done.json()
    assert VillageMerge.objects.unscoped("test").get().area_id == "371083"  # it concerns two towns
    address = f"/api/v1/village-merges/{done.json()['id']}/undo/"
    assert api.post(address, {"reason": ""}, format="json").status_code == 400
    assert api.post(address, {"reason": "批文有误"}, format="json").status_code == 200
    wrong = api.post(
        "/api/v1/village-merges/", given | {"rows": [{"closed": "无此村", "successor": "x"}]}, format="json"
    )
    assert wrong.status_code == 400 and wrong.json()["errors"][0]["row"] == 1


def test_a_town_sees_its_merges_and_decides_none(world, county):
    made = merge(world, [(SOUTH, NORTH)]).merge
    assert world.client("zhenjie").get(f"/village-merges/{made.pk}/").status_code == 200
    assert world.client("qita").get(f"/village-merges/{made.pk}/").status_code == 404
    with pytest.raises(NotAllowed):
        undo_merge(by=world.user("zhenjie"), merge=made, reason="不同意")


def test_a_merge_is_taken_back_though_points_to_spend_went_along(world, county):
    """What accounts tell of the way into the new village and back stays; the village then stood for no day."""
    home = shop.household("3710839000001", SOUTH)
    shop.credited(world, home, 250)
    result = merge(world, [(SOUTH, TANG), (NORTH, TANG)])
    code = result.lines[0].successor_id
    undo_merge(by=county, merge=result.merge, reason="批文有误")
    assert (shop.balance(home), area(SOUTH).valid_to) == (250, None)
    kept = area(code)
    assert kept.valid_to == kept.valid_from == ON  # the code is not used again
    page = world.client("xianji").get("/villages/?q=唐家").content.decode()
    assert "南唐家" in page and code not in page
    again = merge(world, [(SOUTH, TANG), (NORTH, TANG)])
    assert again.lines[0].successor_id == str(int(code) + 1)
    with pytest.raises(WrongState, match="积分账户明细"):  # something was exchanged meanwhile
        redeem_there(world, home)
        undo_merge(by=county, merge=again.merge, reason="批文有误")


def redeem_there(world, home):
    home.refresh_from_db()
    good = shop.good(area=TOWN, price=100)
    PointMovement.objects.create(
        subject=home, village_id=home.village_id, kind="redeem", points=-good.price, good=good, quantity=1,
        price=good.price, on=shop.TODAY, created_by=world.user("xianji"),
    )  # fmt: skip


def test_pages_of_merged_villages_tell_what_became_of_them(world, county):
    result = merge(world, [(SOUTH, TANG), (NORTH, TANG)])
    code = result.lines[0].successor_id
    clerk = world.client("zhenjie")
    page = clerk.get(f"/villages/{SOUTH}/").content.decode()
    assert f"本村居已于 {ON} 并入唐家" in page and f'href="/villages/{code}/"' in page
    page = clerk.get(f"/villages/{code}/").content.decode()
    assert f"{ON} 由南唐家（{SOUTH}）、北唐家（{NORTH}）并入" in page
    assert f"{ON} 并入唐家" in clerk.get("/villages/?q=南唐家").content.decode()
    links = [f'href="/villages/{one}/"' for one in (SOUTH, NORTH, code)]
    now, closed = (clerk.get(f"/villages/?state={state}").content.decode() for state in ("now", "closed"))
    assert [link in now for link in links] == [False, False, True]
    assert [link in closed for link in links] == [True, True, False]


def test_seventy_villages_become_eleven_under_nine_committees(world, county):
    """河头店镇 (P03, P04): set-based, whatever the number of people."""
    committees = [
        PartyOrganization.objects.create(name=f"第{n}社区党委", kind="community_committee", area_id=TOWN)
        for n in range(1, 10)
    ]
    olds = [village_in(world, TOWN, number) for number in range(1, 71)]
    for number, village in enumerate(olds):
        PartyOrganization.objects.create(
            name=f"{village.name}党支部", kind="branch", area_id=village.pk, parent=committees[number % 9]
        )
    people = [add_member(by=county, name=f"党员{number}", village=olds[number % 70]) for number in range(140)]
    rows = [
        MergeRow(village, NewVillage(f"新村{number % 11}", kind="community" if number % 11 < 7 else "village"))
        for number, village in enumerate(olds)
    ]
    with CaptureQueriesContext(
        connection,
    ) as queries:
        result = merge_villages(by=county, on=ON, basis="莱政批〔2021〕3 号", rows=rows)
    assert len({line.successor_id for line in result.lines}) == 11 and len(result.lines) == 70
    assert result.total("积分对象") == len(people) and result.total("党组织") == 70
    assert Village.objects.unscoped("test").filter(area__valid_to=ON).count() == 70
    branches = PartyOrganization.objects.unscoped("test").filter(kind="branch")
    assert branches.filter(area__in=[line.successor_id for line in result.lines]).count() == 70
    assert {branch.parent_id for branch in branches} == {committee.pk for committee in committees}
    assert len(queries) < 400, len(queries)  # some for each village and successor, none for each person
    undo_merge(by=county, merge=result.merge, reason="演练")
    assert Subject.objects.unscoped("test").filter(village__in=olds).count() == len(people)

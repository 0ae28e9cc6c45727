"""The life of a close: trials, publication, locking, reopening; who may, and what the states allow."""

import datetime as dt

import pytest

from members.actions import claims, closes, entries, schemes
from members.models import CloseSubject, Placement, PointQuarter, PointScore, QuarterClose, Subject
from members.points import closing
from registers import jobs
from registers.errors import Invalid, NotAllowed, NotFound, WrongState
from registers.models import Job
from tests.members.points import stage
from tests.members.points.stage import BAISHATAN, GUOSHANG, XILI, YUANQIAN
from tests.world import COUNTY, TOWN


@pytest.fixture
def county(world, monkeypatch):
    stage.put_scheme(world.user("xianji"))
    stage.cover_town_step(TOWN)
    stage.federate(monkeypatch, GUOSHANG, YUANQIAN, XILI)
    world.zhang = stage.member("M1", GUOSHANG, name="张三")
    world.li = stage.member("M2", YUANQIAN, name="李四")
    world.wang = stage.member("M3", XILI, name="王五")
    world.zhao = stage.member("M4", BAISHATAN, name="赵六")
    return world


def scores(close) -> dict[str, PointScore]:
    rows = PointScore.objects.unscoped("test").filter(close=close).select_related("close_subject")
    return {row.close_subject.name: row for row in rows}


def states() -> list[str]:
    return list(QuarterClose.objects.unscoped("test").order_by("number").values_list("state", flat=True))


def gate() -> str:
    return PointQuarter.objects.get(county_code=COUNTY, quarter="2026Q3").state


def test_a_worked_example(county):
    for item, quantity in (("A01", 4), ("A02", 1), ("A03", 1), ("B01", 2), ("D01", 1)):
        stage.approved(county, county.zhang, item, quantity=quantity)
    stage.approved(county, county.li, "A02")
    found = scores(stage.closed(county.user("xianji")))
    zhang, li, wang, zhao = (found[name] for name in ("张三", "李四", "王五", "赵六"))
    # 100 + 组织生活 min(6 of 4×2, 党课 5 not 领学 3) + 先锋 2 − 缺席 2
    assert (zhang.base, zhang.awards, zhang.deduct, zhang.total) == (1000, {"ZZ": 110, "XF": 20}, 20, 1110)
    assert (zhang.rank_village, zhang.rank_federation, zhang.rank_town) == (1, 1, 1)
    assert (li.total, li.rank_village, li.rank_federation, li.rank_town) == (1050, 1, 2, 2)
    # ⌊3·50/100⌋ = 1: only one of three may be 优秀
    assert (zhang.grade, li.grade, wang.grade) == ("优秀", "合格", "合格")
    assert (zhao.rank_federation, zhao.rank_town, zhao.awards) == (None, 1, {"ZZ": 0, "XF": 0})


def test_towns_tied_by_a_federation_are_one_chunk(county):
    close = stage.closed(county.user("xianji"))
    assert list(close.chunks.values_list("towns", "done")) == [
        (["371083001", "371083101"], True),
        (["371083102"], True),
    ]


def test_a_close_is_invisible_until_it_is_whole(county):
    xianji = county.user("xianji")
    close, job = closes.start_close(by=xianji, county=COUNTY, quarter="2026Q3")
    with pytest.raises(NotFound):
        closes.publish(close=close, by=xianji)
    again, same = closes.start_close(by=xianji, county=COUNTY, quarter="2026Q3")
    assert (again, same) == (close, job)


def test_nothing_changed_the_same_version(county):
    xianji = county.user("xianji")
    first = stage.closed(xianji)
    assert stage.closed(xianji) == first
    stage.approved(county, county.zhang)
    second = stage.closed(xianji)
    assert (second.number, states()) == (2, ["superseded", "trial"])
    assert second.digest != first.digest


@pytest.mark.parametrize("change", ["class", "transfer", "name", "federation", "reversal", "scheme"])
def test_whatever_changes_the_result_makes_a_new_version(county, monkeypatch, change):
    entry = stage.approved(county, county.zhang)
    xianji = county.user("xianji")
    first = stage.closed(xianji)
    if change == "class":
        Subject.objects.unscoped("test").filter(pk=county.zhang.pk).update(subject_class="frail")
    elif change == "name":
        Subject.objects.unscoped("test").filter(pk=county.zhang.pk).update(name="张叁")
    elif change == "transfer":
        Placement.objects.unscoped("test").filter(subject=county.zhang).update(village=YUANQIAN)
    elif change == "federation":
        stage.federate(monkeypatch, GUOSHANG, XILI)
    elif change == "reversal":
        entries.reverse_entry(entry=entry, by=county.user("zhenshen"), reason="记错")
    else:
        stage.put_scheme(xianji, from_quarter="2026Q3", base=900)
    with pytest.raises(WrongState, match="又有变化"):
        closes.publish(close=first, by=xianji)
    second = stage.closed(xianji)
    assert second.number == 2
    assert closes.publish(close=second, by=xianji).state == "published"


def test_publishing_freezes_and_later_facts_settle_in_the_next_quarter(county):
    entry = stage.approved(county, county.zhang)
    xianji = county.user("xianji")
    close = closes.publish(close=stage.closed(xianji), by=xianji)
    assert (gate(), close.objections_until) == ("published", dt.date(2026, 11, 27))
    assert stage.approved(county, county.zhang).settle_quarter == "2026Q4"
    with pytest.raises(WrongState, match="重新打开"):
        entries.reverse_entry(entry=entry, by=county.user("zhenshen"), reason="记错")
    with pytest.raises(WrongState, match="正在公示"):
        closes.start_close(by=xianji, county=COUNTY, quarter="2026Q3")
    with pytest.raises(WrongState):
        closes.publish(close=close, by=xianji)
    closes.confirm(close=close, by=xianji)
    assert gate() == "locked"
    with pytest.raises(WrongState):
        closes.confirm(close=close, by=xianji)


def test_a_transfer_after_publication_changes_nothing(county):
    xianji = county.user("xianji")
    close = closes.publish(close=stage.closed(xianji), by=xianji)
    Placement.objects.unscoped("test").filter(subject=county.zhang).update(village=BAISHATAN)
    assert closes.confirm(close=close, by=xianji).state == "locked"
    assert CloseSubject.objects.unscoped("test").get(close=close, name="张三").village_code == GUOSHANG


def test_reopening_takes_a_second_person_a_reason_and_a_new_version(county):
    entry = stage.approved(county, county.zhang)
    xianji, second = county.user("xianji"), stage.second_county_user()
    close = closes.confirm(close=closes.publish(close=stage.closed(xianji), by=xianji), by=xianji)
    with pytest.raises(NotAllowed, match="另一个人"):
        closes.reopen(close=close, by=xianji, reason="名单有误")
    with pytest.raises(Invalid):
        closes.reopen(close=close, by=second, reason=" ")
    old, trial, job = closes.reopen(close=close, by=second, reason="名单有误")
    assert (old.state, trial.number, gate()) == ("superseded", 2, "open")
    entries.reverse_entry(entry=entry, by=county.user("zhenshen"), reason="记错")
    jobs.run(str(job.pk))
    trial.refresh_from_db()
    assert scores(trial)["张三"].total == 1000 and scores(old)["张三"].total == 1010
    with pytest.raises(WrongState):
        closes.reopen(close=old, by=second, reason="x")


def test_who_may(county):
    xianji = county.user("xianji")
    for wrong in ("zhenjie", "lingdao"):
        with pytest.raises(NotAllowed):
            closes.start_close(by=county.user(wrong), county=COUNTY, quarter="2026Q3")
    texts = set()
    for code in ("371082", "999999", "371083101", "x"):
        with pytest.raises(Invalid) as refused:
            closes.start_close(by=xianji, county=code, quarter="2026Q3")
        texts.add(refused.value.message)
    assert len(texts) == 1
    close = stage.closed(xianji)
    for action in (closes.publish, closes.confirm):
        with pytest.raises(NotAllowed):
            action(close=close, by=county.user("zhenshen"))
        with pytest.raises(NotFound):
            action(close=close, by=county.user("nobody"))
    with pytest.raises(WrongState, match="公示过的"):
        closes.confirm(close=close, by=xianji)


@pytest.mark.parametrize(("quarter", "error"), [("2026", Invalid), ("2026Q5", Invalid), ("2024Q4", Invalid)])
def test_quarters_that_cannot_be_closed(county, quarter, error):
    with pytest.raises(error):
        closes.start_close(by=county.user("xianji"), county=COUNTY, quarter=quarter)


def test_a_quarter_that_is_not_over_is_only_tried(county):
    xianji = county.user("xianji")
    close = stage.closed(xianji, "2026Q4")
    with pytest.raises(WrongState, match="还没有结束"):
        closes.publish(close=close, by=xianji)


def test_towns_see_the_close_and_only_their_part(county):
    close = stage.closed(county.user("xianji"))
    clerk = county.user("zhenjie")
    assert QuarterClose.objects.visible_to(clerk).get() == close
    assert set(PointScore.objects.visible_to(clerk).values_list("close_subject__name", flat=True)) == {"张三", "李四"}
    assert set(CloseSubject.objects.visible_to(county.user("cunji")).values_list("name", flat=True)) == {"张三"}
    assert not QuarterClose.objects.visible_to(county.user("nobody")).exists()


# --- the job ---------------------------------------------------------------------------------------------------


class Killed(BaseException):
    """Stands for SIGKILL: nothing after it runs."""


def test_a_killed_worker_resumes_where_it_was(county, monkeypatch):
    stage.approved(county, county.zhang)
    whole = stage.closed(county.user("xianji"))
    stage.approved(county, county.li)
    close, job = closes.start_close(by=county.user("xianji"), county=COUNTY, quarter="2026Q3")
    computed, compute_chunk = [], closing.compute_chunk

    def killed_in_the_second(run, pk, rules):
        compute_chunk(run, pk, rules)
        computed.append(pk)
        if len(computed) == 1:
            raise Killed

    monkeypatch.setattr(closing, "compute_chunk", killed_in_the_second)
    with pytest.raises(Killed):
        jobs.run(str(job.pk))
    assert list(close.chunks.order_by("number").values_list("done", flat=True)) == [True, False]
    close.refresh_from_db()
    assert close.whole_at is None and QuarterClose.objects.unscoped("t").get(pk=whole.pk).state == "trial"
    Job.objects.unscoped("test").filter(pk=job.pk).update(state=Job.State.QUEUED)  # what the sweeper does
    jobs.run(str(job.pk))
    assert len(computed) == 2
    close.refresh_from_db()
    fresh = QuarterClose.objects.unscoped("t").get(pk=close.pk)
    assert fresh.whole_at is not None and scores(fresh)["李四"].total == 1010


def test_a_job_delivered_twice_computes_once(county):
    xianji = county.user("xianji")
    close, job = closes.start_close(by=xianji, county=COUNTY, quarter="2026Q3")
    jobs.run(str(job.pk))
    jobs.run(str(job.pk))
    Job.objects.unscoped("test").filter(pk=job.pk).update(state=Job.State.QUEUED)
    jobs.run(str(job.pk))
    job.refresh_from_db()
    assert (job.state, job.attempt, job.result["close"]) == ("done", 2, close.pk)
    assert PointScore.objects.unscoped("test").filter(close=close).count() == 4


def test_a_worker_thought_dead_writes_nothing_more(county, monkeypatch):
    close, job = closes.start_close(by=county.user("xianji"), county=COUNTY, quarter="2026Q3")
    compute_chunk = closing.compute_chunk

    def taken_over(run, pk, rules):
        Job.objects.unscoped("test").filter(pk=job.pk).update(attempt=9)
        compute_chunk(run, pk, rules)

    monkeypatch.setattr(closing, "compute_chunk", taken_over)
    jobs.run(str(job.pk))
    assert not close.chunks.filter(done=True).exists()
    assert not PointScore.objects.unscoped("test").filter(close=close).exists()


def test_a_cancelled_trial_leaves_nothing(county):
    xianji = county.user("xianji")
    close, job = closes.start_close(by=xianji, county=COUNTY, quarter="2026Q3")
    Job.objects.unscoped("test").filter(pk=job.pk).update(cancel_asked=True)
    jobs.run(str(job.pk))
    job.refresh_from_db()
    assert job.state == "cancelled"
    assert stage.closed(xianji).number == 1
    assert QuarterClose.objects.unscoped("test").count() == 1


def test_an_entry_that_comes_while_it_is_computed_makes_it_out_of_date(county, monkeypatch):
    xianji = county.user("xianji")
    compute_chunk = closing.compute_chunk

    def busy(run, pk, rules):
        if not claims.PointClaim.objects.unscoped("test").exists():
            stage.approved(county, county.zhang)
        compute_chunk(run, pk, rules)

    monkeypatch.setattr(closing, "compute_chunk", busy)
    close = stage.closed(xianji)
    with pytest.raises(WrongState, match="又有变化"):
        closes.publish(close=close, by=xianji)
    assert stage.closed(xianji).number == 2


# --- schemes ---------------------------------------------------------------------------------------------------


def test_a_new_version_waits_for_an_open_quarter(county):
    xianji = county.user("xianji")
    closes.publish(close=stage.closed(xianji), by=xianji)
    draft = schemes.copy_version(
        scheme=stage.PointScheme.objects.unscoped("test").get(), by=xianji, from_quarter="2026Q3"
    )
    assert (draft.number, draft.state, draft.items.count()) == (2, "draft", 6)
    with pytest.raises(WrongState, match="之后的季度"):
        schemes.put_in_force(scheme=draft, by=xianji)
    later = stage.replace(stage.CONTENT, from_quarter="2026Q4")
    schemes.put_in_force(scheme=schemes.edit_draft(scheme=draft, by=xianji, content=later), by=xianji)
    with pytest.raises(WrongState, match="不能修改"):
        schemes.edit_draft(scheme=draft, by=xianji, content=later)
    with pytest.raises(WrongState, match="另一版"):
        stage.put_scheme(xianji, from_quarter="2026Q4")


def test_a_version_keeps_the_items_that_entries_already_use(county):
    entry = stage.approved(county, county.zhang)
    xianji = county.user("xianji")
    fewer = {"from_quarter": "2026Q3", "items": stage.CONTENT.items[:3]}
    with pytest.raises(WrongState, match="B01"):
        stage.put_scheme(xianji, **fewer)
    entries.reverse_entry(entry=entry, by=county.user("zhenshen"), reason="记错")
    assert stage.put_scheme(xianji, **fewer).state == "in_force"


ITEM = stage.CONTENT.items[0]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"subject_kind": "dog"}, "subject_kind"),
        ({"from_quarter": "2026"}, "from_quarter"),
        ({"code": ""}, "code"),
        ({"base_by_class": {"x": 1}}, "base_by_class"),
        ({"exempt_by_class": {"frail": " "}}, "exempt_by_class"),
        ({"top_quota_percent": 101}, "top_quota_percent"),
        ({"items": (ITEM, ITEM)}, "items.1.code"),
        ({"items": (stage.replace(ITEM, category="?"),)}, "items.0.category"),
        ({"items": (stage.replace(ITEM, points=0),)}, "items.0.points"),
        ({"items": (stage.replace(ITEM, quarter_cap=0),)}, "items.0.quarter_cap"),
        ({"items": (stage.replace(ITEM, town="371082101"),)}, "items.0.town"),
        ({"items": (stage.replace(ITEM, town=TOWN, points=21),)}, "items.0.points"),
        ({"items": (stage.replace(ITEM, town=TOWN, group="讲"),)}, "items.0.group"),
        ({"items": tuple(stage.replace(ITEM, code=f"T{n}", town=TOWN) for n in range(6))}, "items"),
        ({"grades": (stage.GradeContent("优秀", 1), stage.GradeContent("合格", 1))}, "grades.1.min"),
    ],
)
def test_what_a_scheme_may_not_say(county, changes, field):
    with pytest.raises(Invalid) as refused:
        stage.put_scheme(county.user("xianji"), **({"from_quarter": "2027Q1"} | changes))
    assert refused.value.field == field


def test_schemes_are_the_countys(county):
    for wrong in ("zhenshen", "lingdao"):
        with pytest.raises(NotAllowed):
            stage.put_scheme(county.user(wrong), from_quarter="2027Q1")
    with pytest.raises(Invalid):
        schemes.new_version(by=county.user("xianji"), area="371082", content=stage.CONTENT)


def test_a_towns_own_item_is_for_its_own(county):
    own = stage.replace(ITEM, code="T1", category="XF", points=20, town=TOWN, quarter_cap=None)
    stage.put_scheme(county.user("xianji"), from_quarter="2026Q3", items=(*stage.CONTENT.items, own))
    stage.approved(county, county.zhang, "T1")
    with pytest.raises(Invalid, match="没有项目"):
        stage.declared(county.user("xianji"), county.zhao, "T1")
    xianji = county.user("xianji")
    assert scores(stage.closed(xianji))["张三"].total == 1020
    Placement.objects.unscoped("test").filter(subject=county.zhang).update(village=BAISHATAN)
    assert scores(stage.closed(xianji))["张三"].total == 1000

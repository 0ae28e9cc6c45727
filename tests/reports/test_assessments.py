"""Assessment of villages and cadres (P24): marks, totals, publication, who sees what, and the workbook."""

import datetime as dt
from decimal import Decimal
from fractions import Fraction

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from members.actions.contracts import save_contracts, save_results
from members.actions.duties import put_in_force as start_duties
from members.actions.duties import save_list as save_duty_list
from members.models import DutyReview, PartyOrganization, Post
from registers import jobs
from registers.errors import Invalid, ItemErrors, WrongState
from registers.models import Job, StoredFile
from reports.actions import assessments as acts
from reports.assessing import arithmetic, grades
from reports.models import AssessmentItem, AssessmentList, AssessmentMark, AssessmentResult, IndicatorValue
from reports.workbooks import assessments as workbook
from tests.members.samples_duties import add_item as add_duty
from tests.reports import factories as make
from tests.reports.samples import add_item, list_of
from tests.world import COUNTY, TOWN, World
from villages.models import Village

SOUTH, NORTH, POT, SAND = "371083101206", "371083101207", "371083101223", "371083102201"
NUMBERS = st.decimals(-1_000_000, 1_000_000, places=2)
MARKS = st.decimals(0, 100, places=2)


def reference(exact: Fraction) -> Decimal:
    """Two decimals, half up, of numbers that are not negative."""
    return Decimal((exact * 200 + 1) // 2).scaleb(-2)


@given(
    full=st.decimals("0.01", 100, places=2), value=NUMBERS, zero=NUMBERS, whole=NUMBERS, own=MARKS, village=MARKS,
    share=st.integers(0, 100), totals=st.lists(st.decimals(0, 100, places=0), min_size=1, max_size=12),
    quota=st.none() | st.integers(1, 100),
)  # fmt: skip
def test_the_arithmetic_equals_a_plain_reference(full, value, zero, whole, own, village, share, totals, quota):
    if zero != whole:
        part = (Fraction(value) - Fraction(zero)) / (Fraction(whole) - Fraction(zero))
        wanted = reference(Fraction(full) * min(max(part, Fraction(0)), Fraction(1)))
        assert arithmetic.marks_by_line(full, value, zero, whole) == wanted
    mixed = (Fraction(village) * share + Fraction(own) * (100 - share)) / 100
    assert arithmetic.cadre_total(own, village, share) == reference(mixed)
    assert arithmetic.ranks(totals) == [1 + sum(other > one for other in totals) for one in totals]
    words = grades.read("优秀 60 1.2；良好 40 1；差 0 0.5")
    for total, grade in zip(totals, arithmetic.graded(totals, words, quota), strict=True):
        reached = next(at for at, word in enumerate(words) if total >= word.begins_at)
        crowd = sum(other >= total for other in totals)
        if reached == 0 and quota is not None and crowd > len(totals) * quota // 100:
            reached = 1
        assert grade is words[reached]


def test_grades_are_read_as_people_write_them_and_told_what_is_wrong():
    assert (
        grades.written(grades.read("优秀，90，1.20;良好 80 1.0\n不合格、0、0；"))
        == "优秀 90 1.2；良好 80 1；不合格 0 0"
    )
    for text, wrong in {
        "优秀 90 1.2": "应有 2–6 个", "优 90 1；良 90 1；差 0 0": "应低于", "优 90 1；良 60 1": "应从 0 分起",
        "优 九十 1；差 0 0": "没有看懂", "优 90 9；差 0 0": "最多 5", "优 90 1；优 0 0": "同名",
        "优 101 1；差 0 0": "最多 100",
    }.items():  # fmt: skip
        with pytest.raises(ValueError, match=wrong):
            grades.read(text)


# -- a list of villages


@pytest.fixture
def villages(world: World) -> AssessmentList:
    """By an indicator and a typed item: 20 + 80 for gathering villages, 40 + 60 for those without a class."""
    Village.objects.unscoped("test").filter(pk__in=[SOUTH, NORTH]).update(planning_class="gathering")
    Village.objects.unscoped("test").filter(pk=SAND).update(planning_class="relocating")
    for code, income in ((SOUTH, 60_000), (NORTH, 200_000)):
        IndicatorValue.objects.create(
            place_kind="village", place_key=code, period="2025", indicator="operating_income", numerator=income
        )
    found = list_of(world, COUNTY, "乳山市 2025 年村居考核", 2025)
    measure = {
        "source": "indicator", "indicator": "operating_income", "zero_at": 20_000, "full_at": 100_000,
        "category": "集体经济", "name": "集体经营性收入",
    }  # fmt: skip
    none = dict.fromkeys(("points_suburban", "points_featured", "points_relocating"))
    add_item(found, 1, 20, **measure, **none, points_unclassified=None)
    add_item(found, 2, 80, **none, points_unclassified=100, name="环境整治")
    return found


def type_all(world: World, assessment: AssessmentList, marks: dict[str, int], by: str = "xianji") -> None:
    rows = AssessmentMark.objects.unscoped("test").filter(assessment=assessment).select_related("assessment")
    acts.save_marks(by=world.user(by), items=[({"marks": Decimal(marks.get(row.who, 50))}, row) for row in rows])


def results_of(assessment: AssessmentList) -> dict[str, AssessmentResult]:
    return {one.who: one for one in AssessmentResult.objects.unscoped("test").filter(assessment=assessment)}


def published(world: World, assessment: AssessmentList, marks: dict[str, int]) -> AssessmentList:
    by = world.user("xianji")
    acts.put_in_force(by=by, assessment=assessment)
    type_all(world, assessment, marks)
    acts.try_out(by=by, assessment=assessment)
    return acts.publish(by=by, assessment=assessment)


def test_a_list_goes_from_draft_to_publication_and_then_stays(world, villages):
    by = world.user("xianji")
    item = villages.items.unscoped("test").get(number=2)
    item.points_gathering = 70
    item.save()
    with pytest.raises(WrongState, match="集聚提升类的满分合计 90 分，应为 100 分"):
        acts.put_in_force(by=by, assessment=villages)
    item.points_gathering = 80
    item.save()
    acts.put_in_force(by=by, assessment=villages)
    marks = AssessmentMark.objects.unscoped("test").filter(assessment=villages)
    # 锅上 and the others have no class: 100 marks; nothing measures a village that is to be moved.
    assert {row.who: row.full for row in marks}["南唐家"] == 80 and not marks.filter(village=SAND).exists()
    with pytest.raises(ItemErrors) as caught:
        acts.save_marks(by=by, items=[({"marks": Decimal(81)}, marks.get(village=SOUTH))])
    assert "满分 80 分" in caught.value.errors[0].message
    computed = acts.try_out(by=by, assessment=villages)
    assert computed.missing == marks.count() > 4
    with pytest.raises(WrongState, match="没有评分"):
        acts.publish(by=by, assessment=villages)

    type_all(world, villages, {"南唐家": 70, "北唐家": 79, "锅上": 89})
    with pytest.raises(WrongState, match="重新试算"):
        acts.publish(by=by, assessment=villages)
    acts.try_out(by=by, assessment=villages)
    found = results_of(villages)
    # (60,000 − 20,000) / 80,000 of 20 marks are 10.
    assert [found[who].total for who in ("南唐家", "北唐家", "锅上")] == [80, 99, 89]
    north = found["北唐家"]
    assert (north.rank, north.rank_of, north.class_rank, north.class_of) == (1, len(found), 1, 2)
    assert (found["南唐家"].grade, found["南唐家"].coefficient, north.grade) == ("良好", 1, "优秀")
    line = north.lines[0]
    assert (line["value"], line["period"], line["marks"], line["full"]) == ("200000.00", "2025", "20.00", "20.00")
    final = acts.publish(by=by, assessment=villages)
    assert (final.state, final.published_by) == ("published", by)

    for statement in (
        "UPDATE reports_assessmentresult SET total = 1 WHERE assessment_id = %s",
        "DELETE FROM reports_assessmentresult WHERE assessment_id = %s",
        "UPDATE reports_assessmentmark SET marks = 1 WHERE assessment_id = %s",
        "UPDATE reports_assessmentitem SET name = 'x' WHERE assessment_id = %s",
        "UPDATE reports_assessmentlist SET state = 'in_force' WHERE id = %s",
        "UPDATE reports_assessmentlist SET note = 'x' WHERE id = %s",
    ):
        with pytest.raises(DatabaseError, match="公布|启用"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, [villages.pk])
    for step in (acts.try_out, acts.withdraw, acts.publish, acts.remove_list):
        with pytest.raises(WrongState):
            step(by=by, assessment=villages)


def test_a_list_in_force_is_mended_by_going_back_to_the_draft(world, villages):
    by = world.user("xianji")
    acts.put_in_force(by=by, assessment=villages)
    type_all(world, villages, {"南唐家": 78})
    items = AssessmentItem.objects.unscoped("test").select_related("assessment")
    item = items.get(assessment=villages, number=2)
    with pytest.raises(ItemErrors) as caught:
        acts.save_items(by=by, items=[({"points_gathering": Decimal(60)}, item)])
    assert "退回草稿" in caught.value.errors[0].message
    acts.try_out(by=by, assessment=villages)
    acts.withdraw(by=by, assessment=villages)
    assert not results_of(villages)
    item = items.get(pk=item.pk)
    more = {**{name: getattr(item, name) for name in ("assessment", "category")}, "number": 3, "name": "平安建设"}
    acts.save_items(
        by=by, items=[({"points_gathering": Decimal(60)}, item), (more | {"points_gathering": Decimal(20)}, None)]
    )
    acts.put_in_force(by=by, assessment=villages)
    row = AssessmentMark.objects.unscoped("test").get(village=SOUTH, item=item)
    # What was typed above the new full marks is told, and typed anew; the rest stays.
    assert (row.marks, row.full) == (None, 60) and "原评 78" in row.note
    assert AssessmentMark.objects.unscoped("test").get(village=NORTH, item=item).marks == 50
    assert AssessmentMark.objects.unscoped("test").filter(village=NORTH).count() == 2
    acts.withdraw(by=by, assessment=villages)
    with pytest.raises(WrongState, match="评过分"):
        acts.remove_list(by=by, assessment=villages)


def test_what_may_not_be_scored_may_not_be_assessed_by_any_door(world, villages):
    item = {
        "assessment": villages.name, "number": "9", "category": "平安建设", "name": "无越级上访", "source": "评分",
        "points_gathering": "5",
    }  # fmt: skip
    api, page = world.api("xianji"), world.client("xianji")
    before = villages.items.unscoped("test").count()
    for field, text in (("name", "无越级上访"), ("criteria", "带头捐款的加分"), ("category", "医保缴费")):
        for answer in (
            api.post("/api/v1/assessment-items/", item | {"name": "平安", field: text}),
            api.post("/api/v1/assessment-items/bulk/", {"rows": [item | {"name": "平安", field: text}]}),
            page.post("/assessment-items/new/", item | {"name": "平安", field: text}),
        ):
            assert answer.status_code == 400 and "不能列入" in answer.content.decode()
    with pytest.raises(ItemErrors) as caught:
        facts = {"assessment": villages, "number": 9, "category": "x", "name": "信 访", "points_gathering": Decimal(5)}
        acts.save_items(by=world.user("xianji"), items=[(facts, None)])
    assert "反映问题是群众的权利" in caught.value.errors[0].message
    assert villages.items.unscoped("test").count() == before
    with pytest.raises(Invalid, match="不能列入"):
        acts.save_list(
            by=world.user("xianji"), area=villages.area, year=2024, subject_kind="village", name="信访考核",
            grades_text=grades.USUAL,
        )  # fmt: skip
    acts.put_in_force(by=world.user("xianji"), assessment=villages)
    mark = AssessmentMark.objects.unscoped("test").get(village=SOUTH)
    address = f"/api/v1/assessment-marks/{mark.code}/"
    town = world.api("zhenjie")
    told = {"marks": "70", "note": "有人上访", "version": mark.version}
    assert "信访" in town.patch(address, told).json()["errors"][0]["message"]
    assert town.patch(address, told | {"note": "环境好"}).status_code == 200
    assert world.api("qita").patch(address, told).status_code == 404
    mark.refresh_from_db(from_queryset=AssessmentMark.objects.unscoped("test"))
    assert (mark.marks, mark.typed_by) == (70, world.user("zhenjie")) and mark.typed_at


# -- cadres


@pytest.fixture
def cadres(world: World, villages: AssessmentList) -> AssessmentList:
    """王建国 of 南唐家 keeps his contract by half, 李明 of 锅上 was not reviewed; a sent secretary is not assessed."""
    day = dt.date(2024, 1, 1)
    for code, name, source in ((SOUTH, "王建国", "village"), (POT, "李明", "village"), (POT, "张强", "sent")):
        branch, _ = PartyOrganization.objects.unscoped("test").get_or_create(
            name=f"{code}支部", kind="branch", area_id=code
        )
        member = make.member(code, name)
        for title in ("secretary", "member") if name == "王建国" else ("member",):
            Post.objects.create(organization=branch, person=member.person, title=title, valid_from=day, source=source)
        if name == "王建国":
            reviewed(world, member)
    found = list_of(
        world, COUNTY, "2025 年村干部考核", 2025, subject_kind="cadre", base_pay=Decimal("9999.99"), village_share=40
    )
    add_item(found, 1, 60, name="履职")
    add_item(found, 2, 40, name="责任清单", source="review")
    return found


def reviewed(world: World, member) -> None:
    """Two rounds in the year: kept, and mostly."""
    by, village = world.user("xianji"), member.village
    duties = save_duty_list(
        by=by, area=village.area, name="清单", subject_kind="member", valid_from=dt.date(2025, 1, 1)
    )
    add_duty(world, duties)
    duties = start_duties(by=by, duty_list=duties)
    signed = {"duty_list": duties, "member_no": member, "signed_on": dt.date(2025, 1, 2)}
    save_contracts(by=by, items=[(signed, None)])
    for month, result in ((6, "kept"), (12, "mostly")):
        review = DutyReview.objects.create(
            village=village, duty_list=duties, name=f"{month}月", period="2025", held_on=dt.date(2025, month, 20)
        )
        save_results(by=by, items=[({"review": review, "member_no": member, "result": result}, None)])


def test_a_cadres_result_rests_on_his_own_and_on_his_village(world, villages, cadres):
    by = world.user("xianji")
    acts.put_in_force(by=by, assessment=cadres)
    with pytest.raises(WrongState, match="试算本年的村居考核"):
        acts.try_out(by=by, assessment=cadres)
    acts.put_in_force(by=by, assessment=villages)
    type_all(world, villages, {"南唐家": 70})
    acts.try_out(by=by, assessment=villages)
    type_all(world, cadres, {"王建国": 40, "李明": 30})
    acts.try_out(by=by, assessment=cadres)
    found = results_of(cadres)
    assert set(found) == {"王建国", "李明"}
    king = found["王建国"]
    # Reviews: (1 + 0.6) / 2 of 40 marks are 32, whatever was typed for want of one; 40 + 32 his own, 80 his village's.
    assert (king.own, king.village_total, king.office) == (72, 80, "书记、委员")
    assert king.total == Decimal("75.20") and king.grade == "合格"
    assert king.pay == Decimal("7999.99")  # 9,999.99 × 0.8 = 7,999.992
    assert king.lines[1]["value"] == "履约 1 次、基本履约 1 次"
    assert found["李明"].own == 60  # 30 and, not reviewed, 30 typed
    with pytest.raises(WrongState, match="先公布本年的村居考核"):
        acts.publish(by=by, assessment=cadres)
    acts.publish(by=by, assessment=villages)
    cadres = acts.publish(by=by, assessment=cadres)

    form = workbook.build(by, cadres)
    assert form.title == "乳山市2025年村干部绩效考核表" and form.measure == "分、元"
    rows = {row.values[3]: row.values for row in form.rows}
    assert rows["王建国"][6:10] == [72, 72, 80, Decimal("75.20")]
    assert rows["王建国"][10:] == [1, 1, "合格", Decimal("0.80"), Decimal("7999.99")]
    assert rows["2 人"][1] == "合计（平均分）" and rows["2 人"][-1] == sum(one.pay for one in found.values())
    town = workbook.build(world.user("zhenjie"), cadres)
    assert town.unit == "乳山口镇"

    page = world.client("cunji")
    told = page.get("/assessment-results/").content.decode()
    assert "李明" in told and "王建国" not in told and "南唐家" not in told
    assert page.get(f"/assessment-results/{king.pk}/").status_code == 404
    shown = page.get(f"/assessment-results/{found['李明'].pk}/").content.decode()
    assert "60.00 × 60%" in shown and f"/assessment-results/{results_of(villages)['锅上'].pk}/" in shown


# -- who sees what, and the pages


def test_results_are_the_countys_and_the_towns_until_they_are_published(world, villages):
    by = world.user("xianji")
    acts.put_in_force(by=by, assessment=villages)
    type_all(world, villages, {})
    acts.try_out(by=by, assessment=villages)
    counts = {
        name: world.api(name).get("/api/v1/assessment-results/?count=true").json()["count"]
        for name in ("xianji", "lingdao", "zhenjie", "qita", "cunji")
    }
    own = len([code for code in Village.objects.unscoped("test").values_list("pk", flat=True) if code.startswith(TOWN)])
    assert counts["xianji"] == counts["lingdao"] > counts["zhenjie"] == own
    assert counts["cunji"] == 0
    assert world.api("cunji").get("/api/v1/assessment-marks/").status_code == 403
    acts.publish(by=by, assessment=villages)
    mine = world.api("cunji").get("/api/v1/assessment-results/").json()["results"]
    assert [row["who"] for row in mine] == ["锅上"] and mine[0]["rank_of"] == counts["xianji"]
    assert "考核结果" in world.client("cunji").get(f"/villages/{POT}/").content.decode()


def test_the_pages_lead_from_the_list_to_every_number(world, villages):
    page = world.client("xianji")
    address = f"/assessment-lists/{villages.pk}/"
    assert "可以启用了" in page.get(address).content.decode()
    page.post(f"{address}put-in-force/")
    told = page.get(address).content.decode()
    assert "评分进度" in told and "乳山口镇" in told and "没有评" in told
    type_all(world, villages, {"南唐家": 70})
    tried = page.post(f"{address}try-out/", follow=True)
    assert "已试算" in tried.content.decode() and "南唐家" in tried.content.decode()
    south, north = (results_of(villages)[who] for who in ("南唐家", "北唐家"))
    shown = page.get(f"/assessment-results/{south.pk}/").content.decode()
    assert f"/board/figure/operating_income/?area={SOUTH}&amp;quarter=2025Q4" in shown
    for text in ("60,000 元", "20,000 得零分，100,000 得满分", "10.00", "集聚提升类", "还没有公布"):
        assert text in shown, text
    with CaptureQueriesContext(connection) as few:
        page.get(f"/assessment-results/{north.pk}/")
    assert len(few) <= 12, "\n".join(query["sql"] for query in few.captured_queries)
    page.post(f"{address}publish/")
    assert "已公布" in page.get(address).content.decode()


def test_the_workbook_is_made_by_a_job_and_lies_among_the_files(world, villages, django_capture_on_commit_callbacks):
    published(world, villages, {"南唐家": 70})
    answer = world.client("zhenjie").post(f"/assessment-lists/{villages.pk}/workbook/")
    job = Job.objects.unscoped("test").get(kind=workbook.JOB_KIND)
    assert answer.status_code == 302 and str(job.pk) in answer["Location"]
    jobs.run(str(job.pk))
    job.refresh_from_db(from_queryset=Job.objects.unscoped("test"))
    assert job.state == Job.State.DONE, job.message
    (file,) = StoredFile.objects.unscoped("test").filter(job=job)
    assert file.name == "乳山口镇2025村级绩效考核表.xlsx" and file.owner == world.user("zhenjie")

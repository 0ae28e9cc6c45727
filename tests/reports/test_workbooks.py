"""The official workbooks: every number read back and compared with the database, whoever the owner is."""

import datetime as dt
import io
from decimal import Decimal

import pytest
from django.db.models import Sum
from django.urls import reverse
from openpyxl import load_workbook

from lianjian.periods import Period
from members.models import Post
from registers import jobs
from registers.errors import NotFound, WrongState
from registers.models import Job, StoredFile
from reports.actions.outbox import refresh_all_dirty
from reports.workbooks import federations, points
from reports.workbooks.jobs import JOB_KIND, start
from reports.workbooks.paper import Form, Head, Row, write_form
from tests.reports import factories as make
from tests.world import CITY_STREET, COUNTY, OTHER_TOWN, TOWN
from villages.models import VillageFacts

SOUTH, NORTH, JIANG, POT = (f"371083101{number}" for number in (206, 207, 222, 223))
WEST, SAND = "371083001216", "371083102201"
QUARTER = Period.parse("2026Q2")


@pytest.fixture
def county(world):
    """唐家 inside an alliance, 西里 over two towns, members of three books, a locked close."""
    for number, village in enumerate((SOUTH, NORTH, JIANG, POT, WEST, SAND), start=1):
        make.facts(
            village, operating_income=Decimal("12345.67") * number, debt=Decimal("0.01") * number,
            population=300 * number, subsidy_income=number, arable_land=Decimal("10.50"),
        )  # fmt: skip
    tang = make.federation(world, "唐家新村", [SOUTH, NORTH])
    west = make.federation(world, "西里新村", [JIANG, WEST], area=CITY_STREET)
    alliance = make.federation(world, "共同富裕党建联合体", [SOUTH, NORTH, POT], kind="alliance")
    rules = make.scheme()
    people = {
        village: [make.member(village, f"党员{n}") for n in range(3)] for village in (SOUTH, NORTH, JIANG, WEST, SAND)
    }
    Post.objects.create(
        organization=tang.organization,
        person=people[SOUTH][0].person,
        title="secretary",
        valid_from=dt.date(2025, 1, 1),
    )
    held = {SOUTH: tang, NORTH: tang, JIANG: west, WEST: west, SAND: None}
    scores = []
    for at, (village, members) in enumerate(people.items()):
        for n, one in enumerate(members):
            total = None if (at, n) == (0, 2) else 705 + 37 * at + 111 * n
            grade = "" if total is None else "优秀" if total >= 900 else "良好" if total >= 750 else "合格"
            scores.append(
                {"subject": one, "total": total, "grade": grade, "federation": held[village], "deduct": n == 1}
            )
    close = make.close(world, rules, [{**one, "deduct": 5 if one["deduct"] else 0} for one in scores])
    refresh_all_dirty()
    return {"tang": tang, "west": west, "alliance": alliance, "close": close, "scores": scores}


def sheet_of(form: Form):
    file = io.BytesIO()
    write_form(file, form)
    return load_workbook(io.BytesIO(file.getvalue())).worksheets[0]


def lines(form: Form) -> dict[tuple[str, str], list]:
    """Cells of the body by (second, third) column, read back from the file."""
    sheet, width = sheet_of(form), len(form.columns)
    start = next(cell.row for cell in sheet["A"] if cell.value == "甲") + 1
    rows = [[sheet.cell(row, at).value for at in range(1, width + 1)] for row in range(start, start + len(form.rows))]
    return {(row[1], row[2]): row for row in rows}


def expected(villages: list[str]) -> list:
    """What the form must say of these villages, straight from the facts."""
    sums = VillageFacts.objects.unscoped("test").filter(village__in=villages, year=2026).aggregate(
        households=Sum("households"), population=Sum("population"), land=Sum("arable_land"),
        income=Sum("operating_income"), subsidy=Sum("subsidy_income"), debt=Sum("debt"),
    )  # fmt: skip
    average = (sums["income"] / len(villages)).quantize(Decimal("0.01"), "ROUND_HALF_UP")
    money = [sums["income"], average, sums["income"] + sums["subsidy"], sums["debt"]]
    members = 3 * len(set(villages) & {SOUTH, NORTH, JIANG, WEST, SAND})
    return [
        len(villages),
        sums["households"],
        sums["population"],
        members,
        sums["land"],
        *(one / 10000 for one in money),
    ]


def numbers(row: list, start: int, end: int) -> list:
    return [None if cell is None else Decimal(str(cell)) for cell in row[start:end]]


def test_the_federations_form_of_the_county(county, world):
    form = federations.build(world.user("xianji"), COUNTY, QUARTER)
    found = lines(form)
    names = [row.values[2] for row in form.rows]
    # By town: 西里 stands in both towns that have a village of it.
    assert names == ["西里新村", 1, "西里新村", "唐家新村", "共同富裕党建联合体", 3, 3]
    assert numbers(found["乳山口镇", "唐家新村"], 8, 17) == expected([SOUTH, NORTH])
    assert numbers(found["城区街道", "西里新村"], 8, 17) == expected([JIANG, WEST])
    assert numbers(found["乳山口镇", "共同富裕党建联合体"], 8, 17) == expected([SOUTH, NORTH, POT])
    assert numbers(found["城区街道小计", 1], 8, 17) == expected([WEST])
    assert numbers(found["乳山口镇小计", 3], 8, 17) == expected([SOUTH, NORTH, JIANG, POT])
    assert numbers(found["合计", 3], 8, 17) == expected([SOUTH, NORTH, JIANG, POT, WEST])
    assert found["乳山口镇", "唐家新村"][3:8] == ["新村", "强村带弱村", "唐家新村联合党总支", "党员0", "2025-01-01"]


def test_totals_that_are_no_sums_are_marked_and_stay_numbers(county, world):
    form = federations.build(world.user("xianji"), COUNTY, QUARTER)
    sheet = sheet_of(form)
    total = next(row for row in sheet.iter_rows() if row[1].value == "合计")
    assert total[8].value == 5 and total[8].data_type == "n" and total[8].number_format.endswith('"*"')
    assert total[2].value == 3 and total[2].number_format.endswith('"*"')  # four rows, three federations
    assert not any(
        cell.number_format.endswith('"*"') for row in sheet.iter_rows() for cell in row if row[1].value == TOWN
    )
    assert "不等于所列各行之和" in " ".join(str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value)


def test_a_towns_form_holds_its_part_only(county, world):
    form = federations.build(world.user("zhenjie"), TOWN, QUARTER)
    found = lines(form)
    assert set(found) == {
        ("乳山口镇", "唐家新村"), ("乳山口镇", "西里新村"), ("乳山口镇", "共同富裕党建联合体"), ("合计", 3),
    }  # fmt: skip
    assert numbers(found["合计", 3], 8, 17) == expected([SOUTH, NORTH, JIANG, POT])
    other = federations.build(world.user("qita"), OTHER_TOWN, QUARTER)
    assert [row.values[1] for row in other.rows] == ["合计"] and other.rows[0].values[2] == 0
    with pytest.raises(NotFound):
        federations.build(world.user("zhenjie"), COUNTY, QUARTER)
    with pytest.raises(NotFound):
        points.build(world.user("qita"), TOWN, QUARTER)


def points_of(scores: list[dict]) -> list:
    """What the form must say of these scores, counted one by one."""
    totals = [one["total"] for one in scores if one["total"] is not None]
    grades = [sum(one["grade"] == grade for one in scores) for grade in ("优秀", "良好", "合格", "不合格")]
    mean = (Decimal(sum(totals)) / 10 / len(totals)).quantize(Decimal("0.1"), "ROUND_HALF_UP")
    share = (Decimal(grades[0] * 100) / len(totals)).quantize(Decimal("0.1"), "ROUND_HALF_UP")
    deducted = sum(bool(one["deduct"]) for one in scores)
    return [
        len(scores),
        len(totals),
        len(scores) - len(totals),
        *grades,
        share,
        mean,
        Decimal(max(totals)) / 10,
        deducted,
    ]


def test_the_points_form_equals_the_scores(county, world):
    form = points.build(world.user("xianji"), COUNTY, QUARTER)
    found, scores = lines(form), county["scores"]

    def of(*villages: str) -> list[dict]:
        return [one for one in scores if one["subject"].village_id in villages]

    assert numbers(found["乳山口镇", "唐家新村"], 3, 14) == points_of(of(SOUTH, NORTH))
    assert numbers(found["乳山口镇", "西里新村"], 3, 14) == points_of(of(JIANG))
    assert numbers(found["城区街道", "西里新村"], 3, 14) == points_of(of(WEST))
    assert numbers(found[world.area(OTHER_TOWN).name, "未参加联建"], 3, 14) == points_of(of(SAND))
    assert numbers(found["乳山口镇小计", None], 3, 14) == points_of(of(SOUTH, NORTH, JIANG))
    assert numbers(found["合计", None], 3, 14) == points_of(scores)
    town = lines(points.build(world.user("zhenjie"), TOWN, QUARTER))
    assert set(town) == {("乳山口镇", "唐家新村"), ("乳山口镇", "西里新村"), ("合计", None)}
    assert town["合计", None][3:] == found["乳山口镇小计", None][3:]


def test_points_without_a_published_close_are_refused_in_words(county, world):
    with pytest.raises(WrongState, match="2026年第三季度的积分还没有公示或审定"):
        points.build(world.user("xianji"), COUNTY, Period.parse("2026Q3"))


def test_a_text_never_becomes_a_formula_and_the_print_is_set_up():
    form = Form(
        title="=1+1", number="联建统 9 表", unit="@SUM(A1)", period="2026年第二季度", measure="个",
        heads=(Head("=cmd", (Head("+甲"), Head("-乙", digits=2))), Head("@丙", left=True)),
        rows=[Row(["=HYPERLINK(1)", Decimal("1.5"), "\x00-1"]), Row(["", 2, ""], bold=True, marked=frozenset({1}))],
        notes=["=note"], filled_by="=me", issued_on="2026年7月15日",
    )  # fmt: skip
    sheet = sheet_of(form)
    assert not [cell.coordinate for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    values = [cell.value for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {"=1+1", "=cmd", "+甲", "-1", "=note", "填表人：=me", "报出日期：2026年7月15日"} <= set(values)
    assert "单位负责人：" in values and "联系电话：" in values and "表号：联建统 9 表" in values
    assert sheet.page_setup.orientation == "landscape" and sheet.page_setup.paperSize == int(sheet.PAPERSIZE_A4)
    assert sheet.page_setup.fitToHeight == 0 and sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.print_title_rows == "$4:$6"
    assert {str(one) for one in sheet.merged_cells.ranges} >= {"A4:B4", "C4:C5"}


def run_job(job: Job) -> Job:
    jobs.run(str(job.pk))
    return Job.objects.unscoped("test").get(pk=job.pk)


def test_a_job_makes_the_workbook_and_keeps_it_for_its_owner(county, world):
    clerk = world.user("zhenjie")
    job = run_job(start(by=clerk, kind="federations", area=TOWN, quarter=QUARTER))
    assert (job.state, job.title) == ("done", "乳山口镇2026年第二季度跨村联建情况统计表")
    (stored,) = StoredFile.objects.visible_to(clerk)
    assert stored.name == "乳山口镇2026Q2跨村联建情况统计表.xlsx"
    values = {cell.value for row in load_workbook(stored.content).worksheets[0].iter_rows() for cell in row}
    assert {
        "乳山口镇跨村联建情况统计表",
        "填表人：zhenjie",
        "报出日期：2026年11月20日",
        "填报单位（盖章）：乳山口镇",
    } <= values
    assert not StoredFile.objects.visible_to(world.user("zhenshen")).exists()
    Job.objects.unscoped("test").update(state="queued")
    assert run_job(job).state == "done" and StoredFile.objects.visible_to(clerk).count() == 1


def test_the_rights_of_the_hour_it_runs_decide(county, world):
    clerk = world.user("zhenjie")
    job = start(by=clerk, kind="federations", area=TOWN, quarter=QUARTER)
    clerk.grants.update(scope_key=OTHER_TOWN)
    job = run_job(job)
    assert job.state == "failed" and "不在您的管辖范围内" in job.message
    assert not StoredFile.objects.unscoped("test").exists()


def test_a_refusal_reaches_the_owner_in_words(county, world):
    job = run_job(start(by=world.user("zhenjie"), kind="points", area=TOWN, quarter=Period.parse("2026Q3")))
    assert job.state == "failed" and "还没有公示或审定" in job.message


def test_the_page_starts_a_job(county, world):
    client, url = world.client("zhenjie"), reverse("reports:workbooks")
    page = client.get(url)
    assert "跨村联建情况统计表" in page.content.decode()
    assert [code for code, _ in page.context["form"].fields["area"].choices] == [TOWN]
    response = client.post(url, {"kind": "points", "area": TOWN, "quarter": "2026Q2"})
    job = Job.objects.visible_to(world.user("zhenjie")).get(kind=JOB_KIND)
    assert response.status_code == 302 and response.url == reverse("jobs:detail", args=[job.pk])
    assert "2026年第二季度党员积分汇总表" in client.get(url).content.decode()


@pytest.mark.parametrize("area", [OTHER_TOWN, COUNTY, "371083999", SOUTH])
def test_the_page_refuses_places_outside_like_unknown_ones(county, world, area):
    response = world.client("zhenjie").post(
        reverse("reports:workbooks"), {"kind": "points", "area": area, "quarter": "2026Q2"}
    )
    assert response.status_code == 400 and "没有这个单位，或不在您的管辖范围内" in response.content.decode()
    assert not Job.objects.unscoped("test").exists()
    with pytest.raises(NotFound):
        start(by=world.user("zhenjie"), kind="points", area=area, quarter=QUARTER)


@pytest.mark.parametrize(("username", "status"), [("lingdao", 200), ("cunji", 403), ("sysadmin", 403), ("nobody", 403)])
def test_who_opens_the_page(world, username, status):
    assert world.client(username).get(reverse("reports:workbooks")).status_code == status


def test_the_page_costs_as_many_queries_with_many_jobs(county, world, django_assert_max_num_queries):
    clerk, client = world.user("zhenjie"), world.client("zhenjie")
    for _ in range(12):
        start(by=clerk, kind="federations", area=TOWN, quarter=QUARTER)
    client.get(reverse("reports:workbooks"))
    with django_assert_max_num_queries(10):
        client.get(reverse("reports:workbooks"))

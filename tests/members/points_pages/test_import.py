"""Claims from a workbook in the browser and in code."""

import datetime as dt
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from members.actions import claims as actions
from members.actions import closes
from members.claim_import import claims_template, import_claims
from members.models import PointClaim, Subject
from registers import jobs
from registers.errors import NotAllowed
from registers.models import Job
from registers.workbooks.reading import read_workbook
from tests.members.points.stage import GUOSHANG, closed, member
from tests.members.points_pages.conftest import DAY, HEADINGS, text_of, uploaded, workbook
from tests.registers.workbooks import builders

URL = "/claims/import/"
GOOD = [
    ("锅上村", "王建国", "志愿服务", 2, DAY, "清理河道"),
    ("院前", "李海燕", "参加主题党日", None, DAY, ""),
]


def claims():
    return PointClaim.objects.unscoped("test")


def upload(client, data, **more):
    return client.post(URL, {"file": uploaded(data), **more})


def token_of(answer) -> str:
    return text_of(answer).partition('name="token" value="')[2].partition('"')[0]


def save(client, answer, **more):
    return client.post(URL, {"token": token_of(answer), **more})


def done(points, data, username="zhenjie", **more):
    client = points.client(username)
    checked = upload(client, data)
    assert checked.status_code == 200, text_of(checked)
    return save(client, checked, **more)


# -- the way in


def test_check_then_save_then_again(points):
    client = points.client("zhenjie")
    data = workbook(*GOOD)
    checked = upload(client, data)
    assert checked.status_code == 200 and "全部通过，可以保存" in text_of(checked) and not claims().exists()
    saved = save(client, checked)
    assert "已保存" in text_of(saved) and claims().count() == 2
    claim = claims().get(item_code="B01")
    assert (claim.quantity, claim.occurred_on, claim.reason, claim.village_id) == (2, DAY, "清理河道", GUOSHANG)
    assert claim.steps.count() == 1 and claim.declared_by.username == "zhenjie"
    again = upload(client, data)
    assert "没有变化：“八月积分.xlsx”里的 2 行与系统中的一致" in text_of(again)
    assert claims().count() == 2


def test_the_same_file_counts_as_unchanged_and_an_added_row_as_new(points):
    user = points.user("zhenjie")
    first = import_claims(by=user, data=workbook(*GOOD))
    assert (first.created, first.unchanged, first.written) == (2, 0, True)
    second = import_claims(by=user, data=workbook(*GOOD))
    assert (second.created, second.unchanged, second.written) == (0, 2, False)
    third = import_claims(by=user, data=workbook(*reversed(GOOD), ("锅上", "王建国", "讲党课", 1, DAY, "")))
    assert (third.created, third.unchanged) == (1, 2)
    assert claims().count() == 3


def test_equal_rows_are_counted_and_found_again(points):
    user = points.user("zhenjie")
    twice = workbook(GOOD[0], GOOD[0])
    assert import_claims(by=user, data=twice).created == 2
    assert import_claims(by=user, data=twice).unchanged == 2
    assert import_claims(by=user, data=workbook(GOOD[0])).unchanged == 1
    assert import_claims(by=user, data=workbook(*[GOOD[0]] * 3)).created == 1


def test_otherwise_typed_rows_are_the_same_rows(points):
    user = points.user("zhenjie")
    import_claims(by=user, data=workbook(*GOOD))
    odd = [
        ("锅上村村民委员会", "王 建国", "志愿服务", "２", "2026年8月15日", "清理河道"),
        ("371083101224", "李　海燕", "参加 主题党日", "1", 46249, None),
    ]
    outcome = import_claims(by=user, data=workbook(*odd))
    assert outcome.ok, list(outcome.texts())
    assert (outcome.created, outcome.unchanged) == (0, 2)


def test_a_rejected_row_is_not_declared_again(points):
    user = points.user("zhenjie")
    import_claims(by=user, data=workbook(GOOD[0]))
    actions.reject(claim=claims().get(), by=points.user("cunji"), reason="没有参加")
    outcome = import_claims(by=user, data=workbook(GOOD[0]))
    assert (outcome.created, outcome.unchanged) == (0, 1)
    assert any("已被驳回" in note.message for note in outcome.notes)
    mended = ("锅上村", "王建国", "志愿服务", 1, DAY, "清理河道")
    assert import_claims(by=user, data=workbook(mended)).created == 1


def test_a_source_number_identifies_and_must_say_the_same(points):
    user = points.user("zhenjie")
    row = ("锅上村", "王建国", "志愿服务", 2, DAY, "清理河道", None, None, "会议-3")
    assert import_claims(by=user, data=workbook(row)).created == 1
    assert claims().get().source_ref == "会议-3"
    assert import_claims(by=user, data=workbook(row)).unchanged == 1
    changed = ("锅上村", "王建国", "志愿服务", 3, DAY, "清理河道", None, None, "会议-3")
    outcome = import_claims(by=user, data=workbook(changed))
    assert not outcome.written and "已经申报过" in outcome.errors[0].message and outcome.errors[0].column == "来源编号"
    doubled = import_claims(by=user, data=workbook((*row[:8], "会议-4"), (*row[:8], "会议-4")))
    assert "与第 2 行是同一来源" in doubled.errors[0].message


# -- people of one name


def test_people_of_one_name_are_asked_about_and_the_choice_is_kept(points):
    client = points.client("zhenjie")
    data = workbook(("锅上村", "王秀兰", "志愿服务", 1, DAY, "甲"), ("锅上村", "王秀兰", "志愿服务", 1, DAY, "乙"))
    checked = upload(client, data)
    page = text_of(checked)
    assert "还有 2 处需要您选一下" in page and "第 2 行：锅上“王秀兰”是哪一位" in page
    assert "年老体弱" in page and "3710830000002" in page
    one = save(client, checked, **{"choose-2": "3710830000003"})
    assert "还有 1 处需要您选一下" in text_of(one) and not claims().exists()
    both = save(client, one, **{"choose-3": "3710830000002"})
    assert "已保存" in text_of(both)
    assert {(claim.reason, claim.subject.number) for claim in claims().select_related("subject")} == {
        ("甲", "3710830000003"),
        ("乙", "3710830000002"),
    }
    again = upload(client, data)
    assert "没有变化" in text_of(again) and claims().count() == 2


def test_phones_and_id_numbers_never_help_to_choose(points):
    person = points.members["2"].person
    person.phone = "19900001234"
    person.id_number = "379900194601010013"
    person.save()
    page = text_of(upload(points.client("zhenjie"), workbook(("锅上村", "王秀兰", "志愿服务", 1, DAY, ""))))
    assert "1990000" not in page and "199****1234" not in page and "3799" not in page


def test_a_choice_outside_the_candidates_is_asked_again(points):
    client = points.client("zhenjie")
    checked = upload(client, workbook(("锅上村", "王秀兰", "志愿服务", 1, DAY, "")))
    for number in ("3710830000001", "3710830000009", "x"):
        assert "还有 1 处" in text_of(save(client, checked, **{"choose-2": number}))
    assert not claims().exists()


def test_where_nobody_can_be_asked_several_are_an_error(points):
    row = ("锅上村", "王秀兰", "志愿服务", 1, DAY, "")
    outcome = import_claims(by=points.user("zhenjie"), data=workbook(row))
    assert "有 2 位“王秀兰”" in outcome.errors[0].message and "党员编号" in outcome.errors[0].message
    numbered = (*row, "3710830000003")
    assert import_claims(by=points.user("zhenjie"), data=workbook(numbered)).created == 1
    assert claims().get().subject_id == points.members["3"].pk


def test_the_book_of_the_item_tells_member_from_household(points):
    household = Subject.objects.create(number="3710830000050", kind="household", name="王建国", village_id=GUOSHANG)
    household.placements.create(village_id=GUOSHANG, valid_from=dt.date(2020, 1, 1))
    outcome = import_claims(by=points.user("zhenjie"), data=workbook(GOOD[0]))
    assert outcome.created == 1 and claims().get().subject_id == points.members["1"].pk


# -- errors by cell


@pytest.mark.parametrize(
    ("row", "column", "said"),
    [
        (("锅上", "赵无此人", "志愿服务", 1, DAY), "姓名", "没有找到这个人"),
        (("锅上", "孙守业", "志愿服务", 1, DAY), "姓名", "没有找到这个人"),
        (("没有这村", "王建国", "志愿服务", 1, DAY), "村", "没有找到这个村居"),
        (("锅上", "王建国", "志愿者服务", 1, DAY), "积分项目", "相近的有：志愿服务"),
        (("锅上", "王建国", None, 1, DAY), "积分项目", "至少填一个"),
        (("锅上", "王建国", "志愿服务", 0, DAY), "数量", "1 到 999"),
        (("锅上", "王建国", "志愿服务", 1000, DAY), "数量", "1 到 999"),
        (("锅上", "王建国", "志愿服务", "两次", DAY), "数量", "填数字"),
        (("锅上", "王建国", "志愿服务", 1, dt.date(2026, 11, 21)), "发生日期", "不能晚于 2026-11-20"),
        (("锅上", "王建国", "志愿服务", 1, None), "发生日期", "没有填"),
        (("锅上", "王建国", "志愿服务", 1, "8月15日"), "发生日期", "缺少年份"),
        (("锅上", "王建国", "志愿服务", 1, dt.date(2019, 12, 1)), "积分项目", "没有已启用的积分办法"),
        (("锅上", "王建国", "好人好事", 1, DAY), "事由", "需要佐证"),
        (("锅上", "王建国", "志愿服务", 1, DAY, "", "3710830000004"), "党员编号", "是“李海燕”"),
        (("锅上", "王建国", "志愿服务", 1, DAY, "", "3710830000009"), "党员编号", "没有找到这个积分对象编号"),
        (("锅上", "王建国", "志愿服务", 1, DAY, "", "3710839999999"), "党员编号", "没有找到这个积分对象编号"),
        (("锅上", "王建国", "志愿服务", 1, DAY, "", 370281199001011234), "党员编号", "身份证号"),
        (("锅上", "王建国", "志愿服务", 1, DAY, "", None, "A01"), "项目编码", "与积分项目不符"),
        (("锅上", "王建国", "志愿服务", 1, DAY, "", None, "ZZZ"), "项目编码", "没有这个项目"),
    ],
)
def test_errors_name_the_cell(points, row, column, said):
    outcome = import_claims(by=points.user("zhenjie"), data=workbook(row))
    assert [(error.row, error.column) for error in outcome.errors] == [(2, column)], list(outcome.texts())
    assert said in outcome.errors[0].message
    assert not outcome.written and not claims().exists()


def test_a_place_and_a_member_out_of_scope_read_like_unknown_ones(points):
    def told(*row):
        outcome = import_claims(by=points.user("zhenjie"), data=workbook(row))
        return [(error.column, error.problem.replace(str(row[0]), "…").replace(str(row[6]), "…"), error.expected)
                for error in outcome.errors]  # fmt: skip

    assert told("海阳所", "孙守业", "志愿服务", 1, DAY, "", "") == told("没这村", "孙守业", "志愿服务", 1, DAY, "", "")
    mine = ("锅上", "王建国", "志愿服务", 1, DAY, "")
    assert told(*mine, "3710830000009") == told(*mine, "3710830000099")


def test_all_errors_of_all_rows_come_together(points):
    rows = [("锅上", "赵无此人", "没这项", 0, "8月"), GOOD[0], ("锅上", "王建国", "志愿服务", 1, "2026-13-01")]
    client = points.client("zhenjie")
    answer = upload(client, workbook(*rows))
    page = text_of(answer)
    assert answer.status_code == 400 and "有 5 处需要改正，目前什么都没有写入" in page
    marked = re.search(r"/files/([0-9a-f-]{36})/", page)[1]
    sheets = read_workbook(b"".join(client.get(f"/files/{marked}/").streaming_content))
    assert sheets[0].name == "错误说明" and any("赵无此人" in str(cell) for row in sheets[0].rows for cell in row)
    partial = save(client, answer, partial="1")
    assert "已保存" in text_of(partial) and claims().count() == 1


def test_somebody_who_was_elsewhere_that_day(points):
    moved = member("3710830000060", GUOSHANG, name="周文杰", since=dt.date(2026, 7, 1))
    early = ("锅上", "周文杰", "志愿服务", 1, dt.date(2026, 6, 30))
    outcome = import_claims(by=points.user("zhenjie"), data=workbook(early))
    assert outcome.errors[0].column == "发生日期" and "时不在“锅上”" in outcome.errors[0].message
    late = ("锅上", "周文杰", "志愿服务", 1, dt.date(2026, 7, 1))
    assert import_claims(by=points.user("zhenjie"), data=workbook(late)).created == 1
    assert claims().get().subject_id == moved.pk


def test_a_locked_quarters_fact_is_taken_and_told(points):
    close = closed(points.user("xianji"))
    closes.confirm(close=closes.publish(close=close, by=points.user("xianji")), by=points.user("xianji"))
    outcome = import_claims(by=points.user("zhenjie"), data=workbook(*GOOD))
    assert outcome.created == 2
    (note,) = [note for note in outcome.notes if "审定后计入" in note.message]
    assert "2026年第三季度已经审定，这一条审定后计入2026年第四季度" in note.message and note.count == 2


def test_a_village_clerk_declares_for_his_village_only(points):
    outcome = import_claims(by=points.user("cunji"), data=workbook(*GOOD))
    assert [(error.row, error.column) for error in outcome.errors] == [(3, "村")]
    assert import_claims(by=points.user("cunji"), data=workbook(GOOD[0])).created == 1


# -- workbooks that are none, or bombs


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "空的"),
        (b"not a workbook at all", "xlsx"),
        (b"PK\x03\x04broken", ""),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "xlsx"),
        (workbook(), "没有填写内容"),
        (workbook(("1", "2"), headings=("序号", "备注")), "没有找到表头"),
        (workbook(("锅上", "王建国"), headings=("村", "姓名")), "缺少必填的列：发生日期"),
        (builders.workbook("", '<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'), ""),
        (builders.workbook('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'), ""),
    ],
)
def test_what_is_no_workbook_of_claims_is_refused_in_words(points, data, said):
    answer = upload(points.client("zhenjie"), data)
    page = text_of(answer)
    assert answer.status_code == 400 and "这个文件还不能导入" in page and said in page
    assert not claims().exists()


def test_no_file_and_a_strange_token(points):
    client = points.client("zhenjie")
    assert "请选择要导入的 Excel 文件" in text_of(client.post(URL, {}))
    for token in ("x", "00000000-0000-0000-0000-000000000000"):
        answer = client.post(URL, {"token": token})
        assert answer.status_code == 400 and "已过期" in text_of(answer)
    mine = upload(client, workbook(*GOOD))
    theirs = points.client("qita").post(URL, {"token": token_of(mine)})
    assert theirs.status_code == 400 and "已过期" in text_of(theirs) and not claims().exists()


def test_formulas_are_read_by_their_results(points):
    headings = "".join(builders.text_cell(f"{chr(65 + at)}1", name) for at, name in enumerate(HEADINGS[:5]))
    texts = "".join(builders.text_cell(f"{'ABC'[at]}2", text) for at, text in enumerate(("锅上", "王建国", "志愿服务")))
    numbers = '<c r="D2"><f>1+1</f><v>2</v></c><c r="E2"><v>46249</v></c>'
    data = f'<row r="1">{headings}</row><row r="2">{texts}{numbers}</row>'
    outcome = import_claims(by=points.user("zhenjie"), data=builders.workbook(data))
    assert outcome.created == 1 and claims().get().quantity == 2 and claims().get().occurred_on == DAY
    assert any("公式" in note.message for note in outcome.notes)


# -- size


def test_queries_do_not_grow_with_the_rows(points):
    people = [member(f"37108300002{place:02d}", GUOSHANG, name=f"甲{place}") for place in range(60)]
    counts = []
    for many in (2, 60):
        rows = [("锅上", person.name, "志愿服务", 1, DAY, f"第{many}批") for person in people[:many]]
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert import_claims(by=points.user("zhenjie"), data=workbook(*rows)).created == many
        counts.append(len(captured))
    assert counts[0] == counts[1] < 30


def test_large_files_become_a_job(points, monkeypatch):
    monkeypatch.setattr("members.views.points_import.INLINE_ROWS", 1)
    client = points.client("zhenjie")
    answer = upload(client, workbook(*GOOD))
    job = Job.objects.unscoped("test").get(kind="points.import_claims")
    assert answer.status_code == 302 and str(job.pk) in answer["Location"]
    jobs.run(str(job.pk))
    job.refresh_from_db()
    assert job.state == "done" and job.result["created"] == 2 and claims().count() == 2
    assert "新增 2 行" in text_of(client.get(answer["Location"]))


def test_a_job_that_must_ask_leads_to_the_questions(points, monkeypatch):
    monkeypatch.setattr("members.views.points_import.INLINE_ROWS", 1)
    client = points.client("zhenjie")
    upload(client, workbook(GOOD[0], ("锅上村", "王秀兰", "志愿服务", 1, DAY, "")))
    job = Job.objects.unscoped("test").get(kind="points.import_claims")
    jobs.run(str(job.pk))
    job.refresh_from_db()
    assert job.state == "done" and not claims().exists() and job.result["label"] == "选择同名的人"
    page = client.get(job.result["url"])
    assert "还有 1 处需要您选一下" in text_of(page)
    chosen = save(client, page, **{"choose-3": "3710830000002"})
    jobs.run(chosen["Location"].rstrip("/").rpartition("/")[2])
    assert claims().count() == 2


# -- out and in again


def test_the_template_offers_villages_and_items_and_its_example_is_skipped(points):
    data = claims_template(by=points.user("cunji")).read()
    sheets = {sheet.name: sheet for sheet in read_workbook(data)}
    first = next(iter(sheets.values()))
    assert [str(cell).rstrip("*") for cell in first.rows[1] if cell][1:] == [*HEADINGS, "不是重复的理由"]
    answer = points.client("zhenjie").get(reverse("claims:template"))
    assert answer.status_code == 200 and "xlsx" in answer["Content-Disposition"]
    assert "没有填写内容" in text_of(upload(points.client("zhenjie"), data))


def test_an_export_comes_in_again_and_changes_nothing(points):
    user = points.user("zhenjie")
    import_claims(by=user, data=workbook(*GOOD))
    answer = points.client("zhenjie").get(reverse("claims:export"))
    data = b"".join(answer.streaming_content)
    outcome = import_claims(by=user, data=data)
    assert outcome.ok, list(outcome.texts())
    assert (outcome.created, outcome.unchanged) == (0, 2)


def test_who_may_not_declare_is_refused(points):
    with pytest.raises(NotAllowed):
        import_claims(by=points.user("zhenzhang"), data=workbook(*GOOD))

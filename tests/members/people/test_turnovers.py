"""换届 (P08): a whole town's posts from one workbook; nothing half, nobody guessed, and it can be taken back."""

import datetime as dt
from io import BytesIO

import openpyxl
import pytest

from members.actions.people import add_member
from members.actions.posts import appoint
from members.actions.turnovers import undo_turnover
from members.models import PartyOrganization, Person, Post, Turnover
from members.turnover.importing import run_turnover
from members.turnover.template import turnover_template
from registers.errors import Invalid, NotAllowed, WrongState

GUOSHANG, YUANQIAN, BAISHATAN = "371083101223", "371083101224", "371083102201"
DAY = dt.date(2026, 12, 1)
HEADINGS = ("党组织", "职务", "姓名", "分工", "来源", "党员编号")


@pytest.fixture
def town(world):
    """Two branches with their teams since 2021; two people of one name in 锅上."""
    town.world = world
    by = world.user("zhenjie")
    branches = {}
    for code, name, people in (
        (GUOSHANG, "锅上村党支部", ("王建国", "李海燕", "宋立新")),
        (YUANQIAN, "院前村党支部", ("于洪波", "姜守业")),
    ):
        branch = PartyOrganization.objects.create(name=name, kind="branch", area_id=code)
        branches[name] = branch
        for position, person in enumerate(people):
            member = add_member(by=by, name=person, village=world.village(code), organization=branch)
            appoint(
                by=by, organization=branch, person=member.person, valid_from=dt.date(2021, 3, 1),
                title="secretary" if position == 0 else "member", portfolio="" if position == 0 else "宣传",
            )  # fmt: skip
    for born in (1970, 1985):
        twin = add_member(by=by, name="唐卫东", village=world.village(GUOSHANG))
        Person.objects.unscoped("test").filter(pk=twin.person_id).update(birth_year=born)
    return by


def book(*rows, headings=HEADINGS):
    sheet = openpyxl.Workbook()
    sheet.active.append(headings)
    for row in rows:
        sheet.active.append([*row, *[None] * (len(headings) - len(row))])
    file = BytesIO()
    sheet.save(file)
    return file.getvalue()


def posts(on=DAY):
    rows = Post.objects.unscoped("test").select_related("organization", "person").order_by("pk")
    return [
        (post.organization.name, post.title, post.person.name)
        for post in rows
        if post.valid_from <= on and (post.valid_to is None or post.valid_to > on)
    ]


NEW_TEAM = (
    ("锅上村党支部", "书记", "李海燕", "全面工作"),
    ("锅上村党支部", "委员", "宋立新", "组织"),
    ("院前村党支部", "书记", "于洪波"),
    ("院前村党支部", "驻村第一书记", "陈海", "", "上级选派"),
)


def test_who_goes_stays_and_comes_and_the_same_file_changes_nothing(town):
    before = posts()
    stays = Post.objects.unscoped("test").get(person__name="宋立新")
    seen = run_turnover(by=town, data=book(*NEW_TEAM), on=DAY, dry_run=True)
    pot, front = seen.plan.teams
    assert [post.person.name for post in pot.goes] == ["王建国", "李海燕"]  # 李海燕 leaves one post and takes another
    assert [(stay.post.pk, stay.portfolio) for stay in pot.stays] == [(stays.pk, "组织")]
    assert [line.name for line in pot.comes] == ["李海燕"]
    assert [line.name for line in front.comes] == ["陈海"] and [post.person.name for post in front.goes] == ["姜守业"]
    assert posts() == before and not Turnover.objects.unscoped("test").exists()

    done = run_turnover(by=town, data=book(*NEW_TEAM), on=DAY, digest=seen.plan.digest)
    assert done.turnover is not None and done.ok
    assert sorted(posts()) == sorted(
        [
            ("锅上村党支部", "member", "宋立新"),
            ("院前村党支部", "secretary", "于洪波"),
            ("锅上村党支部", "secretary", "李海燕"),
            ("院前村党支部", "sent_first_secretary", "陈海"),
        ]
    )
    assert sorted(posts(DAY - dt.timedelta(days=1))) == sorted(before)
    stays.refresh_from_db()
    assert stays.valid_from == dt.date(2021, 3, 1) and stays.portfolio == "组织"
    assert Person.objects.unscoped("test").get(name="陈海").area_id == "371083101"

    rows, events = list(Post.objects.unscoped("test").values_list("pk", "version")), Turnover.objects.unscoped("test")
    again = run_turnover(by=town, data=book(*NEW_TEAM), on=DAY)
    assert again.same and again.turnover is None and not again.questions and events.count() == 1
    assert list(Post.objects.unscoped("test").values_list("pk", "version")) == rows


def test_people_of_one_name_are_asked_about_once(town):
    rows = (("锅上村党支部", "书记", "唐卫东"), ("锅上村党支部", "委员", "李海燕"))
    asked = run_turnover(by=town, data=book(*rows), on=DAY)
    assert asked.turnover is None and [question.row for question in asked.questions] == [2]
    options = asked.questions[0].options
    assert [option.hint for option in options] == ["1970 年生", "1985 年生"] or len(options) == 2
    assert posts() and ("锅上村党支部", "secretary", "王建国") in posts()
    younger = Person.objects.unscoped("test").get(name="唐卫东", birth_year=1985)
    done = run_turnover(by=town, data=book(*rows), on=DAY, choices={2: str(younger.pk)})
    assert (
        done.turnover and Post.objects.unscoped("test").get(title="secretary", valid_from=DAY).person_id == younger.pk
    )
    again = run_turnover(by=town, data=book(*rows), on=DAY)
    assert again.same and not again.questions, "what was chosen for this day is known"
    stranger = run_turnover(by=town, data=book(("锅上村党支部", "副书记", "唐卫东")), on=DAY, choices={2: "nobody"})
    assert stranger.questions, "an answer that is none of the options is no answer"


def test_a_member_number_asks_nobody_and_must_fit(town):
    younger = Person.objects.unscoped("test").filter(name="唐卫东").order_by("-birth_year").first()
    number = younger.subject.number
    row = ("锅上村党支部", "书记", "唐卫东", "", "", number)
    assert run_turnover(by=town, data=book(row), on=DAY, dry_run=True).plan.teams[0].comes[0].person == younger
    wrong = run_turnover(by=town, data=book((*row[:2], "李海燕", *row[3:])), on=DAY)
    assert [(error.row, error.field) for error in wrong.errors] == [(2, "number")] and "不是“李海燕”" in wrong.errors[
        0
    ].problem


def test_a_cadre_from_above_is_never_taken_for_a_villager(town):
    row = ("锅上村党支部", "党总支第一书记", "王建国", "", "镇街干部")
    asked = run_turnover(by=town, data=book(("锅上村党支部", "书记", "李海燕"), row), on=DAY)
    assert [option.value for option in asked.questions[0].options][-1] == "new"
    done = run_turnover(by=town, data=book(("锅上村党支部", "书记", "李海燕"), row), on=DAY, choices={3: "new"})
    assert done.turnover
    first = Post.objects.unscoped("test").get(title="first_secretary")
    assert first.person.area_id == "371083101" and first.person.name == "王建国"
    assert run_turnover(by=town, data=book(("锅上村党支部", "书记", "李海燕"), row), on=DAY).same


@pytest.mark.parametrize(
    ("row", "field", "said"),
    [
        (("没有的党支部", "书记", "李海燕"), "organization", "没有找到"),
        (("海阳所村党支部", "书记", "李海燕"), "organization", "没有找到"),  # of another town: as one that is not
        (("锅上村党支部", "书记", "查无此人"), "person", "没有找到“查无此人”"),
        (("锅上村党支部", "村长", "李海燕"), "title", ""),
        (("院前村党支部", "书记", "姜守业"), "title", "第 2、3 行都是“院前村党支部”的书记"),
        (("院前村党支部", "书记", "于洪波"), "title", "第 2、3 行都是"),
        (("废止的党支部", "书记", "李海燕"), "organization", "撤销"),
        (("来日党支部", "书记", "李海燕"), "organization", "2027-01-01 起任书记"),
    ],
)
def test_one_wrong_row_writes_nothing_and_is_marked(town, world, row, field, said):
    PartyOrganization.objects.create(name="海阳所村党支部", kind="branch", area_id=BAISHATAN)
    PartyOrganization.objects.create(name="废止的党支部", kind="branch", area_id=GUOSHANG, ended_on=dt.date(2026, 1, 1))
    later = PartyOrganization.objects.create(name="来日党支部", kind="branch", area_id=GUOSHANG)
    someone = Person.objects.unscoped("test").get(name="宋立新")
    appoint(by=town, organization=later, person=someone, title="secretary", valid_from=dt.date(2027, 1, 1))
    before = posts()
    outcome = run_turnover(by=town, data=book(("院前村党支部", "书记", "于洪波"), row), on=DAY)
    assert outcome.turnover is None and posts() == before
    assert (3, field) in [(error.row, error.field) for error in outcome.errors]
    assert said in "".join(error.message for error in outcome.errors)
    marked = openpyxl.load_workbook(BytesIO(outcome.marked_workbook))
    assert "错误说明" in marked.sheetnames and any(cell.comment for cell in marked["Sheet"][3])


def test_an_organisation_left_without_a_secretary_is_told_and_others_are_untouched(town):
    seen = run_turnover(by=town, data=book(("锅上村党支部", "委员", "李海燕")), on=DAY, dry_run=True)
    assert [team.has_secretary for team in seen.plan.teams] == [False]
    assert [one.name for one in seen.untouched] == ["院前村党支部"]


def test_what_was_looked_at_is_what_is_done(town):
    seen = run_turnover(by=town, data=book(*NEW_TEAM), on=DAY, dry_run=True)
    Post.objects.unscoped("test").filter(person__name="宋立新").update(valid_to=dt.date(2026, 11, 1))
    moved = run_turnover(by=town, data=book(*NEW_TEAM), on=DAY, digest=seen.plan.digest)
    assert moved.turnover is None and "请再看一遍" in moved.moved
    assert ("锅上村党支部", "secretary", "王建国") in posts()


def test_a_turnover_is_taken_back_while_nobody_touched_it(town, world):
    before = list(Post.objects.unscoped("test").order_by("pk").values_list("pk", "valid_to", "portfolio", "source"))
    done = run_turnover(by=town, data=book(*NEW_TEAM), on=DAY).turnover
    undo_turnover(by=town, turnover=done)
    after = list(Post.objects.unscoped("test").order_by("pk").values_list("pk", "valid_to", "portfolio", "source"))
    assert after == before
    with pytest.raises(WrongState, match="已经撤回"):
        undo_turnover(by=town, turnover=done)
    second = run_turnover(by=town, data=book(*NEW_TEAM), on=DAY).turnover
    Post.objects.unscoped("test").filter(title="secretary", valid_from=DAY).update(portfolio="改了")
    with pytest.raises(WrongState, match="李海燕"):
        undo_turnover(by=town, turnover=second)


def test_a_corrected_workbook_of_the_same_day_replaces_what_began_that_day(town):
    run_turnover(by=town, data=book(("锅上村党支部", "书记", "李海燕")), on=DAY)
    done = run_turnover(by=town, data=book(("锅上村党支部", "书记", "宋立新")), on=DAY).turnover
    assert [one for one in posts() if one[0] == "锅上村党支部"] == [("锅上村党支部", "secretary", "宋立新")]
    undo_turnover(by=town, turnover=done)
    assert [one for one in posts() if one[0] == "锅上村党支部"] == [("锅上村党支部", "secretary", "李海燕")]


def test_the_filled_workbook_says_what_is_and_changes_nothing(town):
    data = turnover_template(by=town, filled=True).read()
    assert run_turnover(by=town, data=data, on=DAY).same
    guide = openpyxl.load_workbook(turnover_template(by=town)).worksheets[0]
    assert [cell.value for cell in guide[2]][1:4] == ["党组织*", "职务*", "姓名*"]


def test_a_holder_from_another_town_is_known_by_his_post_and_no_more_is_told(town, world):
    county = world.user("xianji")
    joint = PartyOrganization.objects.create(name="湛江路联合党总支", kind="joint_general_branch", area_id="371083101")
    member = add_member(by=county, name="远来人", village=world.village(BAISHATAN))
    post = appoint(by=county, organization=joint, person=member.person, title="deputy", valid_from=dt.date(2025, 4, 1))
    data = turnover_template(by=town, filled=True).read()
    cells = [cell.value for row in openpyxl.load_workbook(BytesIO(data)).worksheets[0].iter_rows() for cell in row]
    assert "远来人" in cells and member.number not in cells
    assert run_turnover(by=town, data=data, on=DAY).same
    rows = (("湛江路联合党总支", "书记", "远来人"), ("湛江路联合党总支", "委员", "李海燕"))
    plan = run_turnover(by=town, data=book(*rows), on=DAY, dry_run=True).plan
    assert plan.teams[0].comes[0].person == member.person and [one.pk for one in plan.teams[0].goes] == [post.pk]
    elsewhere = run_turnover(by=town, data=book(("锅上村党支部", "书记", "远来人")), on=DAY)
    assert [error.field for error in elsewhere.errors] == ["person"]


def test_only_who_may_change_posts_does_it_and_only_on_a_day_that_can_be(town, world):
    with pytest.raises(NotAllowed):
        run_turnover(by=world.user("lingdao"), data=book(*NEW_TEAM), on=DAY)
    with pytest.raises(Invalid, match="一年之后"):
        run_turnover(by=town, data=book(*NEW_TEAM), on=dt.date(2031, 1, 1))
    other = run_turnover(by=world.user("qita"), data=book(("锅上村党支部", "书记", "李海燕")), on=DAY)
    unknown = run_turnover(by=world.user("qita"), data=book(("天上村党支部", "书记", "李海燕")), on=DAY)
    told = [error.message.replace("锅上", "天上") for error in other.errors]
    assert told == [error.message for error in unknown.errors]


def test_the_api_previews_runs_and_undoes(town, world):
    api, reader = world.api("zhenjie"), world.api("lingdao")
    rows = [{"organization": "锅上村党支部", "title": "书记", "person": "李海燕"}]
    body = {"on": "2026-12-01", "rows": rows}
    seen = api.post("/api/v1/turnovers/run/", body | {"dry_run": True}, format="json").json()
    assert [one["person"] for one in seen["teams"][0]["goes"]] == ["王建国", "李海燕", "宋立新"]
    assert not seen["turnover"]
    body["digest"] = seen["digest"]
    assert reader.post("/api/v1/turnovers/run/", body, format="json").status_code == 403
    done = api.post("/api/v1/turnovers/run/", body, format="json").json()
    assert done["turnover"] and done["written"]
    wrong = api.post("/api/v1/turnovers/run/", {"on": "2026-12-01", "rows": [{"person": "谁"}]}, format="json")
    assert wrong.status_code == 400 and wrong.json()["error_count"] >= 2
    assert world.api("qita").get(f"/api/v1/turnovers/{done['turnover']}/").status_code == 404
    undone = api.post(f"/api/v1/turnovers/{done['turnover']}/undo/")
    assert undone.status_code == 200 and undone.json()["undone"] is True


def test_the_list_of_posts_opens_what_a_turnover_began_and_ended(town, world):
    run_turnover(by=town, on=DAY, data=book(("锅上村党支部", "书记", "李海燕")))
    turnover = Turnover.objects.unscoped("test").latest("pk")
    page = world.client("zhenjie").get(f"/turnovers/{turnover.pk}/").content.decode()

    def listed(username="zhenjie", **asked):
        answer = world.api(username).get("/api/v1/posts/", {"turnover": turnover.pk, **asked})
        return sorted((row["person"], row["title"]) for row in answer.json()["results"])

    began, ended = listed(part="created"), listed(part="ended")
    assert len(began) == turnover.came or began, page
    assert ("李海燕", "secretary") in began and ("王建国", "secretary") in ended
    assert listed() == sorted([*began, *ended]) and listed("qita") == []
    shown = world.client("zhenjie").get(f"/posts/?turnover={turnover.pk}&part=created").content.decode()
    assert "李海燕" in shown and "于洪波" not in shown

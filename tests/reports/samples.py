"""Samples of the registers of assessments. Lists and their items are the county's: strangers are another county's."""

from decimal import Decimal

from reports.assessing.grades import USUAL
from reports.models import AssessmentItem, AssessmentList, AssessmentMark, AssessmentResult
from tests.registers.suite.samples import Sample
from tests.villages.samples import village_in
from tests.world import COUNTY, World, add_user
from villages.models import Area

NEXT_COUNTY, STRANGER = "371082", "linxian"


def county_in(world: World, code: str) -> Area:
    """A county, and beside it the neighbouring one with its own reviewer."""
    if STRANGER not in world.users:
        Area.objects.unscoped("test").get_or_create(
            code=NEXT_COUNTY, defaults={"name": "荣成市", "level": 3, "parent_id": "3710"}
        )
        world.users[STRANGER] = add_user(STRANGER, "county_reviewer", "area", NEXT_COUNTY)
    return world.area(code)


def list_of(world: World, county: str, name: str, year: int = 2026, **facts) -> AssessmentList:
    """The list of that name, made as a draft where it is not there yet."""
    found = AssessmentList.objects.unscoped("test").filter(area_id=county, name=name).first()
    defaults = {"subject_kind": "village", "grades": USUAL, "note": "县委会议通过"}
    return found or AssessmentList.objects.create(area_id=county, name=name, year=year, **(defaults | facts))


def make_list(world: World, county: str, number: int) -> AssessmentList:
    county_in(world, county)
    cadres = {"subject_kind": "cadre", "base_pay": Decimal(12000), "village_share": 40}
    return list_of(world, county, f"考核{number}", 1990 + number, **(cadres if number % 2 else {}))


def add_item(assessment: AssessmentList, number: int = 1, points: int = 100, **facts) -> AssessmentItem:
    """An item that measures every class alike."""
    classes = ("gathering", "suburban", "featured", "relocating", "unclassified")
    full = {f"points_{name}": Decimal(points) for name in classes}
    defaults = {"category": "乡村治理", "name": f"项目{number}", "criteria": "看台账"}
    return AssessmentItem.objects.create(assessment=assessment, number=number, **(defaults | full | facts))


def make_item(world: World, county: str, number: int) -> AssessmentItem:
    county_in(world, county)
    return add_item(list_of(world, county, f"{county}草稿"), number)


def item_texts(world: World, county: str, number: int) -> dict[str, str]:
    county_in(world, county)
    list_of(world, county, f"{county}草稿")
    return {
        "assessment": f"{county}草稿", "number": str(100 + number), "category": "集体经济", "name": f"新项目{number}",
        "source": "评分", "points_gathering": "10",
    }  # fmt: skip


def running_list(world: World) -> AssessmentList:
    """In force, with one typed item of 100 marks."""
    found = list_of(world, COUNTY, "年度考核", 2025)
    if found.state == AssessmentList.State.DRAFT:
        add_item(found)
        found.state = AssessmentList.State.IN_FORCE
        found.save()
    return found


def make_mark(world: World, town: str, number: int) -> AssessmentMark:
    village, assessment = village_in(world, town, number), running_list(world)
    item = AssessmentItem.objects.unscoped("test").get(assessment=assessment)
    return AssessmentMark.objects.create(
        code=f"{item.pk}-{village.pk}", assessment=assessment, item=item, village=village, who=village.name, full=100
    )


def make_result(world: World, town: str, number: int, **facts) -> AssessmentResult:
    village = village_in(world, town, number)
    if "assessment" not in facts:
        facts["assessment"] = running_list(world)
    defaults = {
        "village": village, "who": village.name, "planning_class": "gathering",
        "total": Decimal(70 + number % 5), "rank": 1 + number % 3, "rank_of": 30, "class_rank": 1, "class_of": 9,
        "grade": "良好", "coefficient": Decimal(1),
    }  # fmt: skip
    return AssessmentResult.objects.create(**(defaults | facts))


SAMPLES = {
    "assessment-lists": Sample(
        make=make_list,
        texts=lambda world, county, number: {
            "name": f"新考核{number}",
            "area_code": county_in(world, county).pk,
            "year": str(2030 + number),
            "subject_kind": "村居",
            "grades": USUAL,
        },
        change=("note", "经县委常委会研究"),
        wrong=("year", "今年"),
        place=("area_code", "371099"),
        writer="xianji",
        stranger=STRANGER,
        home=COUNTY,
        away=NEXT_COUNTY,
    ),
    "assessment-items": Sample(
        make=make_item,
        texts=item_texts,
        change=("criteria", "发现一处扣 1 分"),
        wrong=("number", "第一项"),
        place=("assessment", "没有这份清单"),
        writer="xianji",
        stranger=STRANGER,
        home=COUNTY,
        away=NEXT_COUNTY,
    ),
    "assessment-marks": Sample(make=make_mark, change=("marks", "8.5"), wrong=("marks", "满分")),
    "assessment-results": Sample(make=make_result),
}

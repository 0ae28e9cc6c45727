"""The demo's assessments (P24): villages and cadres of last year, published, and of this year, half typed.

The items are such as counties publish; the figures come from the demo's own indicators, the marks are invented.
"""

from collections.abc import Sequence
from decimal import Decimal
from random import Random
from typing import Any

from lianjian import clock
from registers.scope import Scope
from reports.actions.assessments import publish, put_in_force, save_items, save_list, try_out
from reports.models import AssessmentItem, AssessmentList, AssessmentMark
from villages.demo import COUNTY, OWN_TOWN
from villages.models import Area

GRADES = "优秀 80 1.2；良好 70 1；合格 60 0.8；不合格 0 0.5"
QUOTA, BASE_PAY, VILLAGE_SHARE = 20, Decimal(12_000), 40
TYPED, INDICATOR, REVIEW = AssessmentItem.Source.TYPED, AssessmentItem.Source.INDICATOR, AssessmentItem.Source.REVIEW
COLUMNS = (
    "category", "name", "criteria", "source", "indicator", "zero_at", "full_at", "points_gathering",
    "points_suburban", "points_featured", "points_relocating", "points_unclassified",
)  # fmt: skip
VILLAGE_ITEMS: tuple[tuple[Any, ...], ...] = (
    ("党建联建", "组织生活和联建活动", "“三会一课”齐全，参加联合党组织议事，缺一次扣 2 分", TYPED, "", None, None,
     20, 20, 20, 25, 30),
    ("集体经济", "集体经营性收入", "", INDICATOR, "operating_income", 10_000, 100_000, 25, 15, 15, None, 15),
    ("集体经济", "年末负债", "", INDICATOR, "debt", 300_000, 0, 5, 5, 5, 10, 5),
    ("乡村治理", "矛盾纠纷就地化解", "网格员到场，当月办结，看台账", TYPED, "", None, None, 15, 25, 15, 25, 20),
    ("乡村建设", "环境整治", "道路、沟渠、广场无垃圾，发现一处扣 1 分", TYPED, "", None, None, 25, 20, 20, 15, 30),
    ("特色产业", "特色产业发展", "牡蛎、果品、民宿等当年有增量", TYPED, "", None, None, 10, 5, None, None, None),
    ("特色保护", "风貌和非遗保护", "老建筑、古树、渔村风貌无损，有传承人", TYPED, "", None, None, None, None, 25, None,
     None),
    ("融入城区", "社区化管理", "物业、停车、出租房有人管", TYPED, "", None, None, None, 10, None, None, None),
    ("民生保障", "搬迁后续服务", "安置、就业、看病有专人联系", TYPED, "", None, None, None, None, None, 25, None),
)  # fmt: skip
CADRE_ITEMS: tuple[tuple[Any, ...], ...] = (
    ("履职", "分管工作", "按年初责任书逐项核，完成率折算", TYPED, "", None, None, *[50] * 5),
    ("作风", "群众评议", "村民代表会议测评", TYPED, "", None, None, *[30] * 5),
    ("作风", "责任清单履约", "", REVIEW, "", None, None, *[20] * 5),
)
TYPED_SO_FAR = Decimal("0.7")  # of the marks of this year, in the clerk's own town


def load_assessments(random: Random, county: Any) -> None:
    """Four lists by the county's reviewer."""
    area = Area.objects.within(Scope.area(COUNTY), "demo").get(pk=COUNTY)
    this_year = clock.today().year
    for year in (this_year - 1, this_year):
        village = _list(county, area, year, AssessmentList.Kind.VILLAGE, VILLAGE_ITEMS)
        cadre = _list(county, area, year, AssessmentList.Kind.CADRE, CADRE_ITEMS)
        for assessment in (village, cadre):
            _type(random, county, assessment, whole=year < this_year)
            try_out(by=county, assessment=assessment)
        if year < this_year:
            publish(by=county, assessment=village)
            publish(by=county, assessment=cadre)


def _list(
    county: Any, area: Area, year: int, kind: AssessmentList.Kind, items: Sequence[tuple[Any, ...]]
) -> AssessmentList:  # fmt: skip
    of_cadres = kind == AssessmentList.Kind.CADRE
    made = save_list(
        by=county, area=area, year=year, subject_kind=kind, name=f"{area.name} {year} 年{kind.label}考核",
        grades_text=GRADES, top_quota=QUOTA, base_pay=BASE_PAY if of_cadres else None,
        village_share=VILLAGE_SHARE if of_cadres else None, note="县委村级组织建设工作会议通过",
    )  # fmt: skip
    save_items(
        by=county,
        items=[
            ({"assessment": made, "number": number, **dict(zip(COLUMNS, item, strict=True))}, None)
            for number, item in enumerate(items, 1)
        ],
    )
    return put_in_force(by=county, assessment=made)


def _type(random: Random, county: Any, assessment: AssessmentList, *, whole: bool) -> None:
    """Marks from seven tenths to all of the full ones; of this year only the clerk's own town has begun."""
    rows = AssessmentMark.objects.within(Scope.area(COUNTY if whole else OWN_TOWN), "demo").filter(
        assessment=assessment
    )
    typed = []
    now = clock.now()
    for row in rows.order_by("code"):
        drawn = Decimal(random.randint(140, 200)) / 200  # in steps of half a mark of a hundred
        if not whole and random.random() > TYPED_SO_FAR:
            continue
        row.marks = (row.full * drawn * 2).quantize(Decimal(1)) / 2
        row.typed_by, row.typed_at = county, now
        typed.append(row)
    rows.bulk_update(typed, ["marks", "typed_by", "typed_at"], batch_size=1000)

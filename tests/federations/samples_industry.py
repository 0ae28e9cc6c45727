"""Samples of land, idle assets, workshops, sales, funds, public projects and investment."""

import datetime as dt
from typing import Any

from federations.models import (
    CropPlan,
    Enterprise,
    EnterpriseHelp,
    FundPackage,
    IdleAsset,
    InvestmentLead,
    InvestmentVisit,
    LandParcel,
    PublicProject,
    Sale,
    Workshop,
)
from tests.registers.suite.samples import UNKNOWN_VILLAGE, Sample
from tests.villages.samples import village_in
from tests.world import TOWN, World

VILLAGE_PLACE = ("village_code", UNKNOWN_VILLAGE)
TOWN_PLACE = ("area_code", f"{TOWN[:6]}199")


def in_village(model: Any, **facts: Any) -> Any:
    """Makes rows in one of three villages; `#` in a text stands for the row's number."""

    def make(world: World, town: str, number: int) -> Any:
        return model.objects.create(village=village_in(world, town, 1 + number % 3), **numbered(facts, number))

    return make


def in_town(model: Any, **facts: Any) -> Any:
    def make(world: World, town: str, number: int) -> Any:
        return model.objects.create(area_id=town, **numbered(facts, number))

    return make


def numbered(facts: dict[str, Any], number: int) -> dict[str, Any]:
    return {name: one.replace("#", str(number)) if isinstance(one, str) else one for name, one in facts.items()}


def typed(where: str, /, **texts: str) -> Any:
    def type_in(world: World, town: str, number: int) -> dict[str, str]:
        code = town if where == "area_code" else village_in(world, town, 2).pk
        return {where: code, **numbered(texts, number)}

    return type_in


make_parcel = in_village(LandParcel, name="样#号地", kind="cropland", area_mu=200, operator="样合作社")


def make_crop(world: World, town: str, number: int) -> CropPlan:
    return CropPlan.objects.create(
        parcel=make_parcel(world, town, number), year=2020 + number % 3, crop=f"旱稻{number}"
    )


def crop_texts(world: World, town: str, number: int) -> dict[str, str]:
    parcel = LandParcel.objects.unscoped("test").filter(
        name=f"样{90 + number}号地", village__area__code__startswith=town
    )
    made = parcel.first() or make_parcel(world, town, 90 + number)
    return {"parcel": str(made.pk), "year": "2026", "crop": f"玉米{number}", "planned_area": "200", "income": "800000"}


def helper_of(town: str, number: int) -> Enterprise:
    """An enterprise of the town that helps; the same for the same number."""
    name = f"帮村{number}公司"
    known = Enterprise.objects.unscoped("test").filter(name=name, area_id=town)
    return known.first() or Enterprise.objects.create(name=name, kind="company", area_id=town)


def make_help(world: World, town: str, number: int) -> EnterpriseHelp:
    return EnterpriseHelp.objects.create(
        village=village_in(world, town, 1 + number % 3), enterprise=helper_of(town, number),
        kind="jobs", matter=f"吸纳务工{number}",
    )  # fmt: skip


def help_texts(world: World, town: str, number: int) -> dict[str, str]:
    return {
        "village_code": village_in(world, town, 2).pk, "enterprise": str(helper_of(town, 9000 + number).pk),
        "kind": "就业帮扶", "matter": f"代销{number}", "planned_jobs": "20",
    }  # fmt: skip


DAY = dt.date(2026, 2, 18)
INDUSTRY_SAMPLES = {
    "land-parcels": Sample(
        make=make_parcel,
        texts=typed("village_code", name="新#号地", kind="耕地", area_mu="200亩", rent_per_mu="1000"),
        change=("operator", "村集体合作社"), wrong=("area_mu", "二百"), place=VILLAGE_PLACE,
    ),
    "crop-plans": Sample(
        make=make_crop, texts=crop_texts, change=("note", "两季"), wrong=("income", "八十万"),
        place=("parcel", "没有的地块"),
    ),
    "idle-assets": Sample(
        make=in_village(IdleAsset, name="样#号院", kind="house", partner="样公司"),
        texts=typed("village_code", name="新#号院", kind="闲置农房", state="已盘活", revived_on="2026-03-15"),
        change=("partner", "民宿公司"), wrong=("state", "荒着"), place=VILLAGE_PLACE,
    ),
    "workshops": Sample(
        make=in_village(Workshop, name="样#号工坊", kind="craft"),
        texts=typed("village_code", name="新#号工坊", kind="手工制作", jobs="26", poor_jobs="5"),
        change=("operator", "样公司"), wrong=("jobs", "二十多"), place=VILLAGE_PLACE,
    ),
    "sales": Sample(
        make=in_village(Sale, quarter="2026Q2", channel="commerce", product="牡蛎#"),
        texts=typed("village_code", quarter="2026年第三季度", channel="电商直播", product="大姜#", amount="186000"),
        change=("brand", "乳山牡蛎"), wrong=("quarter", "上季度"), place=VILLAGE_PLACE,
    ),
    "fund-packages": Sample(
        make=in_town(FundPackage, year=2026, name="样#补助", source="county", planned=9000),
        texts=typed("area_code", year="2026", name="新#补助", source="县级", planned="2000000"),
        change=("note", "分两批"), wrong=("source", "上面"), place=TOWN_PLACE,
    ),
    "public-projects": Sample(
        make=in_village(PublicProject, name="样#号路", kind="one_matter"),
        texts=typed("village_code", name="新#号路", kind="一事一议", state="在建", planned_funds="300000"),
        change=("households", "210"), wrong=("planned_funds", "三十万左右"), place=VILLAGE_PLACE,
    ),
    "investment-leads": Sample(
        make=in_town(InvestmentLead, name="样#项目", chain="牡蛎", found_on=DAY),
        texts=typed("area_code", name="新#项目", state="在谈", found_on="2026-02-18", planned_amount="30000000"),
        change=("investor", "样集团"), wrong=("found_on", "年初"), place=TOWN_PLACE,
    ),
    "investment-visits": Sample(
        make=in_town(InvestmentVisit, on=DAY, kind="out", place="青岛#", result="达成意向"),
        texts=typed("area_code", on="2026-08-20", kind="外出招商", place="济南#", people="5"),
        change=("result", "签订意向"), wrong=("people", "五六个"), place=TOWN_PLACE,
    ),
    "enterprise-help": Sample(
        make=make_help, texts=help_texts, change=("note", "按季结算"), wrong=("jobs", "若干"), place=VILLAGE_PLACE,
    ),
}  # fmt: skip

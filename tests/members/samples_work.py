"""Samples of the registers of exchanges, delegation, talents, trainings and turnovers."""

import datetime as dt

from members.actions.exchanges import save_exchange
from members.actions.training import save_attendance, save_talent
from members.models import Attendance, CadreExchange, DelegatedItem, DelegatedStaff, Talent, Training, Turnover
from tests.members.samples_people import organization_of
from tests.registers.suite.samples import UNKNOWN_VILLAGE, Sample
from tests.villages.samples import village_in
from tests.world import World

FIRST = dt.date(2026, 3, 1)


def make_exchange(world: World, town: str, number: int) -> CadreExchange:
    return save_exchange(
        by=world.user("xianji"), name=f"干部{number}", from_village=village_in(world, town, number % 3),
        to_village=village_in(world, town, 3), direction=CadreExchange.Direction.values[number % 2],
        kind=CadreExchange.Kind.HELP, valid_from=FIRST + dt.timedelta(days=number), task="帮带",
    )  # fmt: skip


def make_staff(world: World, town: str, number: int) -> DelegatedStaff:
    return DelegatedStaff.objects.create(
        organization=organization_of(world, town), name=f"下沉{number}", kind=DelegatedStaff.Kind.values[number % 3],
        unit="镇农业综合服务中心", duties="便民服务", valid_from=FIRST + dt.timedelta(days=number),
    )  # fmt: skip


def make_item(world: World, town: str, number: int) -> DelegatedItem:
    return DelegatedItem.objects.create(
        town_id=town, name=f"事项{number}", category=DelegatedItem.Category.values[number % 3], receiver="各社区",
        basis="社区事项清单", delegated_on=FIRST + dt.timedelta(days=number % 2),
    )  # fmt: skip


def make_talent(world: World, town: str, number: int) -> Talent:
    return save_talent(
        by=world.user("xianji"), village=village_in(world, town, number % 3), name=f"能人{number}",
        category=Talent.Category.values[number % 3], level=Talent.Level.values[number % 2], skill=f"育苗{number}",
        phone=f"1396344{number:04d}", is_willing=bool(number % 2), note="可讲课",
    )  # fmt: skip


def make_training(world: World, town: str, number: int) -> Training:
    return Training.objects.create(
        title=f"培训{number}", kind=Training.Kind.values[number % 3], area_id=town, organiser="党群服务中心",
        organization=organization_of(world, town), held_on=FIRST + dt.timedelta(days=number % 2), hours=number,
        planned_people=40, actual_people=30 + number,
    )  # fmt: skip


def training_in(world: World, town: str) -> Training:
    return Training.objects.unscoped("test").get_or_create(
        title=f"冬季党课{town[-3:]}", area_id=town, held_on=FIRST, defaults={"kind": Training.Kind.PARTY_LESSON}
    )[0]


def make_attendance(world: World, town: str, number: int) -> Attendance:
    facts = {
        "training": training_in(world, town), "village_code": village_in(world, town, number % 3),
        "name": f"学员{number}", "attended": bool(number % 2),
    }  # fmt: skip
    return save_attendance(by=world.user("xianji"), items=[(facts, None)])[0]


def make_turnover(world: World, town: str, number: int) -> Turnover:
    return Turnover.objects.create(
        area_id=town, on=FIRST + dt.timedelta(days=number % 2), by=world.user("xianji"), file_name=f"换届{number}.xlsx",
        organizations=number, came=1, effects={"created": {}, "ended": {}, "changed": {}, "removed": []},
    )  # fmt: skip


def item_texts(world: World, town: str, number: int) -> dict[str, str]:
    return {
        "town": town, "name": f"新事项{number}", "category": "service", "basis": "社区事项清单",
        "delegated_on": "2026-03-01",
    }  # fmt: skip


WORK_SAMPLES = {
    "cadre-exchanges": Sample(
        make=make_exchange,
        texts=lambda world, town, number: {
            "name": f"新干部{number}", "from_village": village_in(world, town, 1).pk,
            "to_village": village_in(world, town, 2).pk, "direction": "weak_to_strong", "from": "2026-03-01",
        },
        change=("result", "账目规范"),
        wrong=("from", "春天"),
        place=("from_village", UNKNOWN_VILLAGE),
    ),
    "delegated-staff": Sample(
        make=make_staff,
        texts=lambda world, town, number: {
            "name": f"新下沉{number}", "kind": "raised", "organization": organization_of(world, town).name,
            "from": "2026-03-01",
        },
        change=("duties", "矛盾调处"),
        wrong=("from", "春天"),
        place=("organization", "没有这个党组织"),
    ),
    "delegated-items": Sample(
        make=make_item,
        texts=item_texts,
        change=("receiver", "湛江路社区"),
        wrong=("category", "contract"),
        place=("town", "371083999"),
    ),
    "talents": Sample(
        make=make_talent,
        texts=lambda world, town, number: {
            "village_code": village_in(world, town, 1).pk, "name": f"新能人{number}", "category": "craft",
            "phone": f"1396355{number:04d}",
        },
        change=("note", "已返乡"),
        wrong=("is_willing", "看情况"),
        place=("village_code", UNKNOWN_VILLAGE),
    ),
    "trainings": Sample(
        make=make_training,
        texts=lambda world, town, number: {
            "title": f"新培训{number}", "kind": "night_school", "area_code": town, "held_on": "2026-10-15",
            "hours": "2",
        },
        change=("note", "改在礼堂"),
        wrong=("held_on", "国庆后"),
        place=("area_code", UNKNOWN_VILLAGE),
    ),
    "attendances": Sample(
        make=make_attendance,
        texts=lambda world, town, number: {
            "training": training_in(world, town).title, "village_code": village_in(world, town, 1).pk,
            "name": f"新学员{number}",
        },
        change=("note", "代家人听"),
        wrong=("attended", "来过一会"),
        place=("village_code", UNKNOWN_VILLAGE),
    ),
    "turnovers": Sample(make=make_turnover),
}  # fmt: skip

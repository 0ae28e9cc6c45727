"""Samples of the registers of duty lists, contracts, reviews and boards."""

import datetime as dt

from members.actions.contracts import save_contracts, save_results
from members.actions.duties import put_in_force, save_items, save_list
from members.actions.people import add_subject
from members.models import DutyBoard, DutyContract, DutyItem, DutyList, DutyResult, DutyReview, Subject
from tests.registers.suite.samples import UNKNOWN_VILLAGE, Sample
from tests.villages.samples import village_in
from tests.world import World
from villages.models import Village

FIRST = dt.date(2026, 1, 1)
KINDS = ("household", "representative", "member")


def make_list(world: World, town: str, number: int, **changes) -> DutyList:
    area = village_in(world, town, number % 3).area
    facts = {"subject_kind": KINDS[number % 3], "valid_from": FIRST + dt.timedelta(days=number % 2), "note": "会议通过"}
    return save_list(by=world.user("xianji"), area=area, name=f"责任清单{number}", **(facts | changes))


def draft_of(world: World, town: str) -> DutyList:
    found = DutyList.objects.unscoped("test").filter(area_id=town, name=f"{town}草稿").first()
    return found or save_list(
        by=world.user("xianji"), area=world.area(town), name=f"{town}草稿", subject_kind="household", valid_from=FIRST
    )


def add_item(world: World, duty_list: DutyList, number: int = 1, **changes) -> DutyItem:
    facts = {
        "duty_list": duty_list, "number": number, "name": f"事项{number}", "responsible": "各户",
        "content": "门前不堆柴草", "frequency": "每天",
    }  # fmt: skip
    return save_items(by=world.user("xianji"), items=[(facts | changes, None)])[0]


def running_list(world: World, village: Village, name: str = "村规清单", kind: str = "household") -> DutyList:
    """In force with one affair, made when it is first wanted."""
    found = DutyList.objects.unscoped("test").filter(area_id=village.pk, name=name).first()
    if found is None:
        by = world.user("xianji")
        found = save_list(by=by, area=village.area, name=name, subject_kind=kind, valid_from=FIRST)
        add_item(world, found)
        found = put_in_force(by=by, duty_list=found)
    return found


def house_in(world: World, village: Village, name: str) -> Subject:
    found = Subject.objects.unscoped("test").filter(village=village, name=name, kind="household").first()
    return found or add_subject(by=world.user("xianji"), kind="household", name=name, village=village)


def signed(world: World, village: Village, name: str) -> DutyContract:
    facts = {
        "duty_list": running_list(world, village, f"{village.pk}村规清单"),
        "member_no": house_in(world, village, name), "signed_on": FIRST,
    }  # fmt: skip
    found = DutyContract.objects.unscoped("test").filter(duty_list=facts["duty_list"], subject=facts["member_no"])
    return found.first() or save_contracts(by=world.user("xianji"), items=[(facts, None)])[0]


def review_in(world: World, village: Village, name: str) -> DutyReview:
    return DutyReview.objects.unscoped("test").get_or_create(
        village=village, name=name,
        defaults={
            "duty_list": running_list(world, village, f"{village.pk}村规清单"), "period": "2026 年上半年",
            "held_on": dt.date(2026, 7, 5),
        },
    )[0]  # fmt: skip


def make_result(world: World, town: str, number: int) -> DutyResult:
    village = village_in(world, town, 1)
    contract = signed(world, village, f"评约户{number}")
    facts = {
        "review": review_in(world, village, f"{town[-3:]}评约"), "member_no": contract.subject,
        "result": DutyResult.Result.values[number % 3], "note": "按约做到",
    }  # fmt: skip
    return save_results(by=world.user("xianji"), items=[(facts, None)])[0]


def result_texts(world: World, town: str, number: int) -> dict[str, str]:
    village = village_in(world, town, 1)
    contract = signed(world, village, f"新评约户{number}")
    review_in(world, village, f"{town[-3:]}评约")
    return {"review": f"{town[-3:]}评约", "member_no": contract.subject.number, "result": "履约"}


def contract_texts(world: World, town: str, number: int) -> dict[str, str]:
    village = village_in(world, town, 1)
    running_list(world, village, f"{village.pk}村规清单")
    return {
        "duty_list": f"{village.pk}村规清单", "member_no": house_in(world, village, f"新签约户{number}").number,
        "signed_on": "2026-02-01",
    }  # fmt: skip


def review_texts(world: World, town: str, number: int) -> dict[str, str]:
    village = village_in(world, town, 1)
    duty_list = running_list(world, village, f"{village.pk}村规清单")
    return {
        "village_code": village.pk, "duty_list": duty_list.name, "name": f"新评约{number}", "period": "2026 年下半年",
        "held_on": "2026-10-08",
    }  # fmt: skip


def item_texts(world: World, town: str, number: int) -> dict[str, str]:
    draft_of(world, town)
    return {
        "duty_list": f"{town}草稿", "number": str(100 + number), "name": f"新事项{number}", "responsible": "村民组长",
        "content": "清理沟渠", "frequency": "每月",
    }  # fmt: skip


DUTY_SAMPLES = {
    "duty-lists": Sample(
        make=make_list,
        texts=lambda world, town, number: {
            "name": f"新清单{number}",
            "area_code": village_in(world, town, 1).pk,
            "subject_kind": "household",
            "valid_from": "2026-03-01",
        },
        change=("note", "村民代表会议通过"),
        wrong=("valid_from", "开春"),
        place=("area_code", UNKNOWN_VILLAGE),
    ),
    "duty-items": Sample(
        make=lambda world, town, number: add_item(world, draft_of(world, town), number),
        texts=item_texts,
        change=("frequency", "每周"),
        wrong=("number", "第一项"),
        place=("duty_list", "没有这份清单"),
    ),
    "duty-contracts": Sample(
        make=lambda world, town, number: signed(world, village_in(world, town, 1), f"签约户{number}"),
        texts=contract_texts,
        change=("note", "补签"),
        wrong=("signed_on", "春节前"),
        place=("member_no", "Y0"),
    ),
    "duty-reviews": Sample(
        make=lambda world, town, number: review_in(world, village_in(world, town, number % 3), f"评约{number}"),
        texts=review_texts,
        change=("note", "到会 21 人"),
        wrong=("held_on", "秋后"),
        place=("village_code", UNKNOWN_VILLAGE),
    ),
    "duty-results": Sample(
        make=make_result,
        texts=result_texts,
        change=("note", "整改后做到"),
        wrong=("result", "还行"),
        place=("member_no", "Y0"),
    ),
    "duty-boards": Sample(
        make=lambda world, town, number: DutyBoard.objects.create(
            village=village_in(world, town, number), names=DutyBoard.Names.values[number % 3], seconds=10 + number % 50
        ),
        texts=lambda world, town, number: {"village_code": village_in(world, town, 200 + number).pk, "names": "全名"},
        change=("note", "村务监督委员会监督"),
        wrong=("seconds", "一会儿"),
        place=("village_code", UNKNOWN_VILLAGE),
    ),
}

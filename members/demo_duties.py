"""The demo's duty lists (P22): the own town's for members, three villages' for households; signed, reviewed, posted."""

import datetime as dt
from collections.abc import Sequence
from random import Random
from typing import Any

from members.actions.duties import new_version, put_in_force, save_items, save_list
from members.models import DutyBoard, DutyContract, DutyList, DutyResult, DutyReview, Subject
from members.models.subjects import SubjectKind
from registers.scope import Scope
from villages.demo import OWN_TOWN
from villages.models import Area

BEGUN = dt.date(2026, 1, 1)
VILLAGES = ("371083101222", "371083101223", "371083101224")
OF_MEMBERS = (
    ("组织生活", "全体党员", "按时参加“三会一课”和主题党日，有事先请假", "每月", "ZZ01、ZZ02"),
    ("圆桌议事", "全体党员", "参加联建村的圆桌协商，带着一条意见来", "每季", "HD01、ZZ03"),
    ("环境整治", "党员责任区", "带头清理沟渠、房前屋后，责任区不留垃圾", "每月两次", "HD02"),
    ("志愿服务", "党员志愿队", "为独居老人理发、打扫、代买代办", "每月", "HD03"),
    ("化解纠纷", "党员调解员", "邻里、地界纠纷先到场，先劝和", "随时", "XF02"),
    ("护林防火", "山林片区党员", "防火期按班次值守，见烟先报", "防火期每周", "XF03"),
    ("公益岗位", "认领岗位的党员", "认领一个岗位，按季完成岗位职责", "每季", "XF01"),
)
OF_HOUSEHOLDS = (
    ("门前三包", "各户", "门前不堆柴草、杂物，垃圾入桶，不乱泼污水", "每天", ""),
    ("庭院整洁", "各户", "院内物品摆放整齐，厕所干净", "每天", ""),
    ("义务劳动", "各户出一人", "参加村里统一组织的清沟、修路、植绿", "每季一次", ""),
    ("护林防火", "各户", "不在林边、田间烧荒，上坟用鲜花", "防火期", ""),
    ("邻里照看", "左右邻居", "独居老人每天看一眼，有事报网格员", "每天", ""),
    ("红白喜事", "办事人家", "先报红白理事会，酒席、随礼按村规", "办事时", ""),
)
SIGNED, KEPT = 0.86, (78, 17, 5)  # share of those bound; weights of 履约, 基本履约, 未履约
WHY = {"mostly": "义务劳动缺一次，已补上", "broken": "门前多次堆放柴草，已约谈"}


def load_duties(random: Random, clerk: Any) -> None:
    """The town's list and the villages', each with its contracts; reviews posted, and one still a draft."""
    town = Area.objects.within(Scope.area(OWN_TOWN), "demo").get(pk=OWN_TOWN)
    members = _running(clerk, town, "乳山口镇党员责任清单", SubjectKind.MEMBER, OF_MEMBERS)
    _sign(random, members)
    areas = {one.pk: one for one in Area.objects.within(Scope.area(OWN_TOWN), "demo").filter(pk__in=VILLAGES)}
    for code in VILLAGES:
        name = f"{areas[code].name.removesuffix('委会')}村民户责任清单"
        households = _running(clerk, areas[code], name, SubjectKind.HOUSEHOLD, OF_HOUSEHOLDS)
        _sign(random, households)
        _review(random, households, code, "2026 年第三季度村民户评约", posted=True)
        _review(random, members, code, "2026 年第三季度党员评约", posted=code != VILLAGES[0])
        names = DutyBoard.Names.values[VILLAGES.index(code)]
        DutyBoard.objects.create(village_id=code, names=names, note="村务监督委员会监督")
    new_version(by=clerk, duty_list=households, name=f"{name}（第 2 版）", valid_from=dt.date(2027, 1, 1))


def _running(clerk: Any, area: Area, name: str, kind: str, affairs: Sequence[tuple[str, ...]]) -> DutyList:
    made = save_list(
        by=clerk, area=area, name=name, subject_kind=kind, valid_from=BEGUN, note="村民代表会议 2025-12-28 通过"
    )
    columns = ("name", "responsible", "content", "frequency", "item_codes")
    save_items(
        by=clerk,
        items=[
            ({"duty_list": made, "number": number, **dict(zip(columns, affair, strict=True))}, None)
            for number, affair in enumerate(affairs, 1)
        ],
    )
    return put_in_force(by=clerk, duty_list=made)


def _sign(random: Random, duty_list: DutyList) -> None:
    bound = Subject.objects.within(Scope.area(duty_list.area_id), "demo").filter(
        kind=duty_list.subject_kind, is_active=True
    )
    DutyContract.objects.bulk_create(
        DutyContract(
            duty_list=duty_list, subject=one, village_id=one.village_id,
            signed_on=BEGUN + dt.timedelta(days=random.randrange(9, 40)),
        )
        for one in bound.order_by("number")
        if random.random() < SIGNED
    )  # fmt: skip


def _review(random: Random, duty_list: DutyList, code: str, name: str, *, posted: bool) -> None:
    review = DutyReview.objects.create(
        village_id=code, duty_list=duty_list, name=name, period="2026年7月至9月", held_on=dt.date(2026, 10, 8),
        posted_on=dt.date(2026, 10, 12) if posted else None, note="村民代表会议评议，到会 21 人",
    )  # fmt: skip
    signed = DutyContract.objects.within(Scope.area(code), "demo").filter(duty_list=duty_list).order_by("pk")
    results = DutyResult.Result.values
    found = [(row.subject_id, random.choices(results, KEPT)[0]) for row in signed]
    DutyResult.objects.bulk_create(
        DutyResult(review=review, subject_id=subject, result=result, note=WHY.get(result, ""))
        for subject, result in found
    )

"""The demo's invented cadres between villages, delegates, talents, trainings, households and representatives.

The practices' figures (22 sent out, 26 sent to learn; 54 items; 5–8 staff a community) in the size of one town.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from random import Random

from lianjian import pinyin
from members.actions.numbers import take_numbers
from members.demo import FIRST_DAY, invented_name
from members.models import (
    Attendance,
    CadreExchange,
    DelegatedItem,
    DelegatedStaff,
    PartyOrganization,
    Person,
    Placement,
    Subject,
    Talent,
    Training,
)
from members.models.subjects import SubjectKind
from registers.scope import Scope
from villages.demo import COUNTY, OWN_TOWN
from villages.models import Village

STRONG, WEAK = ("371083101224", "371083101223"), ("371083101222", "371083101228", "371083101230", "371083101221")
SENT, LEARNING = 6, 8
ITEMS = {  # of the 54 a street handed down; none of big spending, contracts, institution set-up
    "service": (
        "高龄津贴初审", "残疾人两项补贴初审", "城乡居民养老保险参保登记", "居民医保参保登记", "临时救助受理",
        "老年证办理", "就业失业登记", "生育服务登记", "危房改造申请受理", "退役军人信息采集",
    ),
    "governance": (
        "矛盾纠纷调解", "环境卫生巡查", "森林防火巡查", "防汛隐患排查", "出租房屋登记", "网格事件处置",
    ),
    "party": ("党员组织关系接转初审", "党员活动日组织", "流动党员联系", "发展党员公示"),
    "industry": ("农机调度登记", "特色农产品联销组织", "小额贷款推荐", "惠农补贴面积核对"),
    "staff": ("公益岗日常考勤", "网格员日常管理"),
}  # fmt: skip
TALENTS = (
    ("farming", "牡蛎育苗"), ("farming", "大棚草莓"), ("farming", "苹果修剪"), ("craft", "渔网编织"), ("craft", "面塑"),
    ("commerce", "短视频拍摄"), ("commerce", "海产品直播"), ("business", "合作社经营"), ("returned", "民宿经营"),
    ("building", "瓦工"), ("health", "乡村医生"), ("culture", "秧歌教练"),
)  # fmt: skip
TRAININGS = (
    ("二十届四中全会精神专题党课", "party_lesson", dt.date(2026, 3, 18), 2, 60, 56),
    ("牡蛎养殖技术培训", "skill", dt.date(2026, 4, 22), 4, 40, 37),
    ("直播电商培训班（第 1 期）", "live_commerce", dt.date(2026, 7, 15), 8, 30, 28),
    ("直播电商培训班（第 2 期）", "live_commerce", dt.date(2026, 8, 19), 8, 30, 31),
    ("农民夜校·果树冬管", "night_school", dt.date(2026, 9, 24), 2, 45, 33),
    ("村党组织书记专题党课", "party_lesson", dt.date(2026, 10, 20), 3, 41, 40),
)
UNITS = ("镇农业综合服务中心", "镇社会事务综合服务中心", "镇党群服务中心", "镇综合治理办公室", "镇财政所")


def load_work(random: Random, villages: Sequence[Village], members: Sequence[Subject]) -> None:
    """Everything of this module in the clerk's own town, and some talents in every other village."""
    own = [village for village in villages if village.town_code == OWN_TOWN]
    residents = [member for member in members if member.village_id.startswith(OWN_TOWN)]
    _load_others(random, own, members)
    _load_exchanges(random, residents)
    _load_talents(random, villages, residents)
    _load_trainings(random, residents)
    _load_items(random)
    _load_delegates(random)


def _load_delegates(random: Random) -> None:
    """Five to eight people for each joint organisation of the own town."""
    joint = PartyOrganization.objects.within(Scope.area(OWN_TOWN), "demo").filter(
        kind__in=PartyOrganization.JOINT_KINDS
    )
    kinds = DelegatedStaff.Kind
    DelegatedStaff.objects.bulk_create(
        DelegatedStaff(
            organization=organization,
            name=invented_name(random),
            kind=kind,
            unit=random.choice(UNITS) if kind == kinds.SENT_DOWN else "",
            is_full_time=kind != kinds.SENT_DOWN or random.random() < 0.5,
            duties=random.choice(("便民服务", "项目协调", "矛盾调处", "党建指导", "集体资产管理")),
            valid_from=dt.date(2025, 5, number + 1),
        )
        for organization in joint.order_by("pk")
        for number, kind in enumerate(
            [kinds.SENT_DOWN] * 2 + [kinds.RAISED] * 2 + [kinds.FULL_TIME] * random.randint(1, 4)
        )
    )


def _load_others(random: Random, villages: Iterable[Village], members: Sequence[Subject]) -> None:
    """Representatives and households of the own town's villages: names of heads, and how many they are.

    None bears the name of a member of his village: who is looked up by name is found alone.
    """
    taken = {(member.village_id, member.name) for member in members}
    wanted = [
        (village, kind)
        for village in villages
        for kind, count in ((SubjectKind.REPRESENTATIVE, 4), (SubjectKind.HOUSEHOLD, 8))
        for _ in range(count)
    ]
    numbers = take_numbers(COUNTY, len(wanted))
    subjects = [
        Subject(
            number=number,
            kind=kind,
            name=_new_name(random, village.pk, taken),
            village=village,
            household_size=random.randint(1, 6) if kind == SubjectKind.HOUSEHOLD else None,
        )
        for number, (village, kind) in zip(numbers, wanted, strict=True)
    ]
    Subject.objects.bulk_create(subjects, batch_size=1000)
    Placement.objects.bulk_create(
        (Placement(subject=one, village_id=one.village_id, valid_from=FIRST_DAY) for one in subjects), batch_size=1000
    )


def _new_name(random: Random, village_code: str, taken: set[tuple[str, str]]) -> str:
    while (village_code, name := invented_name(random)) in taken:
        pass
    taken.add((village_code, name))
    return name


def _load_exchanges(random: Random, residents: Sequence[Subject]) -> None:
    kinds, directions = CadreExchange.Kind, CadreExchange.Direction
    by_village: dict[str, list[Subject]] = {}
    for member in residents:
        by_village.setdefault(member.village_id, []).append(member)
    rows = []
    for number in range(SENT + LEARNING):
        sent = number < SENT
        origin = (STRONG if sent else WEAK)[number % (len(STRONG) if sent else len(WEAK))]
        target = (WEAK if sent else STRONG)[number % (len(WEAK) if sent else len(STRONG))]
        member = by_village[origin][3 + number // 2]
        rows.append(
            CadreExchange(
                name=member.name,
                person=member.person,
                from_village_id=origin,
                to_village_id=target,
                direction=directions.STRONG_TO_WEAK if sent else directions.WEAK_TO_STRONG,
                kind=random.choice((kinds.POST, kinds.HELP) if sent else (kinds.SHADOW, kinds.VISIT)),
                valid_from=dt.date(2026, 3, 1) + dt.timedelta(days=7 * number),
                valid_to=dt.date(2026, 9, 30) if number % 7 == 6 else None,
                task="帮带班子、理清集体账目" if sent else "跟班学习村务管理和项目运营",
                result="账目全部公开" if number % 7 == 6 else "",
            )
        )
    CadreExchange.objects.bulk_create(rows)


def _load_talents(random: Random, villages: Sequence[Village], residents: Sequence[Subject]) -> None:
    people, talents = [], []
    for serial, village in enumerate(villages):
        for number in range(random.randint(2, 4) if village.town_code == OWN_TOWN else 1):
            category, skill = random.choice(TALENTS)
            name = invented_name(random)
            person = Person(name=name, area_id=village.pk, **pinyin.columns(name, person=True))
            person.phone = f"199{(serial * 4 + number) % 10000:04d}{(serial * 6271 + number) % 10000:04d}"
            people.append(person)
            talents.append(_talent(random, village.pk, person, category, skill))
    for member in random.sample(list(residents), 20):
        assert member.person is not None  # noqa: S101 -- members are people
        talents.append(_talent(random, member.village_id, member.person, *random.choice(TALENTS)))
    unique = {(one.village_id, one.name, one.category): one for one in talents}
    Person.objects.bulk_create(people, batch_size=1000)
    Talent.objects.bulk_create(unique.values(), batch_size=1000)


def _talent(random: Random, village_code: str, person: Person, category: str, skill: str) -> Talent:
    level = random.choices(Talent.Level.values, [1, 3, 6, 10, 30])[0]
    return Talent(
        village_id=village_code, person=person, name=person.name, category=category, skill=skill, level=level,
        is_willing=random.random() < 0.6,
    )  # fmt: skip


def _load_trainings(random: Random, residents: Sequence[Subject]) -> None:
    committee = PartyOrganization.objects.within(Scope.area(OWN_TOWN), "demo").get(area_id=OWN_TOWN, kind="committee")
    for title, kind, day, hours, planned, actual in TRAININGS:
        training = Training.objects.create(
            title=title, kind=kind, area_id=OWN_TOWN, organization=committee, organiser="镇党群服务中心", held_on=day,
            hours=hours, planned_people=planned, actual_people=actual,
        )  # fmt: skip
        chosen = random.sample(list(residents), planned)
        absent = planned - min(actual, planned)
        Attendance.objects.bulk_create(
            Attendance(
                training=training, village_id=one.village_id, name=one.name, number=one.number, subject=one,
                attended=position >= absent, note="" if position >= absent else "请假",
            )
            for position, one in enumerate(chosen)
        )  # fmt: skip


def _load_items(random: Random) -> None:
    DelegatedItem.objects.bulk_create(
        DelegatedItem(
            town_id=OWN_TOWN, name=name, category=category, receiver="各联建社区",
            basis="乳山口镇社区事项清单（2026 年）", delegated_on=dt.date(2026, random.choice((3, 4)), 1),
        )
        for category, names in ITEMS.items()
        for name in names
    )  # fmt: skip

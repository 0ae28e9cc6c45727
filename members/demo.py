"""The demo's invented people: branches, members, posts. Numbers have valid check digits and belong to nobody."""

import datetime as dt
from collections.abc import Iterable
from random import Random

from lianjian import areacodes, pinyin
from members.actions.numbers import take_numbers
from members.models import PartyOrganization, Person, Placement, Post, Subject
from members.models.subjects import SubjectClass, SubjectKind
from registers.scope import Scope
from villages.demo import COUNTY, OWN_TOWN
from villages.models import Area, Village

SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗于宋姜唐常毛辛耿宫丛邹单解曲"
GIVEN = (  # common given names, so that some people bear the same one
    "建国,秀英,海燕,立新,卫东,德胜,静,明,丽华,志强,桂兰,玉珍,文杰,晓东,春梅,永胜,淑芬,国栋,雪梅,振华,"
    "红霞,家豪,学军,玉兰,海涛,秀兰,洪波,艳丽,守业,凤英,成林,爱华,广田,月娥,新民,培德,传海,秋菊,仁义,少华"
).split(",")
# So that an import by village and name has somebody to ask about.
SAME_NAME_VILLAGE, SAME_NAME = "371083101223", "王秀兰"
CLASS_WEIGHTS = {
    SubjectClass.ORDINARY: 70,
    SubjectClass.CADRE: 8,
    SubjectClass.FRAIL: 12,
    SubjectClass.MOBILE: 7,
    SubjectClass.PROBATIONARY: 3,
}
FIRST_DAY = dt.date(2020, 1, 1)


def load_people(random: Random, villages: list[Village]) -> list[Subject]:
    """Committees, a branch for each village with its secretary, and some 3,000 members; returns the members."""
    branches = _load_organizations(villages)
    people: list[Person] = []
    subjects: list[Subject] = []
    counts = [(village, _members_of(village, random)) for village in villages]
    numbers = iter(take_numbers(COUNTY, sum(count for _, count in counts)))
    for village, count in counts:
        for position in range(count):
            name = SAME_NAME if village.pk == SAME_NAME_VILLAGE and position < 2 else invented_name(random)
            person = _person(name, village, random, serial=len(people))
            people.append(person)
            subjects.append(_member(person, village, branches[village.pk], next(numbers), position, random))
    Person.objects.bulk_create(people, batch_size=1000)
    Subject.objects.bulk_create(subjects, batch_size=1000)
    Placement.objects.bulk_create(
        (
            Placement(
                subject=subject,
                village_id=subject.village_id,
                organization_id=subject.organization_id,
                valid_from=max(subject.joined_on or FIRST_DAY, FIRST_DAY),
            )
            for subject in subjects
        ),
        batch_size=1000,
    )
    _load_posts(subjects, random)
    return subjects


def _load_organizations(villages: list[Village]) -> dict[str, PartyOrganization]:
    """County and town committees, and a branch for each village; returns the branches by village code."""
    kinds = PartyOrganization.Kind
    areas = {area.pk: area for area in Area.objects.within(Scope.area(COUNTY), "demo")}
    county = PartyOrganization.objects.create(
        name=f"中共{areas[COUNTY].name}委员会", kind=kinds.COMMITTEE, area_id=COUNTY, founded_on=FIRST_DAY
    )
    towns = PartyOrganization.objects.bulk_create(
        PartyOrganization(
            name=f"中共{areas[code].name}{'工作' if areas[code].name.endswith('街道') else ''}委员会",
            kind=kinds.COMMITTEE,
            area_id=code,
            parent=county,
            founded_on=FIRST_DAY,
        )
        for code in sorted({areacodes.town_of(village.pk) for village in villages})
    )
    committee_of = {committee.area_id: committee for committee in towns}
    branches = PartyOrganization.objects.bulk_create(
        (
            PartyOrganization(
                name=f"{village.name}{'' if village.name.endswith(('村', '社区')) else '村'}党支部",
                kind=kinds.BRANCH,
                area_id=village.pk,
                parent=committee_of[village.town_code],
                founded_on=FIRST_DAY,
            )
            for village in villages
        ),
        batch_size=1000,
    )
    return {branch.area_id: branch for branch in branches}


def _members_of(village: Village, random: Random) -> int:
    """The clerk's own town has whole branches; elsewhere a few members stand for each."""
    return random.randint(18, 30) if village.town_code == OWN_TOWN else random.randint(2, 5)


def invented_name(random: Random) -> str:
    return random.choice(SURNAMES) + random.choice(GIVEN)


def _person(name: str, village: Village, random: Random, *, serial: int) -> Person:
    born = dt.date(random.randint(1946, 2003), random.randint(1, 12), random.randint(1, 28))
    person = Person(
        name=name,
        area_id=village.pk,
        birth_year=born.year,
        gender=random.choice(Person.Gender.values),
        **pinyin.columns(name, person=True),
    )
    person.id_number = invented_id_number(born, serial, male=person.gender == Person.Gender.MALE)
    person.phone = f"199{serial % 10000:04d}{(serial * 7919) % 10000:04d}"
    return person


def invented_id_number(born: dt.date, serial: int, *, male: bool) -> str:
    """An 18-digit number under 379999, a division that does not exist, with a valid check digit."""
    body = f"3799{serial // 500:02d}{born:%Y%m%d}{serial % 500 * 2 + male:03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return body + "10X98765432"[sum(int(digit) * weight for digit, weight in zip(body, weights, strict=True)) % 11]


def _member(
    person: Person, village: Village, branch: PartyOrganization, number: str, position: int, random: Random
) -> Subject:
    kind = SubjectClass.CADRE if position == 0 else random.choices([*CLASS_WEIGHTS], [*CLASS_WEIGHTS.values()])[0]
    joined = dt.date(min((person.birth_year or 1970) + random.randint(19, 35), 2025), 7, 1)
    frail = kind == SubjectClass.FRAIL and random.random() < 0.2
    return Subject(
        number=number,
        kind=SubjectKind.MEMBER,
        name=person.name,
        person=person,
        subject_class=kind,
        exempt_reason="年满 80 周岁，卧病在家" if frail else "",
        joined_on=joined,
        village=village,
        organization=branch,
    )


def _load_posts(subjects: Iterable[Subject], random: Random) -> None:
    """The first member of each branch is its secretary, the next two sit on its committee."""
    titles = (
        (Post.Title.SECRETARY, "全面工作"),
        (Post.Title.MEMBER, "组织、纪检"),
        (Post.Title.MEMBER, "宣传、群团"),
    )
    seen: dict[int, int] = {}
    posts = []
    for subject in subjects:
        branch = subject.organization_id or 0  # every member of the demo has one
        position = seen.get(branch, 0)
        seen[branch] = position + 1
        if position < len(titles):
            title, portfolio = titles[position]
            posts.append(
                Post(
                    organization_id=branch,
                    person=subject.person,
                    title=title,
                    portfolio=portfolio,
                    valid_from=dt.date(2021, random.randint(1, 4), 1),
                )
            )
    Post.objects.bulk_create(posts, batch_size=1000)

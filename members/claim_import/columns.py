"""The columns of a claims workbook, and how their cells find villages, people and items: one question a column."""

import datetime as dt
import difflib
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q

from lianjian import areacodes, clock
from lianjian.periods import quarter_of
from members.models import Placement, PointItem, Subject
from members.points.duplicates import FIELD
from members.queries.point_items import ItemBook
from registers.rows.columns import CellError, Column, Date, Found, Integer, Reference, Text
from registers.scope import Scope
from registers.workbooks import dates, values
from registers.workbooks.values import Tell
from villages.models import Village
from villages.resolvers import VILLAGES

RIGHT = "claims.declare"
NEAR = 5
_ID_LENGTHS = (15, 18)


@dataclass
class ImportContext:
    """What resolvers are told: who imports, where he may declare, and what earlier columns found."""

    user: Any
    today: dt.date = field(default_factory=clock.today)
    villages: dict[str, Village] = field(default_factory=dict)
    _book: ItemBook | None = None

    @property
    def scope(self) -> Scope:
        return self.user.scope_for(RIGHT)

    @property
    def book(self) -> ItemBook:
        """The schemes of the counties whose villages are named; read once, after the villages."""
        if self._book is None:
            self._book = ItemBook.of(areacodes.county_of(village.pk) for village in self.villages.values())
        return self._book


@dataclass(eq=False)
class Candidate:
    """Somebody who may be meant, and where he was when (as far as it lies within the user's reach)."""

    subject: Subject
    stays: list[tuple[str, dt.date, dt.date | None]] = field(default_factory=list)

    def village_on(self, day: dt.date) -> str | None:
        return next((code for code, start, end in self.stays if start <= day and (end is None or day < end)), None)


class DeclarableVillages:
    """The villages' own resolver, remembering what it found for the columns beside."""

    def resolve(self, texts: Iterable[Any], context: ImportContext) -> Mapping[Any, Any]:
        answers = VILLAGES.resolve(list(texts), context)
        for text, answer in answers.items():
            village = answer.value if isinstance(answer, Found) else answer
            if isinstance(village, Village):
                context.villages[text] = village
        return answers


class PeopleOfVillages:
    """People by name and village. Keys are (name, village text); the answer is a tuple of candidates."""

    def resolve(self, keys: Iterable[tuple[str, str]], context: ImportContext) -> Mapping[Any, Any]:
        asked = {(name, place): context.villages.get(place) for name, place in keys}
        names = {values.compact(name) for name, _ in asked}
        codes = {village.pk for village in asked.values() if village}
        found: dict[tuple[str, str], dict[int, Candidate]] = defaultdict(dict)
        for candidate in candidates(context, Q(subject__name__in=names, village_id__in=codes)):
            for code, _, _ in candidate.stays:
                found[candidate.subject.name, code][candidate.subject.pk] = candidate
        answers: dict[tuple[str, str], Any] = {}
        for (name, place), village in asked.items():
            if village is None:
                answers[name, place] = ()  # the village's own cell says what is wrong
                continue
            people = found.get((values.compact(name), village.pk))
            if people:
                answers[name, place] = tuple(sorted(people.values(), key=lambda one: one.subject.number))
            else:
                answers[name, place] = CellError(
                    f"填了“{values.shown(name)}”", f"“{village.name}”没有找到这个人，请核对姓名和村"
                )
        return answers


class PeopleByNumber:
    """People by their number, within the user's reach; others do not exist."""

    def resolve(self, texts: Iterable[str], context: ImportContext) -> Mapping[str, Any]:
        numbers = {text: values.compact(text) for text in texts}
        found = {
            candidate.subject.number: candidate
            for candidate in candidates(context, Q(subject__number__in=set(numbers.values())))
        }
        return {text: found[number] for text, number in numbers.items() if number in found}


def candidates(context: ImportContext, condition: Q) -> list[Candidate]:
    """Subjects with their stays in villages where the user may declare; one query."""
    rows = Placement.objects.changeable_by(context.user, RIGHT).filter(condition)
    found: dict[int, Candidate] = {}
    for stay in rows.select_related("subject", "subject__person").order_by("subject_id", "valid_from"):
        candidate = found.setdefault(stay.subject_id, Candidate(stay.subject))
        candidate.stays.append((stay.village_id, stay.valid_from, stay.valid_to))
    return list(found.values())


class Items:
    """Items by name or code in the version in force that day. Keys are (text, date text, village text); the answer is
    ((kind of subject, item), …), for the person decides which book is meant.
    """

    def resolve(self, keys: Iterable[tuple[str, str, str]], context: ImportContext) -> Mapping[Any, Any]:
        return {key: self.answer(*key, context) for key in keys}

    def answer(self, text: str, day_text: str, place: str, context: ImportContext) -> Any:
        village = context.villages.get(place)
        if village is None:
            return ()
        day = _day_of(day_text) or context.today
        quarter = quarter_of(day)
        county, town = areacodes.county_of(village.pk), village.town_code
        wanted = _plain(text)
        offered: dict[str, None] = {}
        found: dict[str, PointItem] = {}
        in_force = False
        for kind in context.book.kinds(county):
            scheme = context.book.scheme(county, kind, str(quarter))
            in_force = in_force or scheme is not None
            items = context.book.items_of(scheme, town)
            offered.update(dict.fromkeys(item.name for item in items))
            fitting = [item for item in items if wanted == _plain(item.code)]
            fitting = fitting or [item for item in items if wanted == _plain(item.name)]
            if len(fitting) > 1:
                codes = "、".join(f"{item.name}（{item.code}）" for item in fitting)
                return CellError(f"填了“{values.shown(text)}”，有 {len(fitting)} 个同名的项目：{codes}", "请填项目编码")
            if fitting:
                found[kind] = fitting[0]
        if found:
            return tuple(found.items())
        if not in_force:
            return CellError(f"填了“{values.shown(text)}”", f"{quarter.label}没有已启用的积分办法，请核对发生日期")
        return CellError(
            f"填了“{values.shown(text)}”", f"{quarter.label}的积分办法里没有这个项目{_near(text, list(offered))}"
        )


def _near(text: str, names: list[str]) -> str:
    inside = [name for name in names if text in name or name in text]
    near = list(dict.fromkeys([*inside, *difflib.get_close_matches(text, names, NEAR, 0.3)]))[:NEAR]
    if not near:
        return "，请从模板的下拉选项中选填"
    return f"，相近的有：{'、'.join(near)}"


def _day_of(text: str) -> dt.date | None:
    """The date that the cell beside says; where it is wrong, its own column tells."""
    try:
        return dates.parse_date(text)
    except CellError:
        return None


def _plain(text: str) -> str:
    return re.sub(r"[\s、，,。；;（）()“”\"'·]", "", values.narrow(text)).lower()


@dataclass(frozen=True)
class MemberNumber(Reference):
    """A 党员编号; an ID number in its place is refused without being shown."""

    def parse(self, raw: object, *, unit: str = "", tell: Tell | None = None) -> str | None:
        text = super().parse(raw, unit=unit, tell=tell)
        digits = values.narrow(text or "").replace(" ", "")
        if len(digits) in _ID_LENGTHS and digits[:-1].isdigit():
            raise CellError("填的像是身份证号", "这里填党员编号；不知道编号可以留空，按村和姓名查找")
        return text

    def advice(self) -> str:
        return "党员（积分对象）编号，可留空"


def columns(today: dt.date | None = None) -> list[Column]:
    """The workbook's columns, in order; the village comes first, because others look at what it found."""
    return [
        Column("village", "村", Reference(DeclarableVillages(), what="村居"), width=16, required=True,
               aliases=("村居", "村名", "行政村", "所在村", "村（社区）"), help="村名或 12 位代码", example="锅上村"),
        Column("people", "姓名", Reference(PeopleOfVillages(), what="人", beside=("village",), label=_names),
               width=12, required=True, aliases=("党员姓名", "户主姓名"),
               help="村里有同名的，上传后在网页上选是哪一位；也可以填党员编号", example="王秀兰"),
        Column("items", "积分项目", Reference(Items(), what="积分项目", beside=("occurred_on", "village"), label=_item),
               width=24, aliases=("项目", "项目名称", "积分事项"), help="发生之日施行的积分办法里的项目名称",
               example="参加组织生活"),
        Column("quantity", "数量", Integer(minimum=1, maximum=999), width=8, aliases=("次数",), help="留空按 1 算",
               example="1"),
        Column("occurred_on", "发生日期", Date(latest=today or clock.today()), width=13, required=True,
               aliases=("日期", "时间"), help="事情发生的那一天；所在季度已审定的，计入其后还没有审定的季度",
               example="2026-08-15"),
        Column("reason", "事由", Text(max_length=200), width=30, aliases=("说明", "具体事由"), help="要佐证的项目必填",
               example="8 月主题党日"),
        Column("number", "党员编号", MemberNumber(PeopleByNumber(), what="积分对象编号", label=_number), width=18,
               aliases=("编号", "积分对象编号"), help="可留空；填了就以编号为准"),
        Column("codes", "项目编码", Reference(Items(), what="项目编码", beside=("occurred_on", "village"), label=_item),
               width=12, aliases=("编码",), help="可留空；项目名称重复时填"),
        Column("source_ref", "来源编号", Text(max_length=70), width=16,
               aliases=("来源",), help="可留空；会议、任务等自己的编号，同一来源、同一人、同一项目只算一次"),
        Column(FIELD, "不是重复的理由", Text(max_length=120), width=20,
               help="可留空；同人、同日、同项目已有申报而不是同一件事的，写明理由"),
    ]  # fmt: skip


def _names(people: Any) -> str:
    return "、".join(one.subject.name for one in people) if isinstance(people, tuple) else str(people)


def _number(candidate: Any) -> str:
    return candidate.subject.number if isinstance(candidate, Candidate) else str(candidate)


def _item(items: Any) -> str:
    return "、".join(dict.fromkeys(item.name for _, item in items)) if isinstance(items, tuple) else str(items)


__all__ = ["Candidate", "ImportContext", "columns"]

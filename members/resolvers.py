"""Party organisations, trainings, people and places as they are written: by name, or the number behind a name."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.db.models import Q

from members.models import DutyList, DutyReview, PartyOrganization, Subject, Training
from registers.rows.columns import CellError, Found
from villages.models import Area
from villages.resolvers import VILLAGES, AreaResolver

_NUMBERED = re.compile(r"^(.*?)\s*[（(](\d{1,12})[)）]$")
_DIGITS = re.compile(r"^\d{1,12}$", re.ASCII)


class NumberedResolver:
    """Finds rows by their name, or by the number behind it, within the user's own scope; one query for a whole table.

    what    what they are called in errors
    name    the field of the name
    where   tells a row from its namesakes: 乳山口镇的
    stands  which of them drop-downs offer; all by default
    place   the foreign key to where they lie
    """

    def __init__(
        self, model: Any, *, what: str, name: str, where: Callable[[Any], str], stands: Q | None = None,
        place: str = "area",
    ) -> None:  # fmt: skip
        self.model, self.what, self.name, self.where, self.place = model, what, name, where, place
        self.standing = Q() if stands is None else stands

    def within(self, context: Any) -> Any:
        """The rows that may be named."""
        return self.model.objects.within(context.scope)

    def resolve(self, texts: Iterable[str], context: Any) -> Mapping[str, Any]:
        asked = {text: _taken_apart(text) for text in texts}
        numbers = {number for _, number in asked.values() if number}
        names = {name for name, _ in asked.values() if name} | set(asked)
        rows = self.within(context).filter(Q(pk__in=numbers) | Q(**{f"{self.name}__in": names}))
        by_name: dict[str, list[Any]] = defaultdict(list)
        by_number: dict[int, Any] = {}
        for row in rows.select_related(self.place).order_by(f"{self.place}_id", "pk"):
            by_name[getattr(row, self.name)].append(row)
            by_number[row.pk] = row
        answers: dict[str, Any] = {}
        for text, (name, number) in asked.items():
            found = by_number.get(number) if number else None
            if found is not None and name in ("", getattr(found, self.name)):
                answers[text] = found
            elif by_name.get(text):
                answers[text] = self._single(text, by_name[text])
        return answers

    def labels(self, keys: Iterable[int], context: Any) -> Mapping[int, str]:
        """Names, with the number behind where another within the scope bears the same."""
        rows = self.model.objects.unscoped("the rows that name these went through the guard")
        names = dict(rows.filter(pk__in=list(keys)).values_list("pk", self.name))
        count: dict[str, int] = defaultdict(int)
        inside = self.within(context).filter(**{f"{self.name}__in": set(names.values())})
        for name in inside.values_list(self.name, flat=True):
            count[name] += 1
        return {key: f"{name}（{key}）" if count[name] > 1 else name for key, name in names.items()}

    def offers(self, context: Any, limit: int) -> list[str]:
        """Those of the scope that stand today, by the texts that `labels` gives."""
        rows = self.within(context).filter(self.standing)
        keys = list(rows.order_by(f"{self.place}_id", self.name).values_list("pk", flat=True)[:limit])
        names = self.labels(keys, context)
        return [names[key] for key in keys]

    def _single(self, text: str, found: list[Any]) -> Any:
        if len(found) == 1:
            return found[0]
        named = "、".join(f"{self.where(row)}（{row.pk}）" for row in found[:5])
        return CellError(
            f"填了“{text}”，这里有 {len(found)} 个同名的{self.what}：{named}",
            f"请写明编号，如“{text}（{found[0].pk}）”",
        )


class DutyListResolver(NumberedResolver):
    """Also the lists of the towns above, which hold in the villages."""

    def within(self, context: Any) -> Any:
        rows = DutyList.objects.unscoped("a town's list is read in its villages")
        return rows.filter(DutyList.seen_from(context.scope)) if context.scope else rows.none()


class SubjectResolver:
    """Finds active subjects of points by number, or by a name that only one of the scope bears; two queries a table."""

    def resolve(self, texts: Iterable[str], context: Any) -> Mapping[str, Any]:
        asked = list(texts)
        rows = list(
            Subject.objects.within(context.scope)
            .filter(Q(number__in=asked) | Q(name__in=asked, is_active=True))
            .select_related("village")
            .order_by("number")
        )
        answers: dict[str, Any] = {}
        by_name: dict[str, list[Subject]] = defaultdict(list)
        for row in rows:
            by_name[row.name].append(row)
        for text in asked:
            if len(by_name[text]) > 1:
                named = "、".join(f"{row.village.name}的 {row.number}" for row in by_name[text][:5])
                answers[text] = CellError(f"有 {len(by_name[text])} 个“{text}”：{named}", "请填编号")
            elif by_name[text]:
                answers[text] = by_name[text][0]
        return answers | {row.number: row for row in rows if row.number in asked}

    def labels(self, keys: Iterable[int], context: Any) -> Mapping[int, str]:
        """Numbers, which name one person for good."""
        rows = Subject.objects.unscoped("the rows that name these went through the guard")
        return dict(rows.filter(pk__in=list(keys)).values_list("pk", "number"))

    def offers(self, context: Any, limit: int) -> list[str]:
        return []  # thousands of people: looked up while typing, in no drop-down


class PlaceResolver(AreaResolver):
    """Areas of any level as `AREAS` finds them, and villages by the short names people use."""

    def resolve(self, texts: Iterable[str], context: Any) -> Mapping[str, Any]:
        asked = list(texts)
        answers = dict(super().resolve(asked, context))
        for text, answer in VILLAGES.resolve([text for text in asked if text not in answers], context).items():
            village = answer.value if isinstance(answer, Found) else answer
            if isinstance(village, CellError):
                answers[text] = village
            elif village.area.valid_to is None:
                note = answer.note if isinstance(answer, Found) else f"“{text}”按“{village.area}”录入"
                answers[text] = Found(village.area, note)
        return answers


def _taken_apart(text: str) -> tuple[str, int]:
    """(name, number): either may be empty."""
    if _DIGITS.match(text):
        return "", int(text)
    numbered = _NUMBERED.match(text)
    return (numbered[1], int(numbered[2])) if numbered else (text, 0)


ORGANIZATIONS = NumberedResolver(
    PartyOrganization, what="党组织", name="name", where=lambda row: f"{row.area}的", stands=Q(ended_on__isnull=True)
)
TRAININGS = NumberedResolver(Training, what="培训", name="title", where=lambda row: f"{row.held_on} {row.area}的")
DUTY_LISTS = DutyListResolver(DutyList, what="责任清单", name="name", where=lambda row: f"{row.area}的")
DUTY_REVIEWS = NumberedResolver(
    DutyReview, what="评约", name="name", where=lambda row: f"{row.village.name}的", place="village"
)
SUBJECTS = SubjectResolver()
PLACES = PlaceResolver(*Area.Level.values)

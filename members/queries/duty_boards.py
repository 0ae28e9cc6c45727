"""What a village's public board shows (亮约, P22): lists in force, who signed, and what the last review found."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from lianjian import areacodes, clock
from lianjian.periods import quarter_of
from members.models import DutyBoard, DutyContract, DutyItem, DutyList, DutyResult, DutyReview, Subject
from members.models.duties import TOWN_DIGITS
from members.models.subjects import SubjectKind
from members.points.amounts import shown
from members.queries.point_items import ItemBook


@dataclass
class Part:
    """One kind of subject: its list with (item, what it earns); names as the village shows them; the last review."""

    duty_list: DutyList
    items: list[tuple[DutyItem, str]] = field(default_factory=list)
    signed: list[str] = field(default_factory=list)
    of: int = 0
    review: DutyReview | None = None
    results: list[tuple[str, str, str]] = field(default_factory=list)  # (name, result, its code)

    @property
    def kind(self) -> str:
        return self.duty_list.get_subject_kind_display()

    @property
    def earns(self) -> bool:
        """Whether any affair earns points."""
        return any(told for _, told in self.items)

    @property
    def counts(self) -> list[tuple[str, int]]:
        """How many of each result, best first."""
        return [
            (label, sum(1 for _, _, code in self.results if code == value))
            for value, label in DutyResult.Result.choices
        ]


def hidden_name(name: str) -> str:
    """王秀兰 → 王*兰, 王平 → 王*."""
    return f"{name[:1]}*{name[-1:] if len(name) > 2 else ''}"  # noqa: PLR2004 -- two characters keep the first


def shown_name(board: DutyBoard, subject: Subject) -> str:
    """As the village has chosen."""
    if board.names == DutyBoard.Names.NUMBERS:
        return subject.number
    return subject.name if board.names == DutyBoard.Names.FULL else hidden_name(subject.name)


def parts_of(board: DutyBoard, user: Any) -> list[Part]:
    """One part for each kind that has a list in force today: the village's own, else its town's. Eight queries."""
    code, today = board.village_id, clock.today()
    lists = DutyList.objects.visible_to(user).filter(
        area__in=[code, code[:TOWN_DIGITS]], state=DutyList.State.IN_FORCE, valid_from__lte=today
    )
    chosen: dict[str, DutyList] = {}
    for one in lists.order_by("subject_kind", "area_id", "valid_from", "number"):
        chosen[one.subject_kind] = one  # the village's code follows its town's, and later versions earlier ones
    parts = {chosen[kind].pk: Part(chosen[kind]) for kind in SubjectKind.values if kind in chosen}
    _fill_items(parts, user, code)
    _fill_signed(parts, board, user)
    _fill_results(parts, board, user)
    return list(parts.values())


def _fill_items(parts: dict[int, Part], user: Any, code: str) -> None:
    county, town = areacodes.county_of(code), areacodes.town_of(code)
    book = ItemBook.of([county])
    earns: dict[int, dict[str, str]] = {}
    for pk, part in parts.items():
        scheme = book.scheme(county, part.duty_list.subject_kind, str(quarter_of(clock.today())))
        earns[pk] = {item.code: f"{item.name} {shown(item.points)} 分" for item in book.items_of(scheme, town)}
    for item in DutyItem.objects.visible_to(user).filter(duty_list__in=parts).order_by("number"):
        told = [earns[item.duty_list_id].get(one, one) for one in item.item_codes.split("、") if one]
        parts[item.duty_list_id].items.append((item, "；".join(told)))


def _fill_signed(parts: dict[int, Part], board: DutyBoard, user: Any) -> None:
    here = Subject.objects.within(user.scope_for(DutyBoard.view_right), "whom the lists of the board are for")
    kinds = [part.duty_list.subject_kind for part in parts.values()]
    counts: dict[str, int] = defaultdict(int)
    for kind in here.filter(village=board.village_id, is_active=True, kind__in=kinds).values_list("kind", flat=True):
        counts[kind] += 1
    for part in parts.values():
        part.of = counts[part.duty_list.subject_kind]
    signed = DutyContract.objects.visible_to(user).filter(
        duty_list__in=parts, village=board.village_id, subject__village=board.village_id, subject__is_active=True
    )
    for row in signed.select_related("subject").order_by("subject__number"):
        parts[row.duty_list_id].signed.append(shown_name(board, row.subject))


def _fill_results(parts: dict[int, Part], board: DutyBoard, user: Any) -> None:
    rounds = DutyReview.objects.visible_to(user).filter(
        village=board.village_id, duty_list__in=parts, posted_on__lte=clock.today()
    )
    by_review: dict[int, Part] = {}
    for review in rounds.order_by("held_on", "pk"):
        parts[review.duty_list_id].review = review
    for part in parts.values():
        if part.review is not None:
            by_review[part.review.pk] = part
    rows = DutyResult.objects.visible_to(user).filter(review__in=by_review).select_related("subject")
    for row in rows.order_by("subject__number"):
        found = (shown_name(board, row.subject), row.get_result_display(), row.result)
        by_review[row.review_id].results.append(found)

"""What becomes of exchanges, talents and trainings when villages are merged (P03)."""

from collections import Counter
from collections.abc import Collection, Mapping
from typing import Any

from django.db.models import Model, Q

from members.models import (
    Attendance,
    CadreExchange,
    DelegatedItem,
    DutyBoard,
    DutyContract,
    DutyList,
    DutyReview,
    Talent,
    Training,
    Turnover,
)
from registers.errors import Invalid, WrongState
from villages.movers import Merging, Moved, OpenItems, register_mover, stays

WHOLE = "the county merges whole villages"


class Exchanges:
    """Exchanges that go on do so with the successors; one between two villages that become one ends that day."""

    title = "干部双向交流"
    models: tuple[type[Model], ...] = (CadreExchange,)

    def move(self, merging: Merging) -> Moved:
        rows = list(self._open(merging.pairs, merging.on))
        counts: Counter[str] = Counter()
        record: list[list[Any]] = []
        ended = 0
        for row in rows:
            places = [row.from_village_id, row.to_village_id]
            counts.update(code for code in places if code in merging.pairs)
            record.append([row.pk, *places, row.valid_to and row.valid_to.isoformat()])
            new = [merging.pairs.get(code, code) for code in places]
            if new[0] != new[1]:
                row.from_village_id, row.to_village_id = new
            elif row.valid_from < merging.on:
                row.valid_to, ended = merging.on, ended + 1
        keys = Counter((row.from_village_id, row.name, row.to_village_id, row.valid_from) for row in rows)
        doubled = [name for (_, name, _, _), count in keys.items() if count > 1]
        if doubled:
            raise Invalid(f"合并后“{doubled[0]}”会有两条相同的干部交流，请先删去一条", field="rows")
        self._save(rows)
        for item, row in zip(record, rows, strict=True):
            item.append(row.version + 1 if self._differs(item, row) else row.version)
        notes = [f"有 {ended} 项干部交流的两个村并成一个村，自撤并之日结束"] if ended else []
        return Moved(counts, record, notes)

    def undo(self, merging: Merging, record: Any) -> None:
        rows = CadreExchange.objects.unscoped(WHOLE).in_bulk([pk for pk, *_ in record])
        for pk, origin, target, until, version in record:
            row = rows.get(pk)
            if row is None or row.version != version:
                raise WrongState("撤并以后，干部双向交流又改动过，不能撤回")
            row.from_village_id, row.to_village_id, row.valid_to = origin, target, until
        self._save(list(rows.values()))

    def standing(self, codes: Collection[str], on: Any) -> Mapping[str, int]:
        counts: Counter[str] = Counter()
        for places in self._open(codes, on).values_list("from_village_id", "to_village_id"):
            counts.update(code for code in places if code in codes)
        return counts

    def _open(self, codes: Collection[str], on: Any) -> Any:
        there = Q(from_village__in=list(codes)) | Q(to_village__in=list(codes))
        rows = CadreExchange.objects.unscoped(WHOLE).filter(there, Q(valid_to__isnull=True) | Q(valid_to__gt=on))
        return rows.order_by("pk")

    def _save(self, rows: list[CadreExchange]) -> None:
        CadreExchange.objects.unscoped(WHOLE).bulk_update(rows, ["from_village", "to_village", "valid_to"])

    def _differs(self, item: list[Any], row: CadreExchange) -> bool:
        now = [row.from_village_id, row.to_village_id, row.valid_to and row.valid_to.isoformat()]
        return item[1:] != now


def plug_in() -> None:
    """From `AppConfig.ready()`."""
    register_mover("members.exchanges", Exchanges(), order=50)
    register_mover("members.talents", OpenItems(Talent, "乡土人才", rename="name"), order=51)
    stays("记的是参加之日所在的村居", Attendance)
    stays("记的是举办时的地点", Training)
    stays("属于镇街", DelegatedItem, Turnover)
    stays("清单和签约是原村村民议定、签下的，合并后的村重新议定、重新签", DutyList, DutyContract, DutyReview)
    stays("公开栏随原村关闭，合并后的村另开", DutyBoard)

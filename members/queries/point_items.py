"""Names and points of items: a code means what the scheme version in force on the fact's day says it means."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from lianjian import areacodes
from lianjian.periods import quarter_of
from members.models import PointItem, PointScheme
from registers.scope import Scope


@dataclass
class ItemBook:
    """The versions in force of some counties with their items; two queries, whatever is asked of it afterwards."""

    schemes: dict[tuple[str, str], list[PointScheme]] = field(default_factory=lambda: defaultdict(list))
    items: dict[int, list[PointItem]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def of(cls, counties: Iterable[str]) -> "ItemBook":
        book = cls()
        wanted = sorted(set(counties))
        if not wanted:
            return book
        rows = PointScheme.objects.unscoped("a county's scheme is read by everybody who works in the county")
        by_pk = {}
        for scheme in rows.filter(area_id__in=wanted, state=PointScheme.State.IN_FORCE).order_by("from_quarter"):
            book.schemes[scheme.area_id, scheme.subject_kind].append(scheme)
            by_pk[scheme.pk] = scheme
        for item in (
            PointItem.objects.filter(scheme_id__in=by_pk).select_related("category").order_by("position", "code")
        ):
            item.scheme = by_pk[item.scheme_id]
            book.items[item.scheme_id].append(item)
        return book

    def scheme(self, county: str, kind: str, quarter: str) -> PointScheme | None:
        """The version in force in a quarter."""
        found = None
        for scheme in self.schemes.get((county, kind), ()):
            if scheme.from_quarter <= quarter:
                found = scheme
        return found

    def kinds(self, county: str) -> list[str]:
        return [kind for area, kind in self.schemes if area == county]

    def items_of(self, scheme: PointScheme | None, town: str = "") -> list[PointItem]:
        """The items that somebody of a town may declare: the county's and the town's own."""
        if scheme is None:
            return []
        return [item for item in self.items[scheme.pk] if item.town_id in (None, town)]

    def item(self, claim: Any) -> PointItem | None:
        """The item of a claim or entry (its subject must be at hand); None where the scheme knows it no more."""
        county = areacodes.county_of(claim.village_id)
        scheme = self.scheme(county, claim.subject.kind, str(quarter_of(claim.occurred_on)))
        for item in self.items_of(scheme, areacodes.town_of(claim.village_id)):
            if item.code == claim.item_code:
                return item
        return None

    def name(self, claim: Any) -> str:
        """The item's name; a code that no version in force knows is shown as it is."""
        item = self.item(claim)
        return item.name if item else claim.item_code


def counties_of(scope: Scope) -> list[str]:
    """The counties that a scope reaches into by area or by named villages."""
    found = {low[:6] for low, _ in scope.ranges if len(low) >= areacodes.LEVEL_LENGTHS["county"]}
    return sorted(found | {str(code)[:6] for code in scope.ids("village")})

"""Which scheme and which settle quarter apply (rules 1 and 2)."""

from collections.abc import Iterable

from django.db import connection

from lianjian import periods
from members.models import PointQuarter, PointScheme

LONGEST_WAIT = 40  # quarters ahead; a fact that finds no open quarter in ten years is a mistake


def schemes_in_force(county_code: str, quarter: str) -> dict[str, PointScheme]:
    """The county's version in force in a quarter, by kind of subject."""
    versions = PointScheme.objects.unscoped("a county's scheme applies to whoever is scored").filter(
        area_id=county_code, state=PointScheme.State.IN_FORCE, from_quarter__lte=quarter
    )
    return {scheme.subject_kind: scheme for scheme in versions.order_by("from_quarter")}


def open_gates(wanted: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """Settle quarters of facts: the earliest quarter from the fact's on that is neither published nor locked.

    `wanted` are (county code, quarter of the fact). The gates found are share-locked, so that nobody publishes such a
    quarter before the caller's transaction ends; must run inside one.
    """
    settled: dict[tuple[str, str], str] = {}
    for county, fact_quarter in sorted(set(wanted)):
        candidate = periods.parse_quarter(fact_quarter)
        for _ in range(LONGEST_WAIT):
            if gate_state(county, str(candidate)) == PointQuarter.State.OPEN:
                break
            candidate = candidate.next()
        settled[county, fact_quarter] = str(candidate)
    return settled


def gate_state(county: str, quarter: str) -> str:
    """The state of the gate, share-locked until the transaction ends: it will not change under the caller."""
    with connection.cursor() as cursor:
        for _ in range(2):
            cursor.execute(
                "SELECT state FROM members_pointquarter WHERE county_code = %s AND quarter = %s FOR SHARE",
                [county, quarter],
            )
            if row := cursor.fetchone():
                return row[0]
            ensure_quarter(county, quarter)
    raise RuntimeError(f"no gate for {county} {quarter}")


def ensure_quarter(county: str, quarter: str) -> None:
    """Make sure that the quarter has a gate and the ledger a partition for it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT members_make_quarter(%s)", [quarter])
        cursor.execute(
            "INSERT INTO members_pointquarter (county_code, quarter, state) VALUES (%s, %s, 'open')"
            " ON CONFLICT (county_code, quarter) DO NOTHING",
            [county, quarter],
        )


def lock_gate(county: str, quarter: str) -> PointQuarter:
    """The gate, locked against entries and other closes until the transaction ends."""
    gates = PointQuarter.objects.select_for_update().filter(county_code=county, quarter=quarter)
    gate = gates.first()
    if gate is None:
        ensure_quarter(county, quarter)
        gate = gates.get()
    return gate

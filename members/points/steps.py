"""Which step of a claim comes next: 支部初审, 联合党组织复核 where the village has one, 镇审定."""

from dataclasses import dataclass, field

from lianjian import areacodes, clock
from members.models import PointClaim
from members.sockets import placement_provider

State = PointClaim.State


@dataclass
class NextSteps:
    """The federations of today are read once a county."""

    _federated: dict[str, set[str]] = field(default_factory=dict)

    def next_of(self, village: str, state: str) -> str:
        """The state that an open claim of the village comes to next; outside a running primary federation the
        federation's check is passed over.
        """
        if state == State.DECLARED:
            return State.BRANCH_CHECKED
        if state == State.BRANCH_CHECKED and self._is_federated(village):
            return State.FEDERATION_CHECKED
        return State.APPROVED

    def _is_federated(self, village: str) -> bool:
        county = areacodes.county_of(village)
        if county not in self._federated:
            placements = placement_provider(county, clock.today())
            self._federated[county] = {placement.village_code for placement in placements}
        return village in self._federated[county]

"""Who may do what at the addresses of villages/."""

from tests.matrix.route import COUNTY, PLACES, STAFF, VILLAGE_WRITERS, faces

ROUTES = (
    *faces("areas", PLACES, COUNTY, sees=PLACES - {"lianjian"}),  # her federation is no area
    *faces("villages", PLACES, VILLAGE_WRITERS, new=False, delete=False),
    *faces("village-facts", PLACES, VILLAGE_WRITERS),
    *faces("town-facts", PLACES, VILLAGE_WRITERS, sees=STAFF | {"pianqu"}),  # a village's grant reaches no town
)

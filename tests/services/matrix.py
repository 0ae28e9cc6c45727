"""Who may do what at the addresses of services/."""

from tests.matrix.route import SERVICES, VILLAGE_WRITERS, faces

ROUTES = (*faces("grids", SERVICES, VILLAGE_WRITERS),)

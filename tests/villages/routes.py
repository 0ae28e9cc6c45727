"""Addresses of villages/ that are no inherited face of a register: name → arguments of a sample."""

UUID = "00000000-0000-0000-0000-000000000000"

ROUTES = {
    "map": {},
    "map-data": {},
    "villages:place": {"key": "371083101223"},
    "villages:sheet": {"key": "371083101223"},
    "village-merges:start": {},
    "village-merges:undo": {"key": "1"},
    "villages:photos": {"key": "371083101223"},
    "photos:image": {"pk": UUID},
    "photos:edit": {"pk": UUID},
    "photos:delete": {"pk": UUID},
}

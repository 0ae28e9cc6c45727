"""Addresses of registers/ that are no face of a register: name → arguments of a sample."""

UUID = "00000000-0000-0000-0000-000000000000"

ROUTES = {
    "home": {},
    "search": {},
    "merge": {},
    "settings": {},
    "town-book": {},
    "lookup": {"name": "villages"},
    "jobs:list": {},
    "jobs:bell": {},
    "jobs:detail": {"pk": UUID},
    "jobs:progress": {"pk": UUID},
    "jobs:cancel": {"pk": UUID},
    "files:list": {},
    "files:download": {"pk": UUID},
}

"""Addresses of federations/ that are no inherited face of a register: name → arguments of a sample."""

ROUTES = {
    "federation-villages:leave": {"key": "1"},
    "duty-shifts:swap": {"key": "1"},
    "duty-shifts:week": {},
    "federation-premises:checklist": {"key": "1"},
    "federations:draft": {"pk": "1"},
    "federations:file": {"key": "1"},
    "federations:hand-over": {"key": "1"},
    "federations:join": {"key": "1"},
    "federations:rota": {"key": "1"},
    "federations:scale": {},
    "federations:step": {"key": "1"},
    "weak-villages:accept": {"key": "1"},
    "dividends:reverse": {"key": "1"},
    "projects:distribute": {"key": "1"},
    "projects:step": {"key": "1"},
}

"""Addresses of federations/ that are no inherited face of a register: name → arguments of a sample."""

ROUTES = {
    "federation-villages:leave": {"key": "1"},
    "federations:join": {"key": "1"},
    "federations:scale": {},
    "federations:step": {"key": "1"},
}

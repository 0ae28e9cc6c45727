"""Addresses of villages/ that are no inherited face of a register: name → arguments of a sample."""

ROUTES = {"village-merges:start": {}, "village-merges:undo": {"key": "1"}}

"""Addresses of reports/: name → arguments of a sample."""

ROUTES = {
    "reports:board": {},
    "reports:federation_board": {"pk": 1},
    "reports:figure": {"code": "villages"},
    "reports:workbooks": {},
}

"""Addresses of reports/: name → arguments of a sample."""

ROUTES = {
    "reports:board": {},
    "reports:federation_board": {"pk": 1},
    "reports:figure": {"code": "villages"},
    "reports:workbooks": {},
    **{
        f"assessment-lists:{step}": {"key": "1"}
        for step in ("publish", "put-in-force", "try-out", "withdraw", "workbook")
    },
}

"""Addresses of members/ that are no inherited face of a register: name → arguments of a sample."""

ROW = {"pk": 1}
UUID_ROW = {"pk": "00000000-0000-4000-8000-000000000000"}

ROUTES = {
    **{f"{slug}:{face}": {"key": "1"} for slug in ("members", "subjects") for face in ("leave", "reveal", "transfer")},
    **{f"{slug}:bulk-transfer": {} for slug in ("members", "subjects")},
    "talents:reveal": {"key": "1"},
    "turnovers:run": {},
    "turnovers:workbook": {},
    "turnovers:undo": {"key": "1"},
    "point-objections:decide": {"key": "1"},
    **{f"duty-lists:{face}": {"key": "1"} for face in ("new-version", "put-in-force", "signing")},
    **{f"duty-boards:{face}": {"key": "1"} for face in ("screen", "sheet")},
    **{
        f"claims:{name}": {}
        for name in ("advance", "export", "grid", "import", "items", "list", "new", "overdue", "reject", "template")
    },
    **{f"claims:{name}": {} for name in ("draw", "file-quarter", "samples")},
    "claims:judge": ROW,
    **{f"claims:{name}": ROW for name in ("advance-one", "detail", "evidence", "reject-one")},
    **{
        f"claims:{name}": {"pk": "00000000-0000-4000-8000-000000000000"}
        for name in ("evidence-delete", "evidence-file")
    },
    "point-accounts:redeem": {"key": "1"},
    "point-accounts:statement": {"key": "1"},
    "point-redemptions:cancel": {"key": "1"},
    "redemption-months": {},
    **{f"closes:{name}": {} for name in ("list", "start")},
    **{
        f"closes:{name}": ROW
        for name in ("again", "changes", "confirm", "detail", "export", "notice", "publish", "reopen")
    },
    **{f"entries:{name}": {} for name in ("export", "list")},
    **{f"entries:{name}": ROW for name in ("detail", "reverse")},
    **{f"schemes:{name}": {} for name in ("list", "new")},
    **{
        f"schemes:{name}": ROW
        for name in ("compare", "detail", "drop", "edit", "print", "put-in-force", "town-items", "what-if")
    },
    **{f"what-if:{name}": {"job": "00000000-0000-4000-8000-000000000000"} for name in ("detail", "export")},
    "scores:list": {},
    "scores:years": {},
    "scores:detail": ROW,
    "scores:member": {"number": "3710830000001"},
}

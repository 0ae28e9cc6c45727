"""Roles are code: what each office in a town, a village or the county may do.

A right is `<things>.<verb>`. Seeing a person's number or phone unmasked is `members.reveal`, always with a reason.
The three administrators (系统管理员, 安全管理员, 安全审计员) are separated and hold no business right.
"""

from dataclasses import dataclass

VIEW_ALL = frozenset(
    f"{things}.view"
    for things in (
        "areas",
        "villages",
        "organizations",
        "members",
        "federations",
        "economy",
        "points",
        "duties",
        "services",
        "settings",
        "assessments",
        "marks",
    )
) | {"boards.view", "reports.view"}
ENTER = frozenset(
    f"{things}.change"
    for things in ("villages", "organizations", "members", "federations", "economy", "services", "duties")
) | {"claims.declare", "objections.change", "points.redeem", "rota.change", "marks.change"}


@dataclass(frozen=True)
class Role:
    code: str
    name: str
    rights: frozenset[str]
    scope_kinds: tuple[str, ...]
    is_administrator: bool = False


ROLES = {
    role.code: role
    for role in (
        Role("town_clerk", "镇填报人（组织干事）", VIEW_ALL | ENTER | {"reports.draft"}, ("area",)),
        Role(
            "town_reviewer",
            "镇审核人（组织委员）",
            VIEW_ALL
            | ENTER
            | {
                "claims.approve",
                "entries.reverse",
                "schemes.town_items",
                "reports.review",
                "members.reveal",
                "audit.view",
            },
            ("area",),
        ),
        Role(
            "town_signer",
            "镇签发人（党委书记）",
            VIEW_ALL | {"reports.submit", "federations.approve"},
            ("area",),
        ),
        Role(
            "county_reviewer",
            "县委组织部审核员",
            VIEW_ALL
            | ENTER
            | {
                "areas.change",
                "federations.approve",
                "federations.cross_town",
                "schemes.change",
                "schemes.town_items",
                "closes.run",
                "closes.publish",
                "closes.confirm",
                "closes.reopen",
                "objections.decide",
                "entries.reverse",
                "reports.accept",
                "assessments.change",
                "assessments.publish",
                "settings.change",
                "members.reveal",
                "audit.view",
            },
            ("area",),
        ),
        Role("county_leader", "县领导", VIEW_ALL, ("area",)),
        Role(
            "federation_secretary",
            "联合党组织书记",
            frozenset({"villages.view", "organizations.view", "members.view", "federations.view", "points.view"})
            | {
                "duties.view",
                "economy.view",
                "claims.federation_check",
                "claims.declare",
                "rota.change",
                "boards.view",
                "services.view",
                "areas.view",
                "assessments.view",
            },
            ("federation",),
        ),
        Role(
            "village_clerk",
            "村文书",
            frozenset({"villages.view", "organizations.view", "members.view", "federations.view", "points.view"})
            | {
                "villages.change",
                "duties.view",
                "duties.change",
                "economy.view",
                "economy.change",
                "services.view",
                "services.change",
                "boards.view",
                "areas.view",
                "assessments.view",
            }
            | {"claims.declare", "claims.branch_check", "objections.change", "points.redeem"},
            ("area",),
        ),
        Role(
            "area_leader",
            "包片领导/包村干部",
            frozenset(
                {
                    "areas.view",
                    "villages.view",
                    "federations.view",
                    "duties.view",
                    "economy.view",
                    "points.view",
                    "services.view",
                    "boards.view",
                    "assessments.view",
                }
            ),
            ("area", "federation"),
        ),
        Role("pairing_liaison", "结对单位联络员", frozenset({"areas.view", "villages.view"}), ("area",)),
        Role("grid_worker", "网格员", frozenset({"areas.view", "villages.view", "services.view"}), ("area",)),
        Role(
            "system_administrator",
            "系统管理员",
            frozenset({"users.change", "jobs.inspect"}),
            ("installation",),
            True,
        ),
        Role("security_administrator", "安全管理员", frozenset({"grants.change"}), ("installation",), True),
        Role("security_auditor", "安全审计员", frozenset({"security.view"}), ("installation",), True),
    )
}

ROLE_CHOICES = [(role.code, role.name) for role in ROLES.values()]


def roles_with(right: str) -> frozenset[str]:
    """Codes of the roles that hold a right."""
    return frozenset(role.code for role in ROLES.values() if right in role.rights)

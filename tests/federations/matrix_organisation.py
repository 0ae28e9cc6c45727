"""Who may do what at the addresses of how federations are organised."""

import datetime as dt
from typing import Any

from federations.actions.founding import found_federation
from federations.models import (
    DutyShift,
    DutySwap,
    Enterprise,
    Federation,
    FederationEnterprise,
    FoundingDraft,
    HelpTeam,
    JointPlan,
    LeadershipPattern,
    PlanItem,
    PlanningEvidence,
    PlanOpinion,
    Premises,
    VillageClass,
    VillageSupport,
    WeakVillage,
)
from tests.matrix.route import OWNER, POINTS, WRITERS, Route, faces, readings, row

ROTA_WRITERS = WRITERS | {"lianjian"}
ORGANISATION = (
    *faces("planning-evidence", POINTS, WRITERS),
    *faces("leadership-patterns", POINTS, WRITERS),
    *faces("village-classes", POINTS, WRITERS),
    *faces("help-teams", POINTS, WRITERS),
    *faces("federation-premises", POINTS, WRITERS),
    *faces("duty-shifts", POINTS, ROTA_WRITERS),
    *readings("duty-swaps", POINTS),
    *faces("weak-villages", POINTS, WRITERS),
    *faces("village-supports", POINTS, WRITERS),
    *faces("joint-plans", POINTS, WRITERS),
    *faces("plan-items", POINTS, WRITERS),
    *faces("plan-opinions", POINTS, WRITERS),
    *faces("federation-enterprises", POINTS, WRITERS),
    *row("federations:draft", OWNER, "drafts", OWNER, "get", "post", query="?step=1"),
    *row("federations:file", POINTS, "federations", POINTS),
    *row("federations:hand-over", WRITERS, "federations", POINTS, "get", "post"),
    *row("federations:rota", ROTA_WRITERS, "federations", POINTS, "get", "post", query="?week=2026-11-16"),
    Route("duty-shifts:week", POINTS),
    *row("duty-shifts:swap", ROTA_WRITERS, "duty-shifts", POINTS, "get", "post"),
    *row("federation-premises:checklist", WRITERS, "federation-premises", POINTS, "get", "post"),
    *row("weak-villages:accept", WRITERS, "weak-villages", POINTS, "get", "post"),
)  # fmt: skip


def put_organisation(stage: Any) -> None:
    """One row of each register in 锅上 or its federation, which a town leader leads for the time being."""
    world, rows = stage.world, stage.rows
    federation = Federation.objects.unscoped("test").get(pk=rows["federations"])
    village, day = world.village(rows["villages"]), dt.date(2026, 1, 20)
    chain = found_federation(
        by=world.user("xianji"), name="牡蛎产业链", kind="chain", mode="chain", area=federation.area, on=day,
        villages=[(village, "centre"), (world.village("371083101224"), "member")], organization_kind="chain_committee",
    )  # fmt: skip
    plan = JointPlan(federation=federation, name="连片规划", from_year=2026, to_year=2030)
    made = {
        "planning-evidence": PlanningEvidence(federation=federation, topic="location", content="沿路", on=day),
        "leadership-patterns": LeadershipPattern(federation=federation, pattern="b", valid_from=day),
        "village-classes": VillageClass(federation=chain, village=village, category="model", valid_from=day),
        "help-teams": HelpTeam(federation=federation, name="技术帮帮团", helps_with="技术", valid_from=day),
        "federation-premises": Premises(federation=federation, name="党群服务中心", state="open"),
        "duty-shifts": DutyShift(federation=federation, on=dt.date(2026, 11, 16), shift="morning", person="王平"),
        "duty-swaps": DutySwap(
            federation=federation, on=day, shift="morning", given_by="王平", taken_by="李军", swapped_on=day,
            reason="外出", by=world.user("zhenjie"),
        ),
        "weak-villages": WeakVillage(village=village, listed_on=day, problems="班子软弱"),
        "village-supports": VillageSupport(village=village, kind="unit", name="样单位", valid_from=day),
        "joint-plans": plan,
        "plan-items": PlanItem(plan=plan, name="修路", planned_to=day),
        "plan-opinions": PlanOpinion(plan=plan, on=day, who="村民", content="先修路"),
    }  # fmt: skip
    helper = Enterprise.objects.create(name="牡蛎食品公司", area_id=federation.area_id)
    made["federation-enterprises"] = FederationEnterprise(federation=chain, enterprise=helper, valid_from=day)
    rows["drafts"] = FoundingDraft.objects.create(owner=world.user("zhenjie"), typed={"1": {"name": "草拟新村"}}).pk
    plan.save()
    for slug, one in made.items():
        if one is not plan:
            one.save()
        rows[slug] = one.pk

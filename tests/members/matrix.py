"""Who may do what at the addresses of members/."""

import datetime as dt
from dataclasses import asdict
from typing import Any

from members.actions.contracts import save_results
from members.actions.duties import save_list
from members.actions.evidence import add_evidence
from members.actions.exchanges import save_exchange
from members.actions.objections import receive
from members.actions.redemptions import redeem
from members.actions.samples import draw
from members.actions.training import save_attendance, save_talent
from members.models import (
    DelegatedItem,
    DelegatedStaff,
    DutyBoard,
    PartyOrganization,
    PointClaim,
    Subject,
    Training,
    Turnover,
)
from members.points.what_if import JOB_KIND, Trial
from registers.models import Job
from tests.matrix.route import (
    CHECKERS,
    COUNTY,
    DECLARERS,
    NOBODY,
    PEOPLE,
    POINTS,
    STAFF,
    VILLAGE_WRITERS,
    WHY,
    WRITERS,
    Route,
    faces,
    readings,
    row,
)
from tests.members.points import shop
from tests.members.points import stage as points
from tests.members.points.stage import posted
from tests.members.samples_duties import add_item, review_in, signed
from tests.villages.pictures import a_photo
from tests.world import TOWN

REGISTERS = (
    *faces("party-organizations", PEOPLE, WRITERS),
    *faces("posts", PEOPLE, WRITERS),
    *faces("members", PEOPLE, WRITERS, delete=False),
    *faces("subjects", PEOPLE, WRITERS, delete=False),
    *faces("cadre-exchanges", PEOPLE, WRITERS),
    *faces("delegated-staff", PEOPLE, WRITERS),
    *faces("delegated-items", PEOPLE, WRITERS, sees=STAFF),  # a town's list: no village and no federation holds it
    *faces("talents", PEOPLE, VILLAGE_WRITERS),
    *row("talents:reveal", frozenset({"zhenshen", "xianji"}), "talents", PEOPLE, "get", "post"),
    *faces("trainings", PEOPLE, WRITERS),
    *faces("attendances", PEOPLE, WRITERS),
    *faces("point-objections", POINTS, VILLAGE_WRITERS),
    *row("point-objections:decide", COUNTY, "point-objections", POINTS, "get", "post"),
    *row("api:point-objections-decide", COUNTY, "point-objections", POINTS, "post"),
)
REDEMPTION = (
    *faces("point-goods", POINTS, VILLAGE_WRITERS),
    *readings("point-accounts", POINTS),
    *row("point-accounts:redeem", VILLAGE_WRITERS, "point-accounts", POINTS, "get", "post"),
    *row("point-accounts:statement", POINTS, "point-accounts", POINTS),
    *row("api:point-accounts-movements", POINTS, "point-accounts", POINTS),
    *readings("point-redemptions", POINTS),
    *row("point-redemptions:cancel", VILLAGE_WRITERS, "point-redemptions", POINTS, "get", "post"),
    Route("api:point-redemptions-list", VILLAGE_WRITERS, "post", given={"member_no": "0", "good": 1, "quantity": 1}),
    *row("api:point-redemptions-cancel", VILLAGE_WRITERS, "point-redemptions", POINTS, "post"),
    Route("redemption-months", POINTS),
    Route("api:point-months-list", POINTS),
)
DUTIES = (
    *(
        one
        for slug in ("duty-lists", "duty-items", "duty-contracts", "duty-reviews", "duty-results", "duty-boards")
        for one in faces(slug, POINTS, VILLAGE_WRITERS)
    ),
    *row("duty-lists:signing", VILLAGE_WRITERS, "duty-lists", POINTS, "get", "post"),
    *row("duty-lists:new-version", VILLAGE_WRITERS, "duty-lists", POINTS, "get", "post"),
    *row("duty-lists:put-in-force", VILLAGE_WRITERS, "duty-lists", POINTS, "post"),
    *row("duty-boards:sheet", POINTS, "duty-boards", POINTS),
    *row("duty-boards:screen", POINTS, "duty-boards", POINTS),
)
TURNOVERS = (
    Route("turnovers:list", PEOPLE),
    Route("turnovers:export", PEOPLE),
    Route("turnovers:columns", PEOPLE, "post"),
    Route("turnovers:views", PEOPLE, "post", given={"name": "我的"}),
    *row("turnovers:detail", STAFF, "turnovers", STAFF),
    Route("turnovers:run", WRITERS),
    Route("turnovers:run", WRITERS, "post"),
    Route("turnovers:workbook", WRITERS),
    *row("turnovers:undo", WRITERS, "turnovers", STAFF, "post"),
    Route("api:turnovers-list", PEOPLE),
    *row("api:turnovers-detail", STAFF, "turnovers", STAFF),
    Route("api:turnovers-export", PEOPLE),
    Route("api:turnovers-template", WRITERS),
    Route("api:turnovers-run", WRITERS, "post"),
    *row("api:turnovers-undo", WRITERS, "turnovers", STAFF, "post"),
)
PEOPLE_STEPS = tuple(
    route
    for slug in ("members", "subjects")
    for route in (
        *row(f"{slug}:transfer", WRITERS, slug, PEOPLE, "get", "post"),
        Route(f"{slug}:bulk-transfer", WRITERS, "post"),
        Route(f"api:{slug}-bulk-transfer", WRITERS, "post", given={"ids": ["0"], "village_code": "371083101224"}),
        *row(f"{slug}:leave", WRITERS, slug, PEOPLE, "get", "post"),
        *row(f"api:{slug}-transfer", WRITERS, slug, PEOPLE, "post", given={"village_code": "371083101224"}),
        # A household is no person: there is nothing to reveal.
        *row(f"{slug}:reveal", {"members": frozenset({"zhenshen", "xianji"})}.get(slug, NOBODY), slug, PEOPLE,
             "get", "post"),
    )
)  # fmt: skip
CLAIM = {
    "member_no": "0",
    "item_code": "A01",
    "quantity": 1,
    "occurred_on": "2026-09-01",
    "reason": "",
    "source_ref": "x",
}
CLOSE = {"area_code": "371083", "quarter": "2026Q3"}
TOWN_ITEMS = frozenset({"zhenshen", "xianji"})
POINT_PAGES = (
    Route("claims:list", POINTS),
    Route("claims:export", POINTS),
    Route("claims:overdue", POINTS),
    Route("claims:samples", POINTS),
    Route("claims:draw", COUNTY, "post", given={"county": "371083", "quarter": "2026Q3", "size": "1"}),
    Route("claims:file-quarter", COUNTY, "post", given={"file_town": TOWN, "quarter": "2026Q3"}),
    # A town's list: no village and no federation holds it.
    *row("claims:judge", COUNTY, "sample", POINTS - {"cunji", "lianjian"}, "post", given={"outcome": "true"}),
    Route("claims:new", DECLARERS),
    Route("claims:new", DECLARERS, "post"),
    Route("claims:items", DECLARERS),
    Route("claims:grid", DECLARERS),
    Route("claims:grid", DECLARERS, "post"),
    Route("claims:import", DECLARERS),
    Route("claims:import", DECLARERS, "post"),
    Route("claims:template", DECLARERS),
    Route("claims:advance", CHECKERS, "post"),
    Route("claims:reject", CHECKERS, "post"),
    *row("claims:detail", POINTS, "claims", POINTS),
    # The claim waits for the branch; the town's step covers earlier ones here, the federation's does not.
    *row("claims:advance-one", frozenset({"cunji", "zhenshen"}), "claims", POINTS, "post"),
    *row("claims:reject-one", frozenset({"cunji", "zhenshen", "zhenjie"}), "claims", POINTS, "post", given=WHY),
    *row("claims:evidence", DECLARERS, "claims", POINTS, "post"),
    *row("claims:evidence-file", POINTS, "evidence", POINTS),
    *row("claims:evidence-delete", frozenset({"zhenjie"}), "evidence", POINTS, "post"),  # her own
    Route("entries:list", POINTS),
    Route("entries:export", POINTS),
    *row("entries:detail", POINTS, "entries", POINTS),
    *row("entries:reverse", frozenset({"zhenshen", "xianji"}), "entries", POINTS, "post", given=WHY),
    Route("closes:list", POINTS),
    Route("closes:start", COUNTY, "post", given={"county": "371083", "quarter": "2026Q3"}),
    *row("closes:detail", POINTS, "closes", POINTS, shared=True),
    *row("closes:export", POINTS, "closes", POINTS, shared=True),
    *row("closes:notice", POINTS, "closes:posted", POINTS, shared=True),
    *row("closes:changes", POINTS, "closes:second", POINTS, shared=True),
    *row("closes:again", COUNTY, "closes", POINTS, "post", shared=True),
    *row("closes:publish", COUNTY, "closes", POINTS, "post", shared=True),
    *row("closes:confirm", COUNTY, "closes", POINTS, "post", shared=True),
    *row("closes:reopen", COUNTY, "closes", POINTS, "post", shared=True, given=WHY),
    Route("scores:list", POINTS),
    Route("scores:years", POINTS),
    *row("scores:detail", POINTS, "scores", POINTS),
    *row("scores:member", POINTS, "scores:member", POINTS),
    Route("schemes:list", POINTS),
    *row("schemes:detail", POINTS, "schemes", POINTS, shared=True),
    *row("schemes:compare", POINTS, "schemes", POINTS, shared=True),
    *row("schemes:print", POINTS, "schemes", POINTS, shared=True),
    Route("schemes:new", COUNTY),
    Route("schemes:new", COUNTY, "post"),
    *row("schemes:edit", COUNTY, "schemes", POINTS, "get", "post", shared=True),
    *row("schemes:put-in-force", COUNTY, "schemes", POINTS, "post", shared=True),
    *row("schemes:drop", COUNTY, "schemes", POINTS, "post", shared=True),
    *row("schemes:town-items", TOWN_ITEMS, "schemes", POINTS, "get", "post", shared=True),
    *row("schemes:what-if", COUNTY, "schemes", POINTS, "get", "post", shared=True),
    *row("what-if:detail", COUNTY, "what-if", COUNTY),  # the starter's own
    *row("what-if:export", COUNTY, "what-if", COUNTY),
)
POINT_API = (
    Route("api:point-schemes-list", POINTS),
    Route("api:point-schemes-list", COUNTY, "post"),
    *row("api:point-schemes-detail", POINTS, "schemes", POINTS, shared=True),
    *row("api:point-schemes-detail", COUNTY, "schemes", POINTS, "put", "patch", "delete", shared=True),
    *row("api:point-schemes-put-in-force", COUNTY, "schemes", POINTS, "post", shared=True),
    *row("api:point-schemes-what-if", COUNTY, "schemes", POINTS, "post", shared=True),
    *row("api:point-schemes-compare", POINTS, "schemes", POINTS, shared=True),
    *row("api:point-schemes-town-items", TOWN_ITEMS, "schemes", POINTS, "put", shared=True),
    Route("api:point-claims-list", POINTS),
    Route("api:point-claims-list", DECLARERS, "post", given=CLAIM),
    Route("api:point-claims-bulk-advance", CHECKERS, "post", given={"ids": [1]}),
    Route("api:point-claims-import-workbook", DECLARERS, "post"),
    Route("api:point-claims-template", DECLARERS),
    *row("api:point-claims-detail", POINTS, "claims", POINTS),
    *row("api:point-claims-advance", frozenset({"cunji", "zhenshen"}), "claims", POINTS, "post"),
    *row("api:point-claims-reject", frozenset({"cunji", "zhenshen", "zhenjie"}), "claims", POINTS, "post", given=WHY),
    *row("api:point-claims-evidence", POINTS, "claims", POINTS),
    *row("api:point-claims-evidence", DECLARERS, "claims", POINTS, "post"),
    *row("api:claim-evidence-detail", POINTS, "evidence", POINTS),
    *row("api:claim-evidence-detail", frozenset({"zhenjie"}), "evidence", POINTS, "delete"),
    *row("api:claim-evidence-file", POINTS, "evidence", POINTS),
    Route("api:point-entries-list", POINTS),
    *row("api:point-entries-detail", POINTS, "entries", POINTS),
    *row("api:point-entries-reverse", frozenset({"zhenshen", "xianji"}), "entries", POINTS, "post", given=WHY),
    Route("api:quarter-closes-list", POINTS),
    Route("api:quarter-closes-list", COUNTY, "post", given=CLOSE),
    *row("api:quarter-closes-detail", POINTS, "closes", POINTS, shared=True),
    *row("api:quarter-closes-publish", COUNTY, "closes", POINTS, "post", shared=True),
    *row("api:quarter-closes-confirm", COUNTY, "closes", POINTS, "post", shared=True),
    *row("api:quarter-closes-reopen", COUNTY, "closes", POINTS, "post", shared=True, given=WHY),
    Route("api:quarter-scores-list", POINTS),
    Route("api:claim-samples-list", POINTS),
    Route("api:claim-samples-list", COUNTY, "post", given=CLOSE | {"size": 1}),
    *row("api:claim-samples-detail", POINTS - {"cunji", "lianjian"}, "sample", POINTS - {"cunji", "lianjian"}),
    *row("api:claim-samples-judge", COUNTY, "sample", POINTS - {"cunji", "lianjian"}, "post"),
    Route("api:claim-samples-towns", POINTS, query="?quarter=2026Q3"),
    Route("api:quarter-filings-list", POINTS),
    Route("api:quarter-filings-list", COUNTY, "post", given={"town_code": TOWN, "quarter": "2026Q3"}),
)
ROUTES = (*REGISTERS, *REDEMPTION, *DUTIES, *TURNOVERS, *PEOPLE_STEPS, *POINT_PAGES, *POINT_API)


def put(stage: Any) -> None:
    """A trial of a scheme; a cadre, a delegate, an item, a talent, a training with one who came, an objection."""
    world, rows = stage.world, stage.rows
    county, village, day = world.user("xianji"), world.village("371083101223"), dt.date(2026, 3, 1)
    branch = PartyOrganization.objects.unscoped("test").get(pk=rows["party-organizations"])
    rows["cadre-exchanges"] = save_exchange(
        by=county, name="王建国", from_village=village, to_village=world.village("371083101224"),
        direction="strong_to_weak", kind="post", valid_from=day,
    ).pk  # fmt: skip
    rows["delegated-staff"] = DelegatedStaff.objects.create(organization=branch, name="于海", valid_from=day).pk
    item = DelegatedItem.objects.create(
        town_id=TOWN, name="高龄津贴初审", category="service", basis="清单", delegated_on=day
    )
    rows["delegated-items"] = item.pk
    talent = save_talent(by=county, village=village, name="宋丽华", category="craft", phone="13963110001")
    rows["talents"] = str(talent.pk)
    empty = {"created": {}, "ended": {}, "changed": {}, "removed": []}
    rows["turnovers"] = Turnover.objects.create(area_id=TOWN, on=day, by=county, effects=empty).pk
    training = Training.objects.create(
        title="剪纸课", kind="skill", area_id=village.pk, organization=branch, held_on=day
    )
    rows["trainings"] = training.pk
    came = {"training": training, "village_code": village, "name": "李海燕"}
    rows["attendances"] = save_attendance(by=county, items=[(came, None)])[0].pk
    secretary = Subject.objects.unscoped("test").get(number=rows["members"])
    claim = PointClaim.objects.unscoped("test").get(pk=rows["claims"])
    rows["evidence"] = str(add_evidence(by=world.user("zhenjie"), claim=claim, uploads=[a_photo()])[0].pk)
    (sample,) = draw(by=county, county="371083", quarter="2026Q3", size=1, seed=1)
    rows["sample"] = sample.pk
    rows["closes:posted"] = posted(world, "2023Q4", secretary).pk
    points.approved(world, secretary, "A02")
    rows["closes:second"] = points.closed(county).pk
    rows["point-objections"] = receive(
        by=world.user("zhenshen"), objection=None, quarter="2023Q4", subject=secretary, received_on=day,
        content="少记了一次志愿服务",
    ).pk  # fmt: skip
    trial = asdict(Trial(quarter="2026Q3", close=rows["closes"], grades_then=[], grades_now=[]))
    result = {"scheme": rows["schemes"], "written": "2026-10-01T00:00:00+08:00", "trials": [trial]}
    tried = Job.objects.create(kind=JOB_KIND, title="试算比较", owner=county, state=Job.State.DONE, result=result)
    rows["what-if"] = str(tried.pk)
    house = shop.household("371083H00001", village.pk, name="于海")
    shop.credited(world, house, 500)
    soap = shop.good(village.pk)
    rows["point-goods"], rows["point-accounts"] = soap.pk, house.number
    rows["point-redemptions"] = redeem(by=world.user("cunji"), subject=house, good=soap, quantity=1).pk
    put_duties(stage)


def put_duties(stage: Any) -> None:
    """A draft with an affair, a contract on a list in force with its review and result, a board."""
    world, rows, village = stage.world, stage.rows, stage.world.village("371083101223")
    draft = save_list(
        by=world.user("xianji"), area=village.area, name="锅上村民户责任清单（第 2 版）", subject_kind="household",
        valid_from=dt.date(2026, 6, 1),
    )  # fmt: skip
    rows["duty-lists"], rows["duty-items"] = draft.pk, add_item(world, draft).pk
    contract = signed(world, village, "于成")
    rows["duty-contracts"] = contract.pk
    review = review_in(world, village, "上半年评约")
    rows["duty-reviews"] = review.pk
    facts = {"review": review, "member_no": contract.subject, "result": "kept"}
    rows["duty-results"] = save_results(by=world.user("xianji"), items=[(facts, None)])[0].pk
    rows["duty-boards"] = DutyBoard.objects.create(village=village).pk

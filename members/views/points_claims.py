"""Claims (申报): the list with 待我办理, one claim with its steps, and moving it."""

import datetime as dt
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from lianjian import areacodes
from lianjian.periods import quarter_of
from members.access import reaches
from members.actions import claims as actions
from members.claim_import.identity import is_told
from members.models import PointClaim, PointEntry
from members.points.duplicates import Duplicate, duplicates_of
from members.queries.point_claims import SHOWN, claims_waiting_for, has_a_step, siblings_of
from members.queries.point_deadlines import Deadlines
from members.queries.point_items import ItemBook, counties_of
from members.views import evidence_parts
from members.views import points_base as base
from members.views.claim_filters import ClaimFilters, all_of
from registers import reading
from registers.pages.parts import Action, Notice, RelatedTable
from registers.pages.present import link_to, moment

TITLE = "积分申报"
DECLARE = "claims.declare"
TONES = {
    PointClaim.State.DECLARED: "waiting",
    PointClaim.State.BRANCH_CHECKED: "waiting",
    PointClaim.State.FEDERATION_CHECKED: "info",
    PointClaim.State.APPROVED: "done",
    PointClaim.State.REJECTED: "late",
}
OVERDUE = "overdue"
BY_DUE_DATE = ("mine", OVERDUE)  # tabs whose claims all wait: the oldest first


class ClaimList(base.PointsList):
    ordering = ("-pk",)
    primary = ("q", "area", "state", "quarter")
    kept = ("tab",)

    def get(self, request: HttpRequest) -> HttpResponse:
        book = ItemBook.of(counties_of(self.scope))
        form = ClaimFilters(request.GET, scope=self.scope, book=book)
        waiting = claims_waiting_for(self.user)
        has_step = has_a_step(self.user)
        tab = request.GET.get("tab") or ("mine" if has_step else "all")
        mine = tab == "mine"
        deadlines = Deadlines()
        late = deadlines.overdue(counties_of(self.scope))
        if tab in BY_DUE_DATE and "state" in form.fields:
            del form.fields["state"]
        form.fields["tab"] = forms.CharField(required=False, widget=forms.HiddenInput(), initial=tab)
        seen = PointClaim.objects.visible_to(self.user)
        rows = waiting if mine else seen.filter(late) if tab == OVERDUE else seen
        rows = form.narrowed(rows).select_related("subject", "village", "declared_by")
        page, context = self.listed(rows, form, ("waiting_since", "pk") if tab in BY_DUE_DATE else ())
        heads = self.heads(tab)
        doubted = duplicates_of(page.rows)
        may_declare = self.user.can(DECLARE)
        context |= {
            "register": {"title": TITLE, "empty_text": self.empty_text(mine, may_declare)},
            "breadcrumbs": self.crumbs((TITLE, "")),
            "overdue_url": reverse("claims:overdue") if tab == OVERDUE else "",
            "tabs": self.tabs(tab, waiting if has_step else None, seen.filter(late)),
            "columns": heads,
            "rows": [claim_row(heads, claim, book, deadlines, doubted.get(at)) for at, claim in enumerate(page.rows)],
            "can_add": may_declare,
            "empty_step": {"label": "查看全部申报", "url": "?tab=all"} if mine else None,
            "urls": {
                "new": reverse("claims:new"),
                "grid": reverse("claims:grid") if may_declare else "",
                "import": reverse("claims:import"),
                "template": reverse("claims:template"),
                "export": reverse("claims:export"),
                "clear": f"?tab={tab}",
            },
            "bulk_actions": self.bulk_actions() if mine and page.rows else None,
            "chosen_all": all_of(rows) if mine and (page.next or page.previous) else "",
            "return_query": request.GET.urlencode(),
        }
        return self.page("members/points/claims.html", context)

    def heads(self, tab: str) -> list[dict]:
        """What stands in sight without moving the table: where all is one's own to do, not whose it is; of what waits
        a phone shows by when."""
        by_date = tab in BY_DUE_DATE
        head = base.head
        made = [
            head("name", "姓名", main=True),
            head("village", "村居", css="name"),
            head("item", "积分项目", main=True),
            head("quantity", "数量", css="num"),
            head("points", "分值", css="num", unit="分"),
            head("occurred_on", "发生日期", css="date"),
            head("reason", "事由"),
            head("state", "状态", main=not by_date),
            head("doubt", "提醒", meaning="同一人、同一天、同一项目另有没有驳回的申报"),
            head("due", "应办日期", css="date", main=by_date),
            head("owner", "应由谁办"),
            head("declared_by", "申报人", css="quiet"),
        ]
        return [one for one in made if not (tab == "mine" and one["key"] == "owner")]

    def empty_text(self, mine: bool, may_declare: bool) -> str:
        if mine:
            return "没有等您办理的申报。"
        return "还没有积分申报。可以逐条申报，也可以下载模板后用 Excel 导入。" if may_declare else "还没有积分申报。"

    def tabs(self, tab: str, waiting: QuerySet | None, late: QuerySet) -> list[dict[str, Any]]:
        filters = self.query("tab", "state")
        tail = f"&{filters}" if filters else ""
        made = []
        for name, title, rows in (("mine", "待我办理", waiting), (OVERDUE, "逾期", late), ("all", "全部", None)):
            if name == "mine" and rows is None:
                continue
            count = reading.capped_count(rows) if rows is not None else 0
            made.append(
                {"title": title, "url": f"?tab={name}{tail}", "active": tab == name,
                 "badge": reading.count_text(count) if count else ""}
            )  # fmt: skip
        return made

    def bulk_actions(self) -> list[dict[str, str]]:
        return [
            {"label": "通过", "url": reverse("claims:advance"), "tone": "primary"},
            {"label": "驳回", "url": reverse("claims:reject"), "tone": ""},
        ]


def claim_row(
    heads: list[dict], claim: PointClaim, book: ItemBook, deadlines: Deadlines, doubt: Duplicate | None = None
) -> dict[str, Any]:
    """`doubt`: another claim that seems to tell the same fact."""
    due = deadlines.due(claim)
    item = book.item(claim)
    worth = claim.quantity * item.points if item else None
    doubted = doubt and claim.state != PointClaim.State.REJECTED
    cells = {
        "name": claim.subject.name,
        "village": claim.village.name,
        "item": item.name if item else claim.item_code,
        "quantity": claim.quantity,
        "points": base.signed(worth),
        "occurred_on": claim.occurred_on.isoformat(),
        "reason": claim.reason,
        "state": state_cell(claim),
        "doubt": {"text": "疑似重复", "tone": "late"} if doubted else "",
        "due": due_cell(due, deadlines.is_overdue(claim)),
        "owner": deadlines.owner(claim.village_id, claim.state) if due else "",
        "declared_by": claim.declared_by.name,
    }
    return base.row(
        heads,
        [cells[one["key"]] for one in heads],
        url=reverse("claims:detail", args=[claim.pk]),
        pk=claim.pk,
    )


def state_cell(claim: PointClaim) -> dict[str, str]:
    return {"text": claim.get_state_display(), "tone": TONES[PointClaim.State(claim.state)]}


def due_cell(due: dt.date | None, is_late: bool) -> Any:
    """The day by which the next step is due; marked where it has passed."""
    if due is None:
        return ""
    return {"text": f"{due.isoformat()} 逾期", "tone": "late"} if is_late else due.isoformat()


class ClaimView(base.PointsView):
    """What pages of one claim share."""

    def claim(self, pk: int) -> PointClaim:
        rows = PointClaim.objects.visible_to(self.user)
        found = rows.select_related("subject", "subject__person", "village", "declared_by").filter(pk=pk).first()
        if found is None:
            raise Http404
        return found

    def is_mine(self, claim: PointClaim) -> bool:
        return claims_waiting_for(self.user).filter(pk=claim.pk).exists()


class ClaimDetail(ClaimView):
    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        claim = self.claim(pk)
        mine = self.is_mine(claim)
        return self.page("members/points/claim.html", self.context(claim, mine))

    def context(self, claim: PointClaim, mine: bool) -> dict[str, Any]:
        book = ItemBook.of([areacodes.county_of(claim.village_id)])
        item = book.item(claim)
        worth = claim.quantity * item.points if item else None
        actions_here = []
        if mine:
            actions_here.append(
                Action(
                    "通过", reverse("claims:advance-one", args=[claim.pk]), method="post", tone="primary", icon="check"
                )
            )
        return {
            "breadcrumbs": self.crumbs((TITLE, reverse("claims:list")), (f"{claim.subject.name}的申报", "")),
            "claim": claim,
            "object_title": f"{claim.subject.name}：{item.name if item else claim.item_code}",
            "status": state_cell(claim),
            "key_facts": [
                ("村居", claim.village.name),
                ("发生日期", claim.occurred_on.isoformat()),
                ("分值", f"{base.signed(worth)} 分" if worth is not None else "办法中没有这个项目"),
                *self.deadline(claim),
            ],
            "actions": actions_here,
            "notices": self.notices(claim),
            "fact_groups": [{"title": "", "facts": base.with_facts(self.facts(claim, item))}],
            "related": [self.others(claim, book)],
            **evidence_parts.shown(claim, self.user),
            "history": self.steps(claim),
            "reject_url": reverse("claims:reject-one", args=[claim.pk]) if mine or self.may_reject(claim) else "",
            "reject_word": "驳回" if mine or claim.declared_by_id != self.user.pk else "撤回",
        }

    def deadline(self, claim: PointClaim) -> list[tuple[str, str]]:
        """Whose step it is and by when, while the claim is open."""
        deadlines = Deadlines()
        due = deadlines.due(claim)
        if due is None:
            return []
        late = "（逾期）" if deadlines.is_overdue(claim) else ""
        return [(f"应由{deadlines.owner(claim.village_id, claim.state)}办理", f"{due.isoformat()} 前{late}")]

    def notices(self, claim: PointClaim) -> list[Notice]:
        """What a checker should know before he goes on."""
        made = []
        if claim.state in PointClaim.OPEN_STATES and claim.declared_by_id == self.user.pk and has_a_step(self.user):
            told = "这条是您自己申报的，要由另一位有权限的同志办理。"
            if claim.state == PointClaim.State.DECLARED:
                told += "支部没有别人的，请撤回后由镇里申报，或请县里在设置中开启“镇审定可一并办理前面的步骤”。"
            made.append(Notice(told, "info"))
        if claim.corrects is not None:
            original = reverse("entries:detail", args=[claim.corrects])
            made.append(Notice(f"这一条更正已冲销的第 {claim.corrects} 号记录。", "info", original, "查看原记录"))
        if claim.state != PointClaim.State.REJECTED and (doubt := duplicates_of([claim]).get(0)) and doubt.claim:
            address = reverse("claims:detail", args=[doubt.claim.pk])
            made.append(Notice(f"疑似重复：{doubt.message}。", "late", address, f"查看第 {doubt.claim.pk} 号"))
        return made

    def may_reject(self, claim: PointClaim) -> bool:
        """The town at any time; who declared it, as long as nobody checked it."""
        if claim.state not in PointClaim.OPEN_STATES:
            return False
        own = claim.declared_by_id == self.user.pk and claim.state == PointClaim.State.DECLARED
        return own or reaches(self.user.scope_for("claims.approve"), claim.village_id)

    def facts(self, claim: PointClaim, item: Any) -> list[tuple[str, Any]]:
        entry = None
        if claim.state == PointClaim.State.APPROVED:
            entries = PointEntry.objects.visible_to(self.user).filter(settle_quarter=claim.settle_quarter)
            entry = entries.filter(claim=claim.pk).values_list("pk", flat=True).first()
        return [
            ("积分对象", {"value": claim.subject.name, "url": link_to(claim.subject, self.user)}),
            ("编号", claim.subject.number),
            ("类别", claim.subject.get_kind_display()),
            ("积分项目", f"{item.name}（{claim.item_code}）" if item else claim.item_code),
            ("每次分值", {"value": base.signed(item.points) if item else "", "unit": "分"}),
            ("数量", claim.quantity),
            ("事由", {"value": claim.reason, "wide": len(claim.reason) > 40}),  # noqa: PLR2004 -- a long line
            ("来源编号", claim.source_ref if is_told(claim.source_ref) else ""),
            ("申报人", claim.declared_by.name),
            ("申报时间", moment(claim.created_at)),
            ("结算季度", base.quarter_label(claim.settle_quarter) if claim.settle_quarter else ""),
            (
                "积分记录",
                {"value": f"第 {entry} 号", "url": reverse("entries:detail", args=[entry])} if entry else {"value": ""},
            ),
        ]

    def steps(self, claim: PointClaim) -> list[dict[str, Any]]:
        states = dict(PointClaim.State.choices)
        return [
            {
                "when": moment(step.at),
                "who": step.by.name,
                "what": states.get(step.to_state, step.to_state),
                "reason": step.reason,
            }
            for step in claim.steps.select_related("by").order_by("-pk")
        ]

    def others(self, claim: PointClaim, book: ItemBook) -> RelatedTable:
        heads = [
            base.head("item", "积分项目", main=True),
            base.head("occurred_on", "发生日期", css="date", main=True),
            base.head("quantity", "数量", css="num"),
            base.head("reason", "事由"),
            base.head("state", "状态", main=True),
        ]
        found = list(siblings_of(claim, self.user).select_related("subject")[: SHOWN + 1])
        rows = [
            base.row(
                heads,
                [book.name(other), other.occurred_on.isoformat(), other.quantity, other.reason, state_cell(other)],
                url=reverse("claims:detail", args=[other.pk]),
            )
            for other in found[:SHOWN]
        ]
        query = urlencode({"tab": "all", "q": claim.subject.number})
        return RelatedTable(
            "同一人当天或本季度同项目的其他申报",
            heads,
            rows,
            all_url=f"{reverse('claims:list')}?{query}" if len(found) > SHOWN else "",
            empty="没有其他申报。",
        )


class AdvanceOne(ClaimView):
    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        claim = self.claim(pk)
        moved = actions.advance(claim=claim, by=self.user)
        late = late_fact(moved)
        messages.success(request, f"已通过“{claim.subject.name}”的申报，现在是“{moved.get_state_display()}”{late}。")
        return redirect("claims:detail", pk=pk)

    def came_from(self) -> str:
        return reverse("claims:detail", args=[self.kwargs["pk"]])


def late_fact(claim: PointClaim) -> str:
    """Where an approved fact settles later than in its own quarter, in words (rule 2)."""
    own = str(quarter_of(claim.occurred_on))
    if claim.settle_quarter in ("", None, own):
        return ""
    return f"；{base.quarter_label(own)}已经公示，计入{base.quarter_label(claim.settle_quarter)}"


class RejectOne(ClaimView):
    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        claim = self.claim(pk)
        actions.reject(claim=claim, by=self.user, reason=request.POST.get("reason", ""))
        messages.success(request, f"已驳回“{claim.subject.name}”的申报。")
        return redirect("claims:detail", pk=pk)

    def came_from(self) -> str:
        return reverse("claims:detail", args=[self.kwargs["pk"]])

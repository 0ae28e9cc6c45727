"""The ledger (积分记录), read-only: an entry and its reversal stand together; a reversal needs a reason."""

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from members.access import reaches
from members.actions.entries import reverse_entry
from members.models import PointClaim, PointEntry, PointQuarter
from members.queries.point_corrections import Replacement, replacements_of
from members.queries.point_items import ItemBook, counties_of
from members.views import points_base as base
from members.views.claim_filters import item_choices
from registers.pages.parts import Notice
from registers.pages.present import link_to, moment

TITLE = "积分记录"
RIGHT = "entries.reverse"


class EntryFilters(base.PlaceFilters):
    item = forms.ChoiceField(label="积分项目", required=False)
    quarter = forms.ChoiceField(label="结算季度", required=False)
    reversed = forms.ChoiceField(label="冲销", required=False)

    def __init__(self, data: Any, *, scope: Any, book: ItemBook) -> None:
        super().__init__(data, scope=scope)
        self.fields["quarter"].choices = [("", "全部"), *base.quarter_choices()]  # type: ignore[attr-defined]
        self.fields["item"].choices = [("", "全部"), *item_choices(book, scope)]  # type: ignore[attr-defined]
        self.fields["reversed"].choices = [("", "全部"), ("yes", "只看冲销过的")]  # type: ignore[attr-defined]

    def narrowed(self, rows: QuerySet) -> QuerySet:
        rows = super().narrowed(rows)
        if quarter := self.value("quarter"):
            rows = rows.filter(settle_quarter=quarter)
        if item := self.value("item"):
            rows = rows.filter(item_code=item)
        if self.value("reversed"):
            undone = PointEntry.objects.unscoped("compared with guarded rows").filter(reverses__isnull=False)
            rows = rows.filter(pk__in=undone.values("reverses"))
        return rows


class EntryList(base.PointsList):
    ordering = ("-pk",)
    primary = ("q", "area", "quarter", "item")

    def get(self, request: HttpRequest) -> HttpResponse:
        book = ItemBook.of(counties_of(self.scope))
        form = EntryFilters(request.GET, scope=self.scope, book=book)
        rows = form.narrowed(PointEntry.objects.visible_to(self.user).filter(reverses__isnull=True))
        page, context = self.listed(rows.select_related("subject", "village", "created_by"), form)
        reversals = reversals_of(self.user, page.rows)
        replaced = replacements_of(list(reversals), self.user)
        head = base.head
        heads = [
            head("name", "姓名", main=True),
            head("village", "村居", css="name"),
            head("item", "积分项目", main=True),
            head("quantity", "数量", css="num"),
            head("points", "分数", css="num", unit="分", main=True),
            head("occurred_on", "发生日期", css="date"),
            head("quarter", "结算季度"),
            head("reason", "事由"),
            head("state", "冲销"),
        ]
        lines = []
        for entry in page.rows:
            reversal = reversals.get(entry.pk)
            lines.append(entry_row(heads, entry, book, reversed_by=reversal))
            if reversal is not None:
                lines.append(reversal_row(heads, entry, reversal))
            if entry.pk in replaced:
                lines.append(replacement_row(heads, entry, replaced[entry.pk], book))
        context |= {
            "register": {"title": TITLE, "empty_text": "还没有积分记录。申报经镇审定后就会记在这里。"},
            "breadcrumbs": self.crumbs((TITLE, "")),
            "columns": heads,
            "rows": lines,
            "urls": {"clear": "?", "export": reverse("entries:export")},
        }
        return self.page("registers/list.html", context)


def reversals_of(user: Any, entries: list[PointEntry]) -> dict[int, PointEntry]:
    """The reversal of each entry that has one; one query."""
    quarters = {entry.settle_quarter for entry in entries}
    rows = PointEntry.objects.visible_to(user).filter(
        settle_quarter__in=quarters, reverses__in=[entry.pk for entry in entries]
    )
    return {row.reverses: row for row in rows.select_related("created_by") if row.reverses is not None}


def entry_row(heads: list[dict], entry: PointEntry, book: ItemBook, *, reversed_by: PointEntry | None) -> dict:
    return base.row(
        heads,
        [
            entry.subject.name, entry.village.name, book.name(entry), entry.quantity, base.signed(entry.points),
            entry.occurred_on.isoformat(), base.quarter_label(entry.settle_quarter), entry.reason,
            {"text": "已冲销", "tone": "late"} if reversed_by else "",
        ],
        url=reverse("entries:detail", args=[entry.pk]),
        pk=entry.pk,
    )  # fmt: skip


def reversal_row(heads: list[dict], entry: PointEntry, reversal: PointEntry) -> dict:
    """The reversal under its entry."""
    return base.row(
        heads,
        [
            f"└ 冲销 {entry.subject.name}", "", f"冲销第 {entry.pk} 号", reversal.quantity,
            base.signed(reversal.points), moment(reversal.created_at), base.quarter_label(reversal.settle_quarter),
            reversal.reason, {"text": f"{reversal.created_by.name}", "tone": ""},
        ],
        url=reverse("entries:detail", args=[entry.pk]),
    )  # fmt: skip


def replacement_row(heads: list[dict], entry: PointEntry, made: Replacement, book: ItemBook) -> dict:
    """What was declared in place of a reversed entry, under the two."""
    claim, new = made.claim, made.entry
    quarter = base.quarter_label(new.settle_quarter) if new else ""
    return base.row(
        heads,
        [
            f"└ 更正 {entry.subject.name}", "", book.name(claim), claim.quantity,
            base.signed(new.points) if new else "", claim.occurred_on.isoformat(), quarter, claim.reason,
            f"第 {new.pk} 号" if new else {"text": f"更正{claim.get_state_display()}", "tone": "waiting"},
        ],
        url=correction_url(made),
    )  # fmt: skip


def correction_url(made: Replacement) -> str:
    """The page of the new entry, or of its claim as long as there is none."""
    if made.entry is not None:
        return reverse("entries:detail", args=[made.entry.pk])
    return reverse("claims:detail", args=[made.claim.pk])


class EntryView(base.PointsView):
    def entry(self, pk: int) -> PointEntry:
        rows = PointEntry.objects.visible_to(self.user).select_related("subject", "village", "created_by", "scheme")
        found = rows.filter(pk=pk).first()
        if found is None:
            raise Http404
        return found


class EntryDetail(EntryView):
    """One entry with its reversal; the address of a reversal leads to its entry."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        entry = self.entry(pk)
        if entry.reverses is not None:
            return redirect("entries:detail", pk=entry.reverses)
        reversal = reversals_of(self.user, [entry]).get(entry.pk)
        made = replacements_of([entry.pk], self.user).get(entry.pk) if reversal else None
        book = ItemBook.of([entry.county_code])
        name = book.name(entry)
        gate = PointQuarter.objects.filter(county_code=entry.county_code, quarter=entry.settle_quarter).first()
        is_open = gate is None or gate.state == PointQuarter.State.OPEN
        may_reverse = reversal is None and reaches(self.user.scope_for(RIGHT), entry.village_id)
        label = base.quarter_label(entry.settle_quarter)
        worth = f"{base.signed(entry.points)} 分"
        notices = []
        if may_reverse and not is_open:
            notices.append(Notice(f"{label}已经公示或审定，要冲销请先由县里重新打开。", "info"))
        if reversal is not None:
            notices.append(Notice(f"已于 {moment(reversal.created_at)} 冲销，两条都不计分。", "waiting"))
        groups = [{"title": "", "facts": base.with_facts(self.facts(entry, name))}]
        if reversal is not None:
            groups.append({"title": "冲销", "facts": base.with_facts(self.reversal_facts(reversal))})
        if made is not None:
            groups.append({"title": "更正", "facts": base.with_facts(self.replacement_facts(made, book))})
        if corrected := self.corrected(entry):
            notices.append(Notice(f"这一条更正第 {corrected} 号。", "info", self.url_of(corrected), "查看原记录"))
        context = {
            "breadcrumbs": self.crumbs((TITLE, reverse("entries:list")), (f"第 {entry.pk} 号", "")),
            "object_title": f"{entry.subject.name}：{name}",
            "object_code": f"第 {entry.pk} 号",
            "status": {"text": "已冲销", "tone": "late"} if reversal else {"text": "有效", "tone": "done"},
            "key_facts": [
                ("分数", f"{base.signed(entry.points)} 分"),
                ("结算季度", label),
                ("村居", entry.village.name),
            ],
            "notices": notices,
            "fact_groups": groups,
            "reverse_url": reverse("entries:reverse", args=[entry.pk]) if may_reverse and is_open else "",
            "reverse_confirm": f"冲销“{entry.subject.name}”的“{name}”（{worth}）？冲销不能撤回。",
            "correct_url": "" if made else self.correct_url(entry, reversal),
        }
        return self.page("members/points/entry.html", context)

    def facts(self, entry: PointEntry, name: str) -> list[tuple[str, Any]]:
        return [
            ("积分对象", {"value": entry.subject.name, "url": link_to(entry.subject, self.user)}),
            ("编号", entry.subject.number),
            ("积分项目", f"{name}（{entry.item_code}）"),
            ("数量", entry.quantity),
            ("分数", {"value": base.signed(entry.points), "unit": "分"}),
            ("发生日期", entry.occurred_on.isoformat()),
            ("事由", {"value": entry.reason, "wide": len(entry.reason) > 40}),  # noqa: PLR2004 -- a long line
            ("计分版本", {"value": str(entry.scheme), "url": reverse("schemes:detail", args=[entry.scheme_id])}),
            ("申报", {"value": f"第 {entry.claim_id} 条", "url": reverse("claims:detail", args=[entry.claim_id])}
             if entry.claim_id else ""),
            ("记账人", entry.created_by.name),
            ("记账时间", moment(entry.created_at)),
        ]  # fmt: skip

    def reversal_facts(self, reversal: PointEntry) -> list[tuple[str, Any]]:
        return [
            ("冲销记录", f"第 {reversal.pk} 号"),
            ("分数", {"value": base.signed(reversal.points), "unit": "分"}),
            ("原因", {"value": reversal.reason, "wide": len(reversal.reason) > 40}),  # noqa: PLR2004 -- a long line
            ("经办人", reversal.created_by.name),
            ("时间", moment(reversal.created_at)),
        ]

    def replacement_facts(self, made: Replacement, book: ItemBook) -> list[tuple[str, Any]]:
        """What was declared in place of the entry, and how far it is."""
        claim, new = made.claim, made.entry
        told = f"第 {new.pk} 号" if new else f"第 {claim.pk} 条申报（{claim.get_state_display()}）"
        return [
            ("更正为", {"value": told, "url": correction_url(made)}),
            ("积分项目", book.name(claim)),
            ("数量", claim.quantity),
            ("分数", {"value": base.signed(new.points), "unit": "分"} if new else "审定时计算"),
            ("发生日期", claim.occurred_on.isoformat()),
            ("事由", {"value": claim.reason, "wide": len(claim.reason) > 40}),  # noqa: PLR2004 -- a long line
            ("申报人", claim.declared_by.name),
        ]

    def corrected(self, entry: PointEntry) -> int | None:
        """The reversed entry in whose place this one stands."""
        if entry.claim_id is None:
            return None
        claims = PointClaim.objects.visible_to(self.user).filter(pk=entry.claim_id)
        return claims.values_list("corrects", flat=True).first()

    def url_of(self, pk: int) -> str:
        return reverse("entries:detail", args=[pk])

    def correct_url(self, entry: PointEntry, reversal: PointEntry | None) -> str:
        """To declare rightly what was reversed, for those who may declare there."""
        if reversal is None or not reaches(self.user.scope_for("claims.declare"), entry.village_id):
            return ""
        return f"{reverse('claims:new')}?{urlencode({'corrects': entry.pk})}"


class ReverseEntry(EntryView):
    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        entry = self.entry(pk)
        reverse_entry(entry=entry, by=self.user, reason=request.POST.get("reason", ""))
        messages.success(request, f"已冲销“{entry.subject.name}”的第 {entry.pk} 号积分记录。")
        return redirect("entries:detail", pk=entry.pk)

    def came_from(self) -> str:
        return reverse("entries:detail", args=[self.kwargs["pk"]])

"""Excel of what the filters of a list leave: claims (which can be read back in), entries, scores."""

import tempfile
from collections.abc import Iterable, Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from lianjian import clock
from members.models import PointCategory, PointClaim, PointEntry
from members.queries import point_closes
from members.queries.point_items import ItemBook, counties_of
from members.views import points_base as base
from members.views.claim_filters import ClaimFilters
from members.views.points_close import ScoreFilters
from members.views.points_entries import EntryFilters
from registers.pages.jobs import attachment
from registers.rows.columns import Column, Date, Integer, Points, Text
from registers.workbooks.writing import write_table

MOST = 50_000  # rows in one answer
CHUNK = 2_000
TOO_MANY = f"超过 {MOST:,} 条，请先筛选镇街或季度再导出"


def workbook(title: str, columns: Sequence[Column], rows: Iterable[Sequence[Any]], notes: Sequence[str] = ()) -> Any:
    """A download; the file is temporary."""
    file: Any = tempfile.SpooledTemporaryFile(max_size=5 * 1024 * 1024)  # noqa: SIM115 -- handed to the answer
    write_table(file, title=title, columns=columns, rows=rows, notes=notes)
    file.seek(0)
    return attachment(file, f"{title} {clock.today():%Y-%m-%d}.xlsx")


class ExportView(base.PointsView):
    """Rows of a list; too many are refused in words."""

    def bounded(self, rows: Any) -> Any:
        from_here = rows[MOST : MOST + 1]
        return None if from_here.exists() else rows

    def too_many(self, address: str) -> HttpResponse:
        return self.page("400.html", {"error_text": TOO_MANY, "back_url": address}, status=400)


class ExportClaims(ExportView):
    """In the headings of the import."""

    def get(self, request: HttpRequest) -> HttpResponse:
        book = ItemBook.of(counties_of(self.scope))
        form = ClaimFilters(request.GET, scope=self.scope, book=book)
        rows = form.narrowed(PointClaim.objects.visible_to(self.user)).order_by("pk")
        found = self.bounded(rows)
        if found is None:
            return self.too_many(reverse("claims:list"))
        columns = [
            Column("village", "村", Text(), width=16), Column("name", "姓名", Text()),
            Column("item", "积分项目", Text(), width=24), Column("quantity", "数量", Integer(), width=8),
            Column("occurred_on", "发生日期", Date(), width=13), Column("reason", "事由", Text(), width=30),
            Column("number", "党员编号", Text(), width=18), Column("code", "项目编码", Text()),
            Column("source_ref", "来源编号", Text(), width=20), Column("state", "状态", Text(), readonly=True),
            Column("declared_by", "申报人", Text(), readonly=True),
        ]  # fmt: skip
        cells = (
            [claim.village.name, claim.subject.name, book.name(claim), claim.quantity, claim.occurred_on, claim.reason,
             claim.subject.number, claim.item_code, claim.source_ref, claim.get_state_display(), claim.declared_by.name]
            for claim in found.select_related("subject", "village", "declared_by").iterator(chunk_size=CHUNK)
        )  # fmt: skip
        return workbook("积分申报", columns, cells)


class ExportEntries(ExportView):
    def get(self, request: HttpRequest) -> HttpResponse:
        book = ItemBook.of(counties_of(self.scope))
        form = EntryFilters(request.GET, scope=self.scope, book=book)
        rows = form.narrowed(PointEntry.objects.visible_to(self.user)).order_by("pk")
        found = self.bounded(rows)
        if found is None:
            return self.too_many(reverse("entries:list"))
        columns = [
            Column("id", "编号", Integer(), width=10), Column("village", "村", Text(), width=16),
            Column("number", "党员编号", Text(), width=18), Column("name", "姓名", Text()),
            Column("item", "积分项目", Text(), width=24), Column("code", "项目编码", Text()),
            Column("quantity", "数量", Integer(), width=8), Column("points", "分数", Points(), unit="分"),
            Column("occurred_on", "发生日期", Date(), width=13), Column("quarter", "结算季度", Text(), width=16),
            Column("reason", "事由", Text(), width=30), Column("reverses", "冲销的记录", Integer(), width=12),
        ]  # fmt: skip
        cells = (
            [entry.pk, entry.village.name, entry.subject.number, entry.subject.name, book.name(entry), entry.item_code,
             entry.quantity, entry.points, entry.occurred_on, base.quarter_label(entry.settle_quarter), entry.reason,
             entry.reverses]
            for entry in found.select_related("subject", "village").iterator(chunk_size=CHUNK)
        )  # fmt: skip
        return workbook("积分记录", columns, cells)


class ExportScores(ExportView):
    """The scores of one close, a column for each category."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        close = point_closes.closes_for(self.user).filter(pk=pk).first()
        if close is None:
            raise Http404
        kinds = list(point_closes.kinds_in(close, self.user))
        form = ScoreFilters(request.GET, scope=self.scope, close=close, user=self.user, kinds=kinds)
        kind = form.shown_kind
        grades = point_closes.grade_names(close, self.user, kind)
        form.fields["grade"].choices = [("", "全部"), *((name, name) for name in grades)]  # type: ignore[attr-defined]
        rows = form.narrowed(point_closes.scores_in(close, self.user).filter(close_subject__subject_kind=kind))
        found = self.bounded(rows.order_by("close_subject__town_code", "rank_town", "close_subject__number"))
        if found is None:
            return redirect("closes:detail", pk=pk)
        scheme = rows.values_list("close_subject__scheme_id", flat=True).first()
        categories = list(PointCategory.objects.filter(scheme_id=scheme)) if scheme else []
        codes = set(rows.order_by().values_list("close_subject__village_code", flat=True).distinct())
        names = base.place_names(codes | {code[:9] for code in codes})
        columns = [
            Column("town", "镇街", Text()), Column("village", "村居", Text(), width=16),
            Column("federation", "新村、联建片区", Text(), width=18), Column("number", "党员编号", Text(), width=18),
            Column("name", "姓名", Text()), Column("class", "类别", Text()), Column("base", "基础分", Points()),
            *(Column(f"award_{row.code}", row.name, Points()) for row in categories),
            Column("deduct", "扣分", Points()), Column("total", "总分", Points()), Column("grade", "等次", Text()),
            Column("rank_federation", "联建内名次", Integer()), Column("rank_village", "村内名次", Integer()),
            Column("rank_town", "镇内名次", Integer()),
        ]  # fmt: skip
        cells = (
            [names.get(one.close_subject.town_code, ""), names.get(one.close_subject.village_code, ""),
             one.close_subject.federation_name, one.close_subject.number, one.close_subject.name,
             one.close_subject.get_subject_class_display(), one.base,
             *(one.awards.get(row.code, 0) for row in categories), one.deduct, one.total,
             one.grade or ("免于积分" if one.total is None else ""), one.rank_federation, one.rank_village,
             one.rank_town]
            for one in found.select_related("close_subject").iterator(chunk_size=CHUNK)
        )  # fmt: skip
        title = f"{base.quarter_label(close.quarter)}积分"
        note = f"第 {close.number} 版，{close.get_state_display()}，结果摘要 {close.digest[:12]}。仅供民主评议参考。"
        return workbook(title, columns, cells, [note])

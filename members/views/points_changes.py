"""Two versions of a quarter beside each other: whose result moved, by how much, and where in the sum."""

from collections.abc import Iterator
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from members.models import PointScore
from members.models.subjects import SubjectKind
from members.queries import point_changes as queries
from members.queries.point_closes import closes_for
from members.views import points_base as base
from members.views.points_closes import TITLE, CloseView, state_cell

MOST_CHANGES = 500
OTHERS_MOVED = "自己的分数没有变，名次随别人变动"


class ChangesPage(CloseView):
    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        close = self.close(pk)
        others = closes_for(self.user).filter(area=close.area_id, quarter=close.quarter).exclude(pk=pk)
        wanted = request.GET.get("with", "")
        earlier = others.filter(number__lt=close.number).order_by("-number").first()
        other = others.filter(pk=int(wanted)).first() if wanted.isdecimal() and len(wanted) < 19 else earlier  # noqa: PLR2004
        if other is None:
            raise Http404
        old, new = sorted((close, other), key=lambda one: one.number)
        found = queries.changes(old, new, self.scope, MOST_CHANGES)
        names = base.place_names(side.close_subject.village_code for one in found for side in one.sides)
        categories = queries.category_names(found)
        kinds = {one.shown.close_subject.subject_kind for one in found}
        head = base.head
        heads = [
            head("name", "姓名", main=True), head("village", "村居", css="name"),
            *([head("kind", "对象")] if len(kinds) > 1 else []),
            head("before", f"第 {old.number} 版", css="num", unit="分", main=True),
            head("after", f"第 {new.number} 版", css="num", unit="分", main=True),
            head("change", "变化", css="num", unit="分", main=True), head("grade", "等次"),
            head("rank", "名次", meaning="联建内名次；没有联建的为村内名次"),
            head("why", "变在哪里", css="text", main=True),
        ]  # fmt: skip
        label = base.quarter_label(close.quarter)
        detail = reverse("closes:detail", args=[pk])
        context = {
            "register": {"title": "两版对比", "empty_text": "两版的结果完全相同。"},
            "breadcrumbs": self.crumbs(
                (TITLE, reverse("closes:list")), (f"{label}积分结算", detail), ("两版对比", "")
            ),
            "object_title": f"{label}：第 {old.number} 版与第 {new.number} 版",
            "columns": heads,
            "rows": [line(heads, one, names, categories) for one in found],
            "count": len(found),
            "urls": {},
            "most": MOST_CHANGES if len(found) == MOST_CHANGES else None,
            "versions": [
                {"title": f"第 {one.number} 版", "url": f"?with={one.pk}", "status": state_cell(one),
                 "current": one.pk == other.pk}
                for one in others.order_by("-number")[:20]
            ],
            "back_url": detail,
        }  # fmt: skip
        return self.page("members/points/changes.html", context)


def line(heads: list[dict], one: queries.Change, names: dict[str, str], categories: dict[str, str]) -> dict[str, Any]:
    subject = one.shown.close_subject
    before, after = one.before, one.after
    both = before is not None and after is not None and before.total is not None and after.total is not None
    cells = {
        "name": subject.name,
        "village": names.get(subject.village_code, subject.village_code),
        "kind": SubjectKind(subject.subject_kind).label,
        "before": total_of(before),
        "after": total_of(after),
        "change": base.signed(after.total - before.total) if both else "",  # type: ignore[union-attr, operator]
        "grade": moved(before and before.grade, after and after.grade),
        "rank": moved(rank_of(before), rank_of(after)),
        "why": "；".join(reasons(one, names, categories)),
    }
    url = reverse("scores:detail", args=[after.pk]) if after else ""
    return base.row(heads, [cells[column["key"]] for column in heads], url=url)


def reasons(one: queries.Change, names: dict[str, str], categories: dict[str, str]) -> Iterator[str]:
    """Which parts of the sum differ: placement, scheme, base, awards by category, deductions."""
    if one.before is None or one.after is None:
        yield "新列入名单" if one.before is None else "不再列入名单"
        return
    before, after = one.before, one.after
    old, new = before.close_subject, after.close_subject
    told = [
        ("村居", names.get(old.village_code, old.village_code), names.get(new.village_code, new.village_code)),
        ("新村、联建片区", old.federation_name, new.federation_name),
        ("类别", old.get_subject_class_display(), new.get_subject_class_display()),
        ("积分办法", f"第 {old.scheme.number} 版", f"第 {new.scheme.number} 版"),
    ]
    parts = [f"{what} {moved(then, now)}" for what, then, now in told if then != now]
    sums = [("基础分", before.base, after.base)]
    codes = sorted({*before.awards, *after.awards})
    sums += [(categories.get(code, code), before.awards.get(code, 0), after.awards.get(code, 0)) for code in codes]
    sums += [("扣分", before.deduct, after.deduct)]
    parts += [f"{what} {base.signed(now - then)}" for what, then, now in sums if then != now]
    yield from parts or [OTHERS_MOVED]


def total_of(side: PointScore | None) -> str:
    if side is None:
        return "不在内"
    return base.points(side.total) if side.total is not None else "免于积分"


def rank_of(side: PointScore | None) -> int | None:
    return None if side is None else side.rank_federation or side.rank_village


def moved(before: Any, after: Any) -> str:
    shown = [str(value) if value not in (None, "") else "—" for value in (before, after)]
    return shown[0] if shown[0] == shown[1] else " → ".join(shown)


__all__ = ["ChangesPage"]

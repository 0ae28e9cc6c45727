"""Which town or village holds how many claims past their day, and whose step they wait for."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from members.points.settings import STEP_DAYS
from members.queries.point_deadlines import OWNERS, waiting_by_place
from members.queries.point_items import counties_of
from members.views import points_base as base
from members.views.points_claims import TITLE
from registers.models.setting import setting


class OverduePage(base.PointsView):
    """A table by town (or by village, within one town); each number opens the claims it counts."""

    def get(self, request: HttpRequest) -> HttpResponse:
        lines = waiting_by_place(self.user, self.scope)
        names = base.place_names(line.place for line in lines)
        head = base.head
        heads = [
            head("place", "镇街、村居", main=True),
            head("open", "办理中", css="num", unit="条", main=True),
            *(head(owner, f"{owner}逾期", css="num", unit="条") for owner in OWNERS),
            head("overdue", "逾期合计", css="num", unit="条", main=True),
            head("oldest", "最早应办日期", css="date"),
        ]
        rows = [
            base.row(
                heads,
                [
                    names.get(line.place, line.place),
                    {"text": f"{line.open:,}", "url": list_of(line.place, "all", state="open")},
                    *(f"{line.overdue[owner]:,}" if line.overdue[owner] else "" for owner in OWNERS),
                    {"text": f"{line.all_overdue:,}", "url": list_of(line.place, "overdue"), "tone": "late"}
                    if line.all_overdue else "0",
                    line.oldest.isoformat() if line.oldest else "",
                ],
                url=list_of(line.place, "overdue"),
            )
            for line in lines
        ]  # fmt: skip
        by_owner = (sum(line.overdue[owner] for line in lines) for owner in OWNERS)
        total = ["合计", f"{sum(line.open for line in lines):,}", *(f"{count:,}" for count in by_owner),
                 f"{sum(line.all_overdue for line in lines):,}", ""]  # fmt: skip
        limits = sorted({int(setting(STEP_DAYS.key, county)) for county in counties_of(self.scope)})
        context = {
            "breadcrumbs": self.crumbs((TITLE, reverse("claims:list")), ("办理期限", "")),
            "heading": "申报办理期限",
            "lead": f"每一步的期限是到达这一步之后的 {'、'.join(map(str, limits))} 个工作日，由县里在设置中决定。",
            "columns": heads,
            "rows": rows,
            "totals": base.row(heads, total)["cells"] if len(rows) > 1 else None,
            "empty": "没有办理中的申报。",
        }
        return self.page("members/points/table.html", context)


def list_of(place: str, tab: str, **more: str) -> str:
    """The list of claims, narrowed to a place."""
    return f"{reverse('claims:list')}?{urlencode({'tab': tab, 'area': place, **more})}"

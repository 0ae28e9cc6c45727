"""Point schemes (积分办法), to be read and printed; new versions are made through the API."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from lianjian import areacodes
from members.models import PointScheme
from members.models.subjects import SubjectClass
from members.views import points_base as base

TITLE = "积分办法"
TONES = {PointScheme.State.DRAFT: "waiting", PointScheme.State.IN_FORCE: "done"}


def state_cell(scheme: PointScheme) -> dict[str, str]:
    return {"text": scheme.get_state_display(), "tone": TONES[PointScheme.State(scheme.state)]}


def schemes_for(user: Any) -> QuerySet[PointScheme]:
    """Versions in force; drafts for those who make them."""
    rows = PointScheme.objects.visible_to(user).select_related("area")
    return rows if user.can("schemes.change") else rows.filter(state=PointScheme.State.IN_FORCE)


class SchemeList(base.PointsView):
    def get(self, request: HttpRequest) -> HttpResponse:
        heads = [
            base.head("name", "名称", main=True),
            base.head("kind", "对象", main=True),
            base.head("number", "版本", css="num"),
            base.head("from_quarter", "自季度起", main=True),
            base.head("base", "基础分", css="num", unit="分"),
            base.head("state", "状态"),
            base.head("area", "制定", css="quiet"),
        ]
        schemes = list(schemes_for(self.user).order_by("area_id", "subject_kind", "-from_quarter", "-number")[:200])
        rows = [
            base.row(
                heads,
                [
                    scheme.name,
                    scheme.get_subject_kind_display(),
                    scheme.number,
                    base.quarter_label(scheme.from_quarter),
                    base.points(scheme.base),
                    state_cell(scheme),
                    scheme.area.name,
                ],
                url=reverse("schemes:detail", args=[scheme.pk]),
                pk=scheme.pk,
            )
            for scheme in schemes
        ]
        context = {
            "register": {"title": TITLE, "empty_text": "还没有积分办法，由县委组织部制定后启用。"},
            "breadcrumbs": self.crumbs((TITLE, "")),
            "count": len(schemes),
            "columns": heads,
            "rows": rows,
        }
        return self.page("registers/list.html", context)


class SchemeDetail(base.PointsView):
    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        scheme = schemes_for(self.user).filter(pk=pk).first()
        if scheme is None:
            raise Http404
        classes = dict(SubjectClass.choices)
        grades = list(scheme.grades.all())
        later = PointScheme.objects.visible_to(self.user).filter(
            area=scheme.area_id, subject_kind=scheme.subject_kind, state=PointScheme.State.IN_FORCE,
            from_quarter__gt=scheme.from_quarter,
        ).order_by("from_quarter").values_list("from_quarter", flat=True).first()  # fmt: skip
        context = {
            "breadcrumbs": self.crumbs((TITLE, reverse("schemes:list")), (str(scheme), "")),
            "scheme": scheme,
            "status": state_cell(scheme),
            "until": base.quarter_label(later) if later else "",
            "from_quarter": base.quarter_label(scheme.from_quarter),
            "base": base.points(scheme.base),
            "floor": base.points(scheme.floor),
            "classes": [
                {"name": classes[each.subject_class], "base": base.points(each.base), "exempt": each.exempt_reason}
                for each in scheme.class_bases.all()
            ],
            "categories": self.categories(scheme),
            "grades": [
                {"name": grade.name, "minimum": base.points(grade.minimum), "top": index == 0}
                for index, grade in enumerate(grades)
            ],
        }
        return self.page("members/points/scheme.html", context)

    def categories(self, scheme: PointScheme) -> list[dict[str, Any]]:
        """Categories with their items; a town's own items where the user's scope reaches the town."""
        made: dict[int, dict[str, Any]] = {
            category.pk: {"name": category.name, "cap": base.points(category.cap), "items": []}
            for category in scheme.categories.all()
        }
        for item in scheme.items.select_related("town"):
            if item.town_id and not self.sees_town(item.town_id):
                continue
            made[item.category_id]["items"].append(
                {
                    "code": item.code,
                    "name": item.name,
                    "points": base.signed(item.points),
                    "cap": base.points(item.quarter_cap),
                    "group": item.group,
                    "evidence": item.evidence_needed,
                    "town": item.town.name if item.town else "",
                }
            )
        return list(made.values())

    def sees_town(self, town: str) -> bool:
        low, high = areacodes.subtree(town)
        inside = any(low <= start < high for start, _ in self.scope.ranges)
        return self.scope.covers(town) or inside or any(str(code)[:9] == town for code in self.scope.ids("village"))

"""Point schemes (积分办法), to be read and printed. `points_scheme_edit` makes new versions."""

from dataclasses import replace
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from lianjian import areacodes, numbers
from members.actions import town_items
from members.models import PointScheme
from members.models.subjects import SubjectClass, SubjectKind
from members.points.comparing import compare
from members.points.content import SchemeContent, content_of
from members.points.forbidden import TOPICS
from members.queries.point_items import counties_of
from members.views import points_base as base
from members.views.points_scores import ADVICE

TITLE = "积分办法"
RIGHT, TOWN_RIGHT = "schemes.change", town_items.RIGHT
TONES = {PointScheme.State.DRAFT: "waiting", PointScheme.State.IN_FORCE: "done"}


def new_actions(user: Any) -> list[dict[str, str]]:
    """The buttons of the list: a new version of each book, where the user makes schemes."""
    scope = user.scope_for(RIGHT)
    if not any(scope.covers(code) for code in counties_of(scope)):
        return []
    address = reverse("schemes:new")
    return [
        {"label": f"新建{kind.label}办法", "url": f"{address}?kind={kind.value}", "key": "" if number else "n"}
        for number, kind in enumerate(SubjectKind)
    ]


def state_cell(scheme: PointScheme) -> dict[str, str]:
    return {"text": scheme.get_state_display(), "tone": TONES[PointScheme.State(scheme.state)]}


def schemes_for(user: Any) -> QuerySet[PointScheme]:
    """Versions in force; drafts for those who make them and those who add a town's own items."""
    rows = PointScheme.objects.visible_to(user).select_related("area")
    return rows if user.can(RIGHT) or user.can(TOWN_RIGHT) else rows.filter(state=PointScheme.State.IN_FORCE)


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
            "actions": new_actions(self.user),
        }
        return self.page("registers/list.html", context)


class SchemeView(base.PointsView):
    """What the pages of one version share."""

    def found(self, pk: int) -> PointScheme:
        scheme = schemes_for(self.user).filter(pk=pk).first()
        if scheme is None:
            raise Http404
        return scheme

    def told(self, scheme: PointScheme) -> dict[str, Any]:
        """All that the version says, as texts; of the towns' own items those of towns within the user's reach."""
        classes = dict(SubjectClass.choices)
        later = PointScheme.objects.visible_to(self.user).filter(
            area=scheme.area_id, subject_kind=scheme.subject_kind, state=PointScheme.State.IN_FORCE,
            from_quarter__gt=scheme.from_quarter,
        ).order_by("from_quarter").values_list("from_quarter", flat=True).first()  # fmt: skip
        return {
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
                for index, grade in enumerate(scheme.grades.all())
            ],
        }

    def categories(self, scheme: PointScheme) -> list[dict[str, Any]]:
        """Categories with their items; a town's own items where the user's scope reaches the town."""
        made: dict[int, dict[str, Any]] = {
            category.pk: {"name": category.name, "cap": base.points(category.cap), "items": []}
            for category in scheme.categories.all()
        }
        for item in scheme.items.select_related("town"):
            if not self.sees_town(item.town_id or ""):
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
        """Whether a town's own items are the user's business; the county's ("") are everybody's."""
        if not town:
            return True
        low, high = areacodes.subtree(town)
        inside = any(low <= start < high for start, _ in self.scope.ranges)
        return self.scope.covers(town) or inside or any(str(code)[:9] == town for code in self.scope.ids("village"))


class SchemeDetail(SchemeView):
    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        scheme = self.found(pk)
        context = self.told(scheme) | {
            "breadcrumbs": self.crumbs((TITLE, reverse("schemes:list")), (str(scheme), "")),
            "actions": self.actions(scheme),
        }
        return self.page("members/points/scheme.html", context)

    def actions(self, scheme: PointScheme) -> list[dict[str, str]]:
        """What the user may do with the version."""
        here = [scheme.pk]
        made = self.changing(scheme) if self.user.scope_for(RIGHT).covers(scheme.area_id) else []
        if scheme.state == PointScheme.State.DRAFT and self.user.can(TOWN_RIGHT):
            made.append({"label": "镇街自设项目", "url": reverse("schemes:town-items", args=here), "icon": "edit"})
        made.append({"label": "与别的版本比较", "url": reverse("schemes:compare", args=here)})
        made.append({"label": "打印", "url": reverse("schemes:print", args=here), "icon": "printer"})
        return made

    def changing(self, scheme: PointScheme) -> list[dict[str, str]]:
        """For whoever makes the county's schemes."""
        here = [scheme.pk]
        trial = {"label": "试算比较", "url": reverse("schemes:what-if", args=here), "icon": "chart-bar"}
        if scheme.state == PointScheme.State.IN_FORCE:
            following = f"{reverse('schemes:new')}?kind={scheme.subject_kind}&area={scheme.area_id}&from={scheme.pk}"
            return [{"label": "据此新建下一版", "url": following, "icon": "copy"}, trial]
        quarter = base.quarter_label(scheme.from_quarter)
        return [
            {"label": "修改草稿", "url": reverse("schemes:edit", args=here), "icon": "edit", "tone": "primary"},
            {"label": "启用", "url": reverse("schemes:put-in-force", args=here), "method": "post", "icon": "check",
             "confirm": f"启用“{scheme}”？自{quarter}起施行，启用后不能再改，只能另建新版本。"},
            {"label": "删除草稿", "url": reverse("schemes:drop", args=here), "method": "post", "tone": "danger",
             "confirm": f"删除草稿“{scheme}”？"},
            trial,
        ]  # fmt: skip


class SchemePrint(SchemeView):
    """The version as an annex to hang up or to file: A4, black on white, with a line for the seal."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        scheme = self.found(pk)
        context = self.told(scheme) | {
            "breadcrumbs": self.crumbs(
                (TITLE, reverse("schemes:list")), (str(scheme), reverse("schemes:detail", args=[pk])), ("打印", "")
            ),
            "advice": ADVICE,
            "never_scored": "、".join(topic.name for topic in TOPICS),
        }
        return self.page("members/points/scheme_print.html", context)


class CompareSchemes(SchemeView):
    """Two versions of a book: `with` (an id), else the version before, is the old one."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        scheme = self.found(pk)
        others = list(
            schemes_for(self.user)
            .filter(area=scheme.area_id, subject_kind=scheme.subject_kind)
            .exclude(pk=pk)
            .order_by("-number")
        )
        asked = numbers.whole_number(request.GET.get("with", ""))
        older = [one for one in others if one.number < scheme.number]
        other = next((one for one in others if one.pk == asked), None) if asked else next(iter(older or others), None)
        if asked and other is None:
            raise Http404
        context = {
            "breadcrumbs": self.crumbs(
                (TITLE, reverse("schemes:list")), (str(scheme), reverse("schemes:detail", args=[pk])), ("比较", "")
            ),
            "scheme": scheme,
            "other": other,
            "others": [(one.pk, f"第 {one.number} 版（{one.get_state_display()}）") for one in others],
            "comparison": compare(self.seen(other), self.seen(scheme)) if other else None,
            "back_url": reverse("schemes:detail", args=[pk]),
        }
        return self.page("members/points/scheme_compare.html", context)

    def seen(self, scheme: PointScheme) -> SchemeContent:
        """What the version says, without the own items of towns beyond the user's reach."""
        content = content_of(scheme)
        return replace(content, items=tuple(item for item in content.items if self.sees_town(item.town)))

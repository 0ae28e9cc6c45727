"""The list that is posted (公示表) and the results of a year."""

from typing import Any

from django import forms
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.urls import reverse

from lianjian import areacodes, clock
from members.models import QuarterClose
from members.models.subjects import SubjectKind
from members.points.amounts import mean
from members.queries import point_closes as queries
from members.queries import point_publication as publication
from members.queries.duty_boards import hidden_name
from members.views import points_base as base
from members.views.points_closes import TITLE, CloseView, State
from members.views.points_exports import workbook
from registers.models.setting import setting
from registers.rows.columns import Column, Integer, Points, Text

MOST_POSTED = 2_000  # names on one paper; a county is posted village by village
MOST_OF_A_YEAR = 500
MOST_EXPORTED = 50_000
ADVICE = "仅供民主评议参考"


class NoticeForm(forms.Form):
    """Where the paper hangs: a village, a federation or a town."""

    area = forms.ChoiceField(label="镇街、村居", required=False)
    federation = forms.ChoiceField(label="新村、联建片区", required=False)
    kind = forms.ChoiceField(label="对象", required=False)

    def __init__(self, data: QueryDict, *, view: "NoticePage", close: QuarterClose, kinds: list[str]) -> None:
        federations = queries.federations_in(close, view.user)
        places = base.area_choices(view.scope, data.get("area", ""))
        if not data.get("area") and not data.get("federation"):
            data = data.copy()
            if len(places) == 1:  # a village clerk's own village
                data["area"] = places[0][0]
            elif len(federations) == 1:  # a secretary's own federation
                data["federation"] = str(federations[0][0])
        super().__init__(data, label_suffix="")
        fields: dict[str, Any] = self.fields
        fields["area"].choices = [("", "请选择"), *places]
        fields["federation"].choices = [("", "不限"), *((str(pk), name) for pk, name in federations)]
        names = dict(SubjectKind.choices)
        fields["kind"].choices = [(kind, names[kind]) for kind in kinds]
        if len(kinds) < 2:  # noqa: PLR2004 -- one kind is no choice
            del fields["kind"]
        if not federations:
            del fields["federation"]

    def value(self, name: str) -> str:
        return str(self.cleaned_data.get(name) or "") if self.is_valid() else ""


class NoticePage(CloseView):
    """公示表 of one place, to print and post: no deductions' reasons, and not the lowest grade."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        close = self.close(pk)
        if close.state not in (State.PUBLISHED, State.LOCKED):
            raise Http404
        kinds = list(queries.kinds_in(close, self.user))
        form = NoticeForm(request.GET, view=self, close=close, kinds=kinds)
        kind = form.value("kind") or (kinds[0] if kinds else SubjectKind.MEMBER)
        area, federation = form.value("area"), form.value("federation")
        label = base.quarter_label(close.quarter)
        context: dict[str, Any] = {
            "breadcrumbs": self.crumbs(
                (TITLE, reverse("closes:list")),
                (f"{label}积分结算", reverse("closes:detail", args=[pk])),
                ("公示表", ""),
            ),
            "close": close,
            "since": queries.published_since(close),
            "filter_form": form,
            "label": label,
            "back_url": reverse("closes:detail", args=[pk]),
            "advice": ADVICE,
        }
        if area or federation:
            context |= self.paper(close, kind, area, federation)
        return self.page("members/points/notice.html", context)

    def paper(self, close: QuarterClose, kind: str, area: str, federation: str) -> dict[str, Any]:
        place, rank = self.place(area, federation)
        names = dict(queries.federations_in(close, self.user))
        grades = queries.grade_names(close, self.user, kind)
        found = publication.posted(close, self.user, kind=kind, place=place, grades=grades, rank=rank, most=MOST_POSTED)
        in_village = rank == "rank_village"
        town = area or next((row.close_subject.village_code for row in found.rows), close.area_id)
        masked = setting("closes.mask_in_village" if in_village else "closes.mask_beyond_village", town)
        codes = {row.close_subject.village_code for row in found.rows} | ({area} if area else set())
        places = base.place_names(codes)
        where = names.get(int(federation), "") if federation else places.get(area, area)
        return {
            "where": where,
            "kind": dict(SubjectKind.choices)[kind],
            "rows": [
                {
                    "rank": getattr(row, rank),
                    "name": hidden_name(row.close_subject.name) if masked else row.close_subject.name,
                    "village": places.get(row.close_subject.village_code, ""),
                    "total": base.points(row.total),
                    "grade": row.grade,
                }
                for row in found.rows
            ],
            "with_village": not in_village,
            "left_out": found.left_out,
            "exempt": found.exempt,
            "phone": setting("closes.supervision_phone", town),
            "receiver": setting("closes.objection_receiver", town),
            "settings_url": reverse("settings") if self.user.can("settings.change") else "",
        }

    def place(self, area: str, federation: str) -> tuple[Q, str]:
        """The condition and the rank that the paper shows."""
        if federation:
            return Q(close_subject__federation=int(federation)), "rank_federation"
        low, high = areacodes.subtree(area)
        inside = Q(close_subject__village_code__gte=low, close_subject__village_code__lt=high)
        return inside, "rank_village" if len(area) == areacodes.LEVEL_LENGTHS["village"] else "rank_town"


class YearForm(forms.Form):
    year = forms.ChoiceField(label="年度", required=False)
    kind = forms.ChoiceField(label="对象", required=False, choices=SubjectKind.choices)
    area = forms.ChoiceField(label="镇街、村居", required=False)

    def __init__(self, data: Any, *, view: "YearPage", years: list[tuple[str, str]]) -> None:
        super().__init__(data, label_suffix="")
        fields: dict[str, Any] = self.fields
        several = len({county for county, _ in years}) > 1
        names = base.place_names(county for county, _ in years) if several else {}
        fields["year"].choices = [(f"{county}-{year}", f"{names.get(county, '')}{year} 年") for county, year in years]
        fields["area"].choices = [("", "全部"), *base.area_choices(view.scope, self.data.get("area", ""))]

    def value(self, name: str, default: str = "") -> str:
        return str(self.cleaned_data.get(name) or default) if self.is_valid() else default


class YearPage(base.PointsView):
    """年度结果 (rule 9): each subject's mean over the locked quarters that scored it, with their number."""

    def get(self, request: HttpRequest) -> HttpResponse:
        years = publication.years_of(self.user)
        form = YearForm(request.GET, view=self, years=years)
        head = base.head
        heads = [
            head("name", "姓名", main=True), head("number", "编号", css="quiet"), head("village", "村居", css="name"),
            head("quarters", "计分季度", css="num", unit="个", main=True),
            head("mean", "年度平均", css="num", unit="分", main=True),
        ]  # fmt: skip
        context: dict[str, Any] = {
            "register": {"title": "年度结果", "empty_text": "还没有审定的季度。审定以后，这里按年度算出平均分。"},
            "breadcrumbs": self.crumbs(("年度结果", "")),
            "filter_form": form,
            "primary_filters": list(form.fields),
            "urls": {"clear": "?"},
            "columns": heads,
            "rows": [],
            "advice": ADVICE,
        }
        if years:
            county, year = self.chosen(form, years)
            rows = self.narrowed(publication.year_rows(self.user, county, year, form.value("kind", "member")), form)
            if "export" in request.GET:
                return self.export(rows, year)
            found = list(rows[:MOST_OF_A_YEAR])
            names = base.place_names(one["village"] for one in found)
            context["count"] = rows.count()
            context["most"] = MOST_OF_A_YEAR
            context["export_url"] = f"?{self.query(request)}"
            context["rows"] = [
                base.row(
                    heads,
                    [one["name"], one["number"], names.get(one["village"], one["village"]), one["quarters"],
                     base.points(mean(one["points"], one["quarters"]))],
                    url=reverse("scores:member", args=[one["number"]]),
                )
                for one in found
            ]  # fmt: skip
        return self.page("members/points/year.html", context)

    def chosen(self, form: YearForm, years: list[tuple[str, str]]) -> tuple[str, str]:
        county, _, year = form.value("year", f"{years[0][0]}-{years[0][1]}").partition("-")
        return county, year

    def narrowed(self, rows: Any, form: YearForm) -> Any:
        if not form.is_valid():
            return rows.none()
        if area := form.value("area"):
            low, high = areacodes.subtree(area)
            rows = rows.filter(close_subject__village_code__gte=low, close_subject__village_code__lt=high)
        return rows

    def query(self, request: HttpRequest) -> str:
        query = request.GET.copy()
        query["export"] = "1"
        return query.urlencode()

    def export(self, rows: Any, year: str) -> HttpResponse:
        found = list(rows[:MOST_EXPORTED])
        names = base.place_names({one["village"] for one in found} | {one["village"][:9] for one in found})
        columns = [
            Column("town", "镇街", Text()), Column("village", "村居", Text(), width=16),
            Column("number", "编号", Text(), width=18), Column("name", "姓名", Text()),
            Column("quarters", "计分季度", Integer()), Column("mean", "年度平均", Points(), unit="分"),
        ]  # fmt: skip
        cells = (
            [names.get(one["village"][:9], ""), names.get(one["village"], ""), one["number"], one["name"],
             one["quarters"], mean(one["points"], one["quarters"])]
            for one in found
        )  # fmt: skip
        note = f"各季度审定总分的平均，一位小数，四舍五入；{clock.today()} 导出。{ADVICE}。"
        return workbook(f"{year}年度积分结果", columns, cells, [note])


__all__ = ["NoticePage", "YearPage"]

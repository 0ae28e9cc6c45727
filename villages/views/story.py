"""The page that tells a village's story, and the sheet of it that is published inside the village (P02)."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.formats import number_format

from lianjian import clock
from registers.models.setting import setting
from registers.pages.details import DetailFace
from registers.pages.faces import Face
from registers.pages.parts import Action
from villages.holdings import summary_of
from villages.models import CollectiveFund, Facility, Specialty, Village, VillageFacts
from villages.models.rows import standing_on
from villages.settings_declared import SUPERVISION_PHONE
from villages.sockets import sheet_parts
from villages.views.maps import with_map
from villages.views.photos import gallery_of

YEARS_SHOWN = 8
PHOTOS_SHOWN = 4
FIRST = ("所在联建单位", "村班子")  # of the lists below, whoever plugs them
WAN = Decimal(10_000)
INCOMES = (
    ("经营收入", "operating_income"),
    ("发包及上交收入", "contract_income"),
    ("投资收益", "investment_income"),
    ("补助收入", "subsidy_income"),
    ("其他收入", "other_income"),
)
_TILES = (
    ("户籍人口", "population", "人"),
    ("户数", "households", "户"),
    ("党员", "party_members", "名"),
    ("耕地", "arable_land", "亩"),
)
_MONEY_TILES = (
    ("集体总收入", "total_income"),
    ("经营性收入", "operating_income"),
    ("年末负债", "debt"),
    ("年末资产", "assets"),
)


def plain(value: Any) -> str:
    """A figure with thousands separated and no idle decimals."""
    text = number_format(value, force_grouping=True)
    return text.rstrip("0").rstrip(".") if "." in text else text


def wan(value: Decimal) -> str:
    """Yuan as 万元 with two decimals."""
    return f"{value / WAN:,.2f}"


class VillageFace(DetailFace):
    """A village: where it lies, its figures over the years, what it owns, and whatever higher floors add."""

    template = "villages/detail.html"

    def get(self, request: HttpRequest, key: str) -> HttpResponse:
        row = self.visible_row(key)
        query = f"area={row.pk}"
        return with_map(request, self.template, self.context(row) | self.more(row), row.pk, query)

    def more(self, row: Village) -> dict[str, Any]:
        years = list(VillageFacts.objects.visible_to(self.user).filter(village=row).order_by("-year")[:YEARS_SHOWN])
        photos = gallery_of(row, self.user)
        return {
            "village": row,
            "latest": years[0] if years else None,
            "figures": self.figures(years),
            "charts": charts(years[::-1]) if len(years) > 1 else [],
            "photos": photos[:PHOTOS_SHOWN],
            "photo_count": len(photos),
            "photos_url": self.url("photos", row),
            "whole_map_url": f"{reverse('map')}?area={row.pk}",
            "placed": row.longitude is not None and row.latitude is not None,
            "may_change": self.may_change_row(row),
        }

    def figures(self, years: Sequence[VillageFacts]) -> list[dict[str, str]]:
        """The newest year's figures, each with its change against the year before."""
        if not years:
            return []
        latest, before = years[0], years[1] if len(years) > 1 and years[1].year == years[0].year - 1 else None
        tiles = [
            {"title": title, "value": plain(getattr(latest, name)), "unit": unit, "trend": _trend(latest, before, name)}
            for title, name, unit in _TILES
        ]
        tiles += [
            {"title": title, "value": wan(getattr(latest, name)), "unit": "万元", "trend": _trend(latest, before, name)}
            for title, name in _MONEY_TILES
        ]
        return tiles

    def context(self, row: Village) -> dict[str, Any]:
        """Federations and leaders come first, what the village owns last."""
        context = super().context(row)
        own = [part.title for part in self.register.related(row, self.user)]

        def place(part: Any) -> int:
            title = part["title"] if isinstance(part, dict) else part.title
            return FIRST.index(title) if title in FIRST else len(FIRST) + (title in own)

        context["related"].sort(key=place)
        return context

    def fact_groups(self, row: Village) -> list[dict[str, Any]]:
        """What neither the head nor the figures tell."""
        names = ("name", "code", "kind", "planning_class", "town", "specialties", "closed")
        told = {self.register.column(name).heading for name in names}
        groups = super().fact_groups(row)
        for group in groups:
            group["title"] = group["title"] or "名称与坐标"
            group["facts"] = [fact for fact in group["facts"] if fact["label"] not in told]
        return groups

    def actions(self, row: Village) -> list[Action]:
        return [Action("村情公开表", self.url("sheet", row), icon="printer"), *super().actions(row)]


def _trend(latest: VillageFacts, before: VillageFacts | None, name: str) -> str:
    """比上年 +3.2%; empty where there is nothing to compare with."""
    if before is None:
        return ""
    now, then = Decimal(getattr(latest, name)), Decimal(getattr(before, name))
    if not then or now == then:
        return "与上年持平" if now == then else ""
    return f"比上年 {(now - then) * 100 / then:+.1f}%"


def charts(years: Sequence[VillageFacts]) -> list[dict[str, Any]]:
    """Income by kind and people, over the years, oldest first."""
    labels = [f"{one.year}年" for one in years]
    income = [(name, [float(round(getattr(one, field) / WAN, 2)) for one in years]) for name, field in INCOMES]
    people = [("户籍人口", [one.population for one in years]), ("常住人口", [one.residents for one in years])]
    return [
        _chart("village-income", "集体收入", "万元", "stack", labels, [one for one in income if any(one[1])]),
        _chart("village-people", "人口", "人", "line", labels, people),
    ]


def _chart(
    name: str, title: str, unit: str, kind: str, labels: list[str], series: list[tuple[str, list[Any]]]
) -> dict[str, Any]:
    return {
        "id": name,
        "title": title,
        "size": "sm",
        "spec": {
            "type": kind, "unit": unit, "categories": labels,
            "series": [{"name": name, "data": data} for name, data in series],
        },
        "columns": [{"heading": "年度"}, *({"heading": f"{name}（{unit}）", "css": "num"} for name, _ in series)],
        "rows": [[label, *(f"{data[at]:,}" for _, data in series)] for at, label in enumerate(labels)],
    }  # fmt: skip


class SheetFace(Face):
    """村情公开表: one A4 page, no personal data; what is owned only for those who may see it."""

    def get(self, request: HttpRequest, key: str) -> HttpResponse:
        village = self.visible_row(key)
        facts = list(VillageFacts.objects.visible_to(self.user).filter(village=village).order_by("-year")[:2])
        facilities: dict[str, int] = {}
        standing = Facility.objects.visible_to(self.user).filter(standing_on(clock.today()), village=village)
        for row in standing.exclude(state="closed"):
            facilities[row.get_kind_display()] = facilities.get(row.get_kind_display(), 0) + row.count
        products = Specialty.objects.visible_to(self.user).filter(village=village).order_by("-year", "name")
        newest = products.first()
        context = {
            "breadcrumbs": self.breadcrumbs((village.name, self.url("detail", village)), ("村情公开表", "")),
            "village": village,
            "town": village.area.parent,
            "latest": facts[0] if facts else None,
            "before": facts[1] if len(facts) > 1 else None,
            "holdings": summary_of(self.user, village) if self.user.can(CollectiveFund.view_right) else None,
            "facilities": "、".join(f"{kind} {count:,}" for kind, count in facilities.items()),
            "products": "、".join(_product(one) for one in products.filter(year=newest.year)) if newest else "",
            "parts": sheet_parts.ask(self.user, village=village),
            "phone": setting(SUPERVISION_PHONE, village.pk),
            "today": clock.today(),
        }
        return self.page("villages/sheet.html", context)


def _product(one: Specialty) -> str:
    """牡蛎 210 亩（乳山牡蛎）."""
    scale = f" {plain(one.scale)} {one.scale_unit}" if one.scale is not None else ""
    return f"{one.name}{scale}{f'（{one.brand}）' if one.brand else ''}"

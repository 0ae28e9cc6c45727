"""What a federation amounts to over the years, and who led it: parts of its page and of its file."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from decimal import Decimal
from typing import Any

from django.db.models import Q

from federations.models import Federation, FederationVillage, LeadershipPattern
from lianjian import clock
from members.models import Post
from registers.register import register_of
from villages.models import VillageFacts

WAN = Decimal(10_000)
YEARS = 6
LEADERS = (Post.Title.SECRETARY, Post.Title.FIRST_SECRETARY)


def yearly(user: Any, codes: Collection[str]) -> list[dict[str, Any]]:
    """Sums of the yearly figures of villages the user may see, oldest year first; how many reported is told with them.

    Money in yuan. Debt is a stock and stands apart from income.
    """
    sums: dict[int, dict[str, Any]] = defaultdict(lambda: defaultdict(Decimal))
    for facts in VillageFacts.objects.visible_to(user).filter(village_id__in=codes).order_by("year", "pk"):
        year = sums[facts.year]
        year["villages"] += 1
        for name in ("population", "households", "party_members", "operating_income", "total_income", "debt"):
            year[name] += getattr(facts, name) or 0
    return [{"year": year, **sums[year]} for year in sorted(sums)[-YEARS:]]


def charts(years: list[dict[str, Any]], villages: int) -> list[dict[str, Any]]:
    """Two small charts over the years: people, and the operating income of the villages together."""
    if not years:
        return []
    names = [f"{one['year']}" for one in years]
    short = [f"{one['year']}年 {one['villages']} 个村" for one in years if one["villages"] < villages]
    meaning = f"按现有 {villages} 个成员村居的年报合计" + (f"；没有报齐的：{'、'.join(short)}" if short else "")
    income = [round(float(one["operating_income"] / WAN), 2) for one in years]
    people = [int(one["population"]) for one in years]
    made = []
    for key, title, unit, data, kind in (
        ("income", "经营性收入", "万元", income, "bar"),
        ("people", "户籍人口", "人", people, "line"),
    ):
        made.append(
            {
                "id": f"federation-{key}",
                "title": title,
                "meaning": meaning,
                "size": "sm",
                "spec": {
                    "type": kind,
                    "unit": unit,
                    "categories": names,
                    "series": [{"name": title, "data": data, "colour": 2 if key == "income" else 0}],
                },
                "columns": [{"heading": "年度", "css": ""}, {"heading": f"{title}（{unit}）", "css": "num"}],
                "rows": [[name, f"{value:,}"] for name, value in zip(names, data, strict=True)],
            }
        )
    return made


def posts_of(user: Any, federation: Federation) -> Any:
    """All posts of its joint organisation that the user may see, the standing ones first."""
    if not user.can("organizations.view"):
        return Post.objects.unscoped("nobody's").none()
    rows = register_of("posts").rows(user).filter(organization=federation.organization_id)
    return rows.order_by("valid_from", "pk")


def timeline(user: Any, federation: Federation, posts: Iterable[Post]) -> list[dict[str, Any]]:
    """Patterns of leadership and its leaders by date, newest first."""
    today = clock.today()
    entries = []
    for pattern in LeadershipPattern.objects.visible_to(user).filter(federation=federation):
        standing = pattern.valid_from <= today and (pattern.valid_to is None or pattern.valid_to > today)
        note = pattern.note
        if pattern.due_on and pattern.valid_to is None:
            late = "，已到期" if pattern.due_on <= today else ""
            note = f"应于 {pattern.due_on} 前交接{late}" + (f"。{note}" if note else "")
        entries.append(
            {"on": pattern.valid_from, "until": pattern.valid_to, "what": pattern.get_pattern_display(), "note": note,
             "now": standing, "rank": 1}
        )  # fmt: skip
    for post in posts:
        if post.title in LEADERS:
            standing = post.valid_from <= today and (post.valid_to is None or post.valid_to > today)
            what = f"{post.person.name} 任{post.get_title_display()}"
            entries.append(
                {"on": post.valid_from, "until": post.valid_to, "what": what, "note": post.get_source_display(),
                 "now": standing, "rank": 0}
            )  # fmt: skip
    return sorted(entries, key=lambda entry: (entry["on"], entry["rank"]), reverse=True)


def former_villages(user: Any, federation: Federation) -> list[FederationVillage]:
    """Villages that have left, of those whose dates the user may know (his own)."""
    scope = user.scope_for("villages.view")
    own = scope.q("village_id") | Q(village_id__in=scope.ids("village"))
    rows = FederationVillage.objects.visible_to(user).filter(own, federation=federation, valid_to__lte=clock.today())
    return list(rows.select_related("village").order_by("-valid_to", "village_id"))

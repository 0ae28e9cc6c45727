"""One score and how it came about, and one person's scores over the quarters."""

from collections.abc import Mapping
from typing import Any

from django.db.models import OuterRef, Subquery
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from lianjian import areacodes, clock
from lianjian.periods import Period, quarter_of
from members.models import PointEntry, PointItem, PointQuarter, PointScore, QuarterClose, Subject
from members.models.subjects import SubjectClass
from members.points.amounts import mean
from members.queries import point_closes as queries
from members.queries.point_corrections import Replacement, replacements_of
from members.queries.point_derivation import CategoryLine, Derivation, EntryLine, derive
from members.queries.point_items import ItemBook
from members.views import points_base as base
from members.views.points_closes import state_cell
from members.views.points_entries import correction_url
from registers.pages.present import link_to, moment
from villages.models import Area

ADVICE = "仅供民主评议参考"


class ScoreDetail(base.PointsView):
    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        rows = PointScore.objects.visible_to(self.user).filter(close__whole_at__isnull=False)
        rows = rows.select_related(
            "close", "close__area", "close_subject", "close_subject__subject", "close_subject__scheme"
        )
        score = rows.annotate(
            village_name=name_of("close_subject__village_code"), town_name=name_of("close_subject__town_code")
        ).filter(pk=pk).first()  # fmt: skip
        if score is None:
            raise Http404
        subject, close = score.close_subject, score.close
        items = list(PointItem.objects.filter(scheme_id=subject.scheme_id).select_related("category"))
        entries = PointEntry.objects.unscoped("all entries of a quarter follow the subject's placement (rule 6)")
        entries = entries.filter(
            settle_quarter=close.quarter, county_code=close.area_id, subject_id=subject.subject_id
        )  # fmt: skip
        derivation = derive(
            scheme=subject.scheme, items=items, entries=list(entries), base=score.base, town=subject.town_code
        )
        grades = list(subject.scheme.grades.all())
        label = base.quarter_label(close.quarter)
        context = {
            "breadcrumbs": self.crumbs(
                ("季度结算", reverse("closes:list")),
                (f"{label}第 {close.number} 版", reverse("closes:detail", args=[close.pk])),
                (subject.name, ""),
            ),
            "score": score,
            "subject": subject,
            "label": label,
            "status": state_cell(close),
            "close_url": reverse("closes:detail", args=[close.pk]),
            "scheme_url": reverse("schemes:detail", args=[subject.scheme_id]),
            "member_url": reverse("scores:member", args=[subject.number]),
            "subject_url": link_to(subject.subject, self.user),
            "exempt": score.total is None,
            "total": base.points(score.total),
            "village": areacodes.short_name(score.village_name or subject.village_code),
            "town": score.town_name or subject.town_code,
            "last_day": Period.parse(close.quarter).last_day,
            "advice": ADVICE,
            "agrees": agrees(score, derivation),
            "sheet": sheet(derivation, self.scope, replacements_of(derivation.reversed_entries(), self.user)),
            "ranks": [],
            "grade_text": "",
            "printed_at": moment(clock.now()),
        }
        if score.total is not None:
            places = queries.places_of(score)
            context |= {"ranks": ranks(score, places), "grade_text": grade_text(score, grades, places)}
        return self.page("members/points/score.html", context)


def name_of(code: str) -> Subquery:
    """The name of the area whose code stands in that column, in the same query."""
    areas = Area.objects.unscoped("names of places are no secret").filter(pk=OuterRef(code))
    return Subquery(areas.values("name")[:1])


def agrees(score: PointScore, derivation: Derivation) -> bool:
    """Whether the entries of today still give the score that was kept (a reopened quarter may have changed)."""
    if score.total is not None and derivation.total != score.total:
        return False
    awards = {category.code: category.award for category in derivation.categories if category.award}
    return derivation.deduct == score.deduct and awards == {code: got for code, got in score.awards.items() if got}


def ranks(score: PointScore, places: queries.Places) -> list[dict[str, Any]]:
    subject = score.close_subject
    of_class = f"（{subject.get_subject_class_display()}）" if subject.scheme.rank_by_class else ""
    told = [
        (f"{subject.federation_name}内{of_class}", score.rank_federation, places.federation),
        (f"村内{of_class}", score.rank_village, places.village),
        (f"镇内{of_class}", score.rank_town, places.town),
    ]
    return [{"label": label, "rank": rank, "of": of} for label, rank, of in told if rank is not None]


def grade_text(score: PointScore, grades: list, places: queries.Places) -> str:
    """Why this grade: the limit, and where a quota holds, how it counted."""
    if not grades:
        return "办法没有设等次。"
    top = grades[0]
    own = next((grade for grade in grades if grade.name == score.grade), None)
    limit = f"总分 {base.points(score.total)}，"
    percent = score.close_subject.scheme.top_quota_percent
    counted = ""
    if percent is not None and score.total is not None and score.total >= top.minimum:
        if score.close_subject.federation is None:
            counted = "没有参加联建，不受名额限制。"
        else:
            seats = places.in_federation * percent // 100
            counted = (
                f"{score.close_subject.federation_name}有 {places.in_federation} 人计分，“{top.name}”名额"
                f" {percent}% 即 {seats} 人；总分不低于 {base.points(score.total)} 的有 {places.not_below} 人，"
                f"{'没有超过名额。' if places.not_below <= seats else '超过名额，定为下一等次。'}"
            )
    if own is None:
        return f"{limit}没有达到最低的等次“{grades[-1].name}”（{base.points(grades[-1].minimum)} 分）。{counted}"
    return f"{limit}“{own.name}”要求不低于 {base.points(own.minimum)} 分。{counted}"


# -- the sheet


def sheet(derivation: Derivation, scope: Any, replaced: Mapping[int, Replacement]) -> dict[str, Any]:
    """The sum as the template takes it; `replaced` says what was declared in place of reversed entries."""
    return {
        "base": base.points(derivation.base),
        "categories": [category_of(category, scope, replaced) for category in derivation.categories],
        "strange": [line_of(line, scope, replaced) for line in derivation.strange],
        "award": base.points(derivation.award),
        "deduct": base.points(derivation.deduct),
        "before_floor": base.points(derivation.before_floor),
        "floor": base.points(derivation.floor),
        "floor_bites": derivation.floor_bites,
        "total": base.points(derivation.total),
    }


def category_of(category: CategoryLine, scope: Any, replaced: Mapping[int, Replacement]) -> dict[str, Any]:
    return {
        "name": category.name,
        "cap": base.points(category.cap),
        "award": base.points(category.award),
        "deduct": base.points(category.deduct) if category.deduct else "",
        "before_cap": base.points(category.before_cap),
        "cut": base.points(category.cut) if category.cut else "",
        "items": [
            {
                "name": one.item.name,
                "award": base.points(one.award) if one.plus else "",
                "deduct": base.points(one.deduct) if one.minus else "",
                "sum": base.points(one.plus or one.minus),
                "cap": base.points(one.item.quarter_cap),
                "cut": base.points(one.cut) if one.cut else "",
                "group": one.item.group,
                "lines": [line_of(line, scope, replaced) for line in one.lines],
            }
            for one in category.items
        ],
    }


def line_of(line: EntryLine, scope: Any, replaced: Mapping[int, Replacement]) -> dict[str, Any]:
    """One entry with its reversal and what replaced it; its page is linked where it lies within the reader's scope."""
    entry = line.entry
    seen = scope.covers(entry.village_id) or entry.village_id in scope.ids("village")
    why = line.not_counted
    if line.instead is not None:
        why = f"{why}（{line.instead.item_code}，{base.signed(line.instead.points)} 分）"
    return {
        "id": entry.pk,
        "url": reverse("entries:detail", args=[entry.pk]) if seen else "",
        "on": entry.occurred_on.isoformat(),
        "item_code": entry.item_code,
        "quantity": entry.quantity,
        "points": base.signed(entry.points),
        "reason": entry.reason,
        "why": why,
        "pair": pair_of(line, replaced.get(entry.pk)),
    }


def pair_of(line: EntryLine, made: Replacement | None) -> list[dict[str, Any]]:
    """What belongs to a reversed entry, under it: the reversal, and the correction with how far it is."""
    told = []
    if line.reversal is not None:
        one = line.reversal
        told.append({"title": f"冲销第 {line.entry.pk} 号", "url": "", "on": one.created_at, "quantity": one.quantity,
                     "points": base.signed(one.points), "note": one.reason, "why": "与原记录相抵"})  # fmt: skip
    if made is not None:
        new = made.entry
        told.append({
            "title": f"更正为第 {new.pk} 号" if new else f"更正：第 {made.claim.pk} 条申报",
            "url": correction_url(made), "on": made.claim.occurred_on, "quantity": made.claim.quantity,
            "points": base.signed(new.points) if new else "", "note": made.claim.reason,
            "why": f"计入{base.quarter_label(new.settle_quarter)}，在那里另列" if new
            else f"{made.claim.get_state_display()}，审定后计分",
        })  # fmt: skip
    return told


# -- one person over the quarters


def year_results(scores: list[PointScore]) -> list[dict[str, Any]]:
    """Rule 9: the mean of the locked quarters in which the subject was scored, with their number."""
    years: dict[str, list[int]] = {}
    for score in scores:
        if score.total is not None and score.close.state == QuarterClose.State.LOCKED:
            years.setdefault(score.close.quarter[:4], []).append(score.total)
    return [
        {"year": year, "mean": base.points(mean(sum(totals), len(totals))), "count": len(totals)}
        for year, totals in sorted(years.items(), reverse=True)
    ]


def provisional(subject: Subject) -> tuple[str, Derivation] | None:
    """The open quarter as it stands: its sum, without rank or grade; None where nobody is scored by a scheme."""
    county = areacodes.county_of(subject.village_id)
    now = quarter_of(clock.today())
    closed = PointQuarter.objects.filter(county_code=county, quarter__gte=str(now)).exclude(state="open")
    taken = set(closed.values_list("quarter", flat=True))
    while str(now) in taken:
        now = now.next()
    return quarter_so_far(subject, str(now))


def quarter_so_far(subject: Subject, quarter: str) -> tuple[str, Derivation] | None:
    county = areacodes.county_of(subject.village_id)
    book = ItemBook.of([county])
    scheme = book.scheme(county, subject.kind, quarter)
    if scheme is None or not subject.is_active:
        return None
    own = {row.subject_class: row for row in scheme.class_bases.all()}.get(subject.subject_class)
    if subject.is_exempt or (own and own.exempt_reason):
        return None
    start = scheme.base if own is None or own.base is None else own.base
    entries = PointEntry.objects.unscoped("the subject was found within the user's scope").filter(
        settle_quarter=quarter, county_code=county, subject_id=subject.pk
    )
    town = areacodes.town_of(subject.village_id)
    return quarter, derive(scheme=scheme, items=book.items[scheme.pk], entries=list(entries), base=start, town=town)


class MemberScores(base.PointsView):
    """Scores of one subject by quarter, the year's mean, and the open quarter so far."""

    def get(self, request: HttpRequest, number: str) -> HttpResponse:
        found = Subject.objects.within(self.scope, "whose points the user may see").select_related("village")
        subject = found.filter(number=number).first()
        if subject is None:
            raise Http404
        scores = list(queries.binding_scores(self.user, subject)[:40])
        so_far = provisional(subject)
        head = base.head
        heads = [
            head("quarter", "季度", main=True),
            head("state", "状态"),
            head("total", "总分", css="num", unit="分", main=True),
            head("grade", "等次", main=True),
            head("federation", "联建内", css="num"),
            head("village", "村内", css="num"),
            head("town", "镇内", css="num"),
            head("where", "当季末所在", css="quiet"),
        ]
        names = base.place_names(score.close_subject.village_code for score in scores)
        rows = [
            base.row(
                heads,
                [
                    base.quarter_label(score.close.quarter), state_cell(score.close),
                    base.points(score.total) if score.total is not None else "免于积分", score.grade,
                    score.rank_federation, score.rank_village, score.rank_town,
                    names.get(score.close_subject.village_code, score.close_subject.village_code),
                ],
                url=reverse("scores:detail", args=[score.pk]),
            )
            for score in scores
        ]  # fmt: skip
        context = {
            "breadcrumbs": self.crumbs(("季度得分", reverse("scores:list")), (subject.name, "")),
            "object_title": f"{subject.name}的积分",
            "object_code": subject.number,
            "key_facts": [
                ("村居", subject.village.name),
                ("对象", subject.get_kind_display()),
                ("类别", dict(SubjectClass.choices).get(subject.subject_class, "") if subject.kind == "member" else ""),
            ],
            "subject_url": link_to(subject, self.user),
            "so_far_label": base.quarter_label(so_far[0]) if so_far else "",
            "sheet": sheet(so_far[1], self.scope, replacements_of(so_far[1].reversed_entries(), self.user))
            if so_far
            else None,
            "exempt_reason": subject.exempt_reason,
            "years": year_results(scores),
            "columns": heads,
            "rows": rows,
            "advice": ADVICE,
        }
        return self.page("members/points/member.html", context)

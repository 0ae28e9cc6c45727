"""Questions about closes and scores: what a user sees of them, by town, by grade, and beside the quarter before."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Avg, Count, Exists, F, Max, OuterRef, Q, QuerySet, Subquery

from lianjian import clock
from lianjian.periods import parse_quarter
from members.models import CloseSubject, PointClaim, PointGrade, PointScore, QuarterClose, Subject
from registers.scope import Scope

BINDING = (QuarterClose.State.PUBLISHED, QuarterClose.State.LOCKED)


def closes_for(user: Any) -> QuerySet[QuarterClose]:
    """Whole versions that the user may see; unfinished ones are nobody's but their job's."""
    rows = QuarterClose.objects.visible_to(user).filter(whole_at__isnull=False)
    return rows.select_related("area", "started_by", "published_by", "locked_by", "reopened_by")


def current_closes(user: Any) -> QuerySet[QuarterClose]:
    """Of each county and quarter the version that counts: the published or locked one, else the newest."""
    newer = QuarterClose.objects.unscoped("versions of one quarter beside each other").filter(
        area=OuterRef("area"), quarter=OuterRef("quarter"), whole_at__isnull=False
    )
    binding = newer.filter(state__in=BINDING)
    latest = newer.order_by("-number").values("number")[:1]
    counts = Q(state__in=BINDING) | (~Exists(binding) & Q(number=Subquery(latest)))
    return closes_for(user).filter(counts)


def published_since(close: QuarterClose) -> dt.date:
    """The day on which the publication began that a published version stands in: a correction takes the place of what
    was published and does not begin it anew.
    """
    versions = QuarterClose.objects.unscoped("versions of one quarter").filter(
        area_id=close.area_id, quarter=close.quarter, published_at__isnull=False, number__lte=close.number,
        is_correction=False,
    )  # fmt: skip
    return versions.aggregate(begun=Max("published_at"))["begun"].astimezone(clock.SHANGHAI).date()


def scores_in(close: QuarterClose, user: Any) -> QuerySet[PointScore]:
    """The scores of a close that lie within the user's scope."""
    return PointScore.objects.visible_to(user).filter(close=close, close_subject__close=close)


@dataclass(frozen=True)
class OwnShare:
    """How many of the claims of a quarter one person declared himself."""

    own: int
    all: int

    @property
    def is_most(self) -> bool:
        """More than half: then somebody else should compare with the papers before it is posted."""
        return self.own * 2 > self.all


def own_share(close: QuarterClose, user: Any) -> OwnShare:
    """Of the approved claims that settle in the close's quarter and county; one query over an index."""
    rows = PointClaim.objects.unscoped("counted only, for who posts the whole county").filter(
        PointClaim.in_scope(Scope.area(close.area_id)), settle_quarter=close.quarter
    )
    counted = rows.aggregate(all=Count("pk"), own=Count("pk", filter=Q(declared_by=user.pk)))
    return OwnShare(counted["own"], counted["all"])


def open_claims(close: QuarterClose, user: Any) -> int:
    """How many claims of facts within the quarter wait for somebody still: once it is posted they settle later."""
    quarter = parse_quarter(close.quarter)
    rows = PointClaim.objects.visible_to(user).filter(
        PointClaim.in_scope(Scope.area(close.area_id)), state__in=PointClaim.OPEN_STATES,
        occurred_on__range=(quarter.start, quarter.last_day),
    )  # fmt: skip
    return rows.count()


@dataclass
class TownLine:
    """Figures of one town (or of all): how many scored, exempt, the mean and the number in the top grade."""

    town: str
    scored: int
    exempt: int
    mean: float | None
    top: int


def by_town(close: QuarterClose, user: Any, kind: str, top_grade: str) -> list[TownLine]:
    rows = scores_in(close, user).filter(close_subject__subject_kind=kind)
    found = (
        rows.values(town=F("close_subject__town_code"))
        .annotate(
            scored=Count("total"),
            exempt=Count("pk", filter=Q(total__isnull=True)),
            mean=Avg("total"),
            top=Count("pk", filter=Q(grade=top_grade) if top_grade else Q(pk__in=[])),
        )
        .order_by("town")
    )
    return [TownLine(one["town"], one["scored"], one["exempt"], one["mean"], one["top"]) for one in found]


def kinds_in(close: QuarterClose, user: Any) -> dict[str, int]:
    """How many of each kind of subject are listed within the user's scope, largest first."""
    rows = CloseSubject.objects.visible_to(user).filter(close=close).values("subject_kind")
    found = rows.annotate(count=Count("pk")).order_by("-count").values_list("subject_kind", "count")
    return dict(found)


def grades_in(close: QuarterClose, user: Any, kind: str) -> dict[str, int]:
    rows = scores_in(close, user).filter(close_subject__subject_kind=kind, total__isnull=False)
    return dict(rows.values("grade").annotate(count=Count("pk")).order_by().values_list("grade", "count"))


def grade_names(close: QuarterClose, user: Any, kind: str) -> list[str]:
    """The grades of the scheme that the close was computed with, best first."""
    subjects = CloseSubject.objects.visible_to(user).filter(close=close, subject_kind=kind)
    scheme = subjects.values_list("scheme_id", flat=True).first()
    grades = PointGrade.objects.filter(scheme_id=scheme).order_by("-minimum")
    return list(grades.values_list("name", flat=True))


def federations_in(close: QuarterClose, user: Any) -> list[tuple[int | None, str]]:
    """Federations on the quarter's last day that have somebody within the user's scope."""
    rows = CloseSubject.objects.visible_to(user).filter(close=close, federation__isnull=False)
    return list(rows.values_list("federation", "federation_name").distinct().order_by("federation_name"))


def locked_before(close: QuarterClose, user: Any) -> QuarterClose | None:
    """The last locked close of an earlier quarter."""
    rows = closes_for(user).filter(area=close.area_id, state=QuarterClose.State.LOCKED, quarter__lt=close.quarter)
    return rows.order_by("-quarter").first()


def totals_of(close: QuarterClose, user: Any, subjects: list[int]) -> dict[int, int | None]:
    rows = scores_in(close, user).filter(close_subject__subject_id__in=subjects)
    return dict(rows.values_list("close_subject__subject_id", "total"))


@dataclass
class Places:
    """How many were ranked together with a score."""

    village: int
    town: int
    federation: int
    not_below: int  # in the federation, with at least its total
    in_federation: int  # scored in the federation, all classes: what the quota is taken of


def places_of(score: PointScore) -> Places:
    """Numbers only: nobody outside the reader's scope is named."""
    subject = score.close_subject
    rows = PointScore.objects.unscoped("a rank is told with the number it is out of").filter(
        close=score.close_id, close_subject__close=score.close_id, close_subject__scheme=subject.scheme_id,
        total__isnull=False,
    ).filter(
        Q(close_subject__town_code=subject.town_code)
        | Q(close_subject__federation=subject.federation, close_subject__federation__isnull=False)
    )  # fmt: skip
    same_class = Q(close_subject__subject_class=subject.subject_class) if subject.scheme.rank_by_class else Q()
    in_federation = Q(close_subject__federation=subject.federation, close_subject__federation__isnull=False)
    found = rows.aggregate(
        village=Count("pk", filter=Q(close_subject__village_code=subject.village_code) & same_class),
        town=Count("pk", filter=Q(close_subject__town_code=subject.town_code) & same_class),
        federation=Count("pk", filter=in_federation & same_class),
        not_below=Count("pk", filter=in_federation & Q(total__gte=score.total or 0)),
        in_federation=Count("pk", filter=in_federation),
    )
    return Places(**found)


def binding_scores(user: Any, subject: Subject) -> QuerySet[PointScore]:
    """The subject's scores in published and locked closes, newest first, as far as the user may see them."""
    rows = PointScore.objects.visible_to(user).filter(
        close_subject__subject_id=subject.pk, close__state__in=BINDING, close__whole_at__isnull=False
    )
    return rows.select_related("close", "close_subject").order_by("-close__quarter")

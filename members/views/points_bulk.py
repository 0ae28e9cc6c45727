"""Moving many claims at once: what went through is told with its number, what did not one by one with why."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse

from members.actions import claims as actions
from members.models import PointClaim
from members.points.duplicates import duplicates_of
from members.queries.point_claims import claims_waiting_for, has_a_step
from members.queries.point_items import ItemBook, counties_of
from members.views import points_base as base
from members.views.claim_filters import MOST_AT_ONCE, ClaimFilters
from members.views.points_claims import TITLE
from registers.errors import DomainError, NotAllowed

DOUBTED = "疑似重复，请打开核对后单独办理"


class BulkView(base.PointsView):
    """Moving many claims: what went through is told with its number, what did not one by one with why.

    `pk` of each that was ticked; or `all`: those that wait for the user within the list's filters (`query`), the oldest
    first, at most 1,000.
    """

    http_method_names = ["post", "options"]
    verb = ""

    def chosen(self) -> list[int]:
        if not has_a_step(self.user):
            raise NotAllowed("您没有办理积分申报的权限")
        if self.takes_all:
            form = ClaimFilters(
                QueryDict(self.request.POST.get("query", "")),
                scope=self.scope,
                book=ItemBook.of(counties_of(self.scope)),
            )
            form.fields.pop("state", None)  # all of them wait: the list has no such filter either
            rows = form.narrowed(claims_waiting_for(self.user)).order_by("waiting_since", "pk")
            return list(rows.values_list("pk", flat=True)[:MOST_AT_ONCE])
        texts = self.request.POST.getlist("pk")[:MOST_AT_ONCE]
        return [int(text) for text in dict.fromkeys(texts) if text.isascii() and text.isdigit() and len(text) < 19]  # noqa: PLR2004 -- bigint

    @property
    def takes_all(self) -> bool:
        return "all" in self.request.POST and "reason" not in self.request.POST

    def told(self, done: int, refused: list[tuple[int, str]]) -> HttpResponse:
        """Back to the list where all went through; else a page that names each that did not."""
        back = f"{reverse('claims:list')}?tab=mine"
        if not refused:
            messages.success(self.request, f"{self.verb} {done:,} 条。")
            return redirect(back)
        book = ItemBook.of(counties_of(self.scope))
        rows = PointClaim.objects.visible_to(self.user).select_related("subject", "village")
        claims = {claim.pk: claim for claim in rows.filter(pk__in=[pk for pk, _ in refused])}
        heads = [
            base.head("name", "姓名", main=True),
            base.head("village", "村居", css="name"),
            base.head("item", "积分项目", main=True),
            base.head("occurred_on", "发生日期", css="date"),
            base.head("why", "没有办成的原因", main=True),
        ]
        lines = []
        for pk, why in refused:
            claim = claims.get(pk)
            if claim is None:
                lines.append(base.row(heads, ["（没有这条申报）", "", "", "", why]))
                continue
            cells = [claim.subject.name, claim.village.name, book.name(claim), claim.occurred_on.isoformat(), why]
            lines.append(base.row(heads, cells, url=reverse("claims:detail", args=[pk])))
        context = {
            "breadcrumbs": self.crumbs((TITLE, reverse("claims:list")), (f"{self.verb}结果", "")),
            "verdict": f"{self.verb} {done:,} 条，{len(refused):,} 条没有{self.verb}",
            "columns": heads,
            "rows": lines,
            "back_url": back,
        }
        return self.page("members/points/moved.html", context)

    def came_from(self) -> str:
        return f"{reverse('claims:list')}?tab=mine"


class AdvanceMany(BulkView):
    verb = "通过"

    def post(self, request: HttpRequest) -> HttpResponse:
        ids = self.chosen()
        if not ids:
            messages.info(request, "请先勾选要通过的申报。")
            return redirect(self.came_from())
        doubted = dict.fromkeys(self.doubted(ids) if self.takes_all else ())
        advanced, errors = actions.advance_many(ids=[pk for pk in ids if pk not in doubted], by=self.user)
        return self.told(
            advanced, [*((error["id"], error["message"]) for error in errors), *((pk, DOUBTED) for pk in doubted)]
        )

    def doubted(self, ids: list[int]) -> list[int]:
        """Those that seem to tell a fact told before: nobody lets them through without having looked."""
        found = list(PointClaim.objects.visible_to(self.user).filter(pk__in=ids).order_by("pk"))
        return [found[at].pk for at in duplicates_of(found)]


class RejectMany(BulkView):
    """Asks for the reason on a page of its own (which works without script, too), then rejects."""

    verb = "驳回"

    def post(self, request: HttpRequest) -> HttpResponse:
        ids = self.chosen()
        if not ids:
            messages.info(request, "请先勾选要驳回的申报。")
            return redirect(self.came_from())
        rows = PointClaim.objects.visible_to(self.user).select_related("subject", "village")
        claims = {claim.pk: claim for claim in rows.filter(pk__in=ids)}
        if "reason" not in request.POST:
            return self.ask(list(claims.values()))
        reason = request.POST["reason"].strip()
        if not reason:
            return self.ask(list(claims.values()), error="请写明驳回的原因，申报人会看到")
        done, refused = 0, []
        for pk in ids:
            claim = claims.get(pk)
            try:
                if claim is None:
                    raise Http404
                actions.reject(claim=claim, by=self.user, reason=reason)
                done += 1
            except Http404:
                refused.append((pk, "没有找到，或不在您的管辖范围内"))
            except DomainError as error:
                refused.append((pk, error.message))
        return self.told(done, refused)

    def ask(self, claims: list[PointClaim], error: str = "") -> HttpResponse:
        book = ItemBook.of(counties_of(self.scope))
        context = {
            "breadcrumbs": self.crumbs((TITLE, reverse("claims:list")), ("驳回", "")),
            "claims": [(claim, book.name(claim)) for claim in claims],
            "error": error,
            "back_url": self.came_from(),
        }
        return self.page("members/points/reject.html", context, status=400 if error else 200)

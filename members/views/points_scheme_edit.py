"""Making a scheme's versions: a new draft, writing it anew, putting it in force, dropping it. The county's."""

import datetime as dt

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from lianjian import numbers
from members.actions import schemes as actions
from members.models import PointScheme
from members.models.subjects import SubjectKind
from members.points.content import SchemeContent, content_of
from members.queries.point_items import counties_of
from members.views import points_base as base
from members.views.points_schemes import TITLE, SchemeView
from members.views.scheme_forms import SchemeForms, start_of
from registers.errors import DomainError, StaleVersion

RIGHT = actions.RIGHT
ITEMS_NOTE = (
    "扣分项填负数；同组的项目同一天只计最高的一项；编码留空由系统编排，以前用过的请保留。"
    "信访、宗教、保险缴费、捐款捐物、点赞转发、同意拆迁征地、子女成绩、登录打卡不得列入。"
)


class OwnSchemeView(SchemeView):
    """What the county's pages of one version share."""

    def changeable(self, pk: int) -> PointScheme:
        """The version, for whoever makes schemes there: else 403, which needs the scheme to be seen first."""
        scheme = PointScheme.objects.visible_to(self.user).select_related("area").filter(pk=pk).first()
        if scheme is None:
            raise Http404
        if not self.user.scope_for(RIGHT).covers(scheme.area_id):
            raise PermissionDenied
        return scheme

    def came_from(self) -> str:
        return reverse("schemes:detail", args=[self.kwargs["pk"]]) if "pk" in self.kwargs else reverse("schemes:list")


class EditorView(OwnSchemeView):
    """The editor's page with its forms."""

    def editor(
        self, forms: SchemeForms, *, title: str, county: str, cancel_url: str, seen: str = "", status: int = 200
    ) -> HttpResponse:
        context = {
            "breadcrumbs": self.crumbs((TITLE, reverse("schemes:list")), (title, "")),
            "title": title,
            "forms": forms,
            "problems": list(forms.errors()) if status != 200 else [],  # noqa: PLR2004 -- HTTP
            "county": county,
            "items_note": ITEMS_NOTE,
            "cancel_url": cancel_url,
            "seen": seen,
        }
        return self.page("members/points/scheme_edit.html", context, status)


class NewScheme(EditorView):
    """A draft of the next version of a book: `kind`, beginning with `from` (a version) or the last one."""

    right = RIGHT

    def get(self, request: HttpRequest) -> HttpResponse:
        kind, county, last = self.asked()
        return self.shown(SchemeForms(kind, start_of(kind, last)), county)

    def post(self, request: HttpRequest) -> HttpResponse:
        kind, county, last = self.asked()
        kept = [item for item in last.items if item.town] if last else []
        forms = SchemeForms(kind, start_of(kind, last), request.POST, kept, actions.codes_used(county, kind))
        if forms.is_valid(county) and forms.content:
            try:
                scheme = actions.new_version(by=self.user, area=county, content=forms.content)
            except DomainError as error:
                forms.head.add_error(None, error.message)
            else:
                messages.success(request, f"已存为草稿：{scheme}。核对后启用。")
                return redirect("schemes:detail", pk=scheme.pk)
        return self.shown(forms, county, status=400)

    def asked(self) -> tuple[str, str, SchemeContent | None]:
        """(kind, county, what it begins with). Raises Http404 for what is no book of the user's."""
        scope = self.user.scope_for(RIGHT)
        counties = [code for code in counties_of(scope) if scope.covers(code)]
        kind = self.request.GET.get("kind", SubjectKind.MEMBER)
        county = self.request.GET.get("area", "") or (counties[0] if counties else "")
        if county not in counties or kind not in SubjectKind.values:
            raise Http404
        versions = PointScheme.objects.visible_to(self.user).filter(area=county, subject_kind=kind)
        if asked := self.request.GET.get("from", ""):
            last = versions.filter(pk=numbers.whole_number(asked) or 0).first()
            if last is None:
                raise Http404
        else:
            last = versions.order_by("-number").first()
        return kind, county, content_of(last) if last else None

    def shown(self, forms: SchemeForms, county: str, status: int = 200) -> HttpResponse:
        title = f"新建积分办法：{SubjectKind(forms.kind).label}"
        return self.editor(forms, title=title, county=county, cancel_url=reverse("schemes:list"), status=status)


class EditScheme(EditorView):
    """A draft written anew; a version in force is told how to go on."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        scheme = self.changeable(pk)
        if scheme.state == PointScheme.State.IN_FORCE:
            messages.info(request, "这一版已经启用，不能修改；要改请据此新建下一版。")
            return redirect("schemes:detail", pk=pk)
        return self.shown(scheme, SchemeForms(scheme.subject_kind, content_of(scheme)))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        scheme = self.changeable(pk)
        content = content_of(scheme)
        kept = [item for item in content.items if item.town]
        used = actions.codes_used(scheme.area_id, scheme.subject_kind)
        forms = SchemeForms(scheme.subject_kind, content, request.POST, kept, used)
        if forms.is_valid(scheme.area_id) and forms.content:
            try:
                actions.edit_draft(
                    scheme=scheme, by=self.user, content=forms.content, seen=self.seen(), keep_town_items=True
                )
            except StaleVersion as error:
                forms.head.add_error(None, error.message)
            else:
                messages.success(request, f"已保存草稿：{scheme}。")
                return redirect("schemes:detail", pk=pk)
        return self.shown(scheme, forms, status=400)

    def seen(self) -> dt.datetime | None:
        try:
            return dt.datetime.fromisoformat(self.request.POST.get("seen", ""))
        except ValueError:
            return None

    def shown(self, scheme: PointScheme, forms: SchemeForms, status: int = 200) -> HttpResponse:
        return self.editor(
            forms, title=f"修改草稿：{scheme}", county=scheme.area_id, cancel_url=self.came_from(),
            seen=scheme.updated_at.isoformat(), status=status,
        )  # fmt: skip


class PutInForce(OwnSchemeView):
    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        scheme = actions.put_in_force(scheme=self.changeable(pk), by=self.user)
        messages.success(request, f"已启用：{scheme}，自{base.quarter_label(scheme.from_quarter)}起施行。")
        return redirect("schemes:detail", pk=pk)


class DropDraft(OwnSchemeView):
    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        scheme = self.changeable(pk)
        said = f"已删除草稿：{scheme}。"
        actions.drop_draft(scheme=scheme, by=self.user)
        messages.success(request, said)
        return redirect("schemes:list")

"""The founding form (P05–P08): facts, villages and posts on one page, with the scale told while one types (P06)."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from federations.actions.founding import NewPost, found_federation
from federations.models import Federation, FederationVillage
from federations.queries import primary_memberships
from federations.registers.federations import JOINT_KINDS
from federations.scale import Scale, check_scale
from federations.settings_declared import LOCAL_WORD
from lianjian import clock
from members.models import PartyOrganization, Post
from registers.errors import Invalid
from registers.exchange.context import RowContext
from registers.models.setting import setting
from registers.pages.action_face import ActionForm, DayField, LookupField
from registers.pages.faces import Face
from registers.register import Register
from registers.rows.columns import Found
from villages.models import Area, Village
from villages.resolvers import VILLAGES

DEFAULT_KIND = {"新村": Federation.Kind.NEW_VILLAGE, "联建片区": Federation.Kind.DISTRICT}
VILLAGES_PREFIX, POSTS_PREFIX = "villages", "posts"
MOST_VILLAGES = 150
Role = FederationVillage.Role


class FoundForm(ActionForm):
    name = forms.CharField(label="名称", max_length=60, help_text="如“湛江路新村”")
    kind = forms.ChoiceField(label="类别", choices=Federation.Kind.choices)
    mode = forms.ChoiceField(label="联建模式", choices=[("", "请选择"), *Federation.Mode.choices])
    sub_mode = forms.ChoiceField(
        label="细分模式", choices=[("", "不分"), *Federation.SubMode.choices], required=False,
        help_text="只有“城乡一体化带动”才分",
    )  # fmt: skip
    area_code = forms.ChoiceField(label="牵头镇街")
    on = DayField(label="提出日期")
    organization_kind = forms.ChoiceField(label="联合党组织类别", choices=JOINT_KINDS)
    organization_name = forms.CharField(
        label="联合党组织名称",
        max_length=80,
        required=False,
        help_text="不填按名称生成，如“中共湛江路新村联合总支委员会”",
    )
    evidence = forms.CharField(
        label="论证依据", max_length=2000, required=False, widget=forms.Textarea({"rows": 5}),
        help_text="从区位、人口、产业、文化、治理几个方面写明为什么联在一起；提交论证前补齐即可",
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        areas = Area.objects.within(self.user.scope_for(self.register.change_right))
        leading = areas.filter(level__in=[Area.Level.TOWN, Area.Level.COUNTY], valid_to__isnull=True).order_by(
            "-level", "code"
        )
        self.areas = {area.code: area for area in leading.order_by("-level", "code")}
        choices = [(code, area.name) for code, area in self.areas.items()]
        leading_area = self.fields["area_code"]
        assert isinstance(leading_area, forms.ChoiceField)  # noqa: S101 -- declared above
        leading_area.choices = choices if len(choices) == 1 else [("", "请选择"), *choices]


class VillageRow(ActionForm):
    village = LookupField(VILLAGES, "villages", what="村居", label="村居", required=False)
    role = forms.ChoiceField(label="角色", choices=Role.choices, initial=Role.MEMBER, required=False)

    def has_changed(self) -> bool:
        """A row whose village is left empty is no row, whatever its role says."""
        return bool(self.data.get(self.add_prefix("village"), "").strip()) if self.is_bound else super().has_changed()


class PostRow(ActionForm):
    person = forms.CharField(label="姓名", max_length=40, required=False, help_text="姓名或党员编号")
    title = forms.ChoiceField(label="职务", choices=Post.Title.choices, initial=Post.Title.SECRETARY, required=False)
    portfolio = forms.CharField(label="分工", max_length=60, required=False)
    source = forms.ChoiceField(label="来源", choices=Post.Source.choices, required=False)

    def has_changed(self) -> bool:
        return bool(self.data.get(self.add_prefix("person"), "").strip()) if self.is_bound else super().has_changed()


VillageRows = forms.formset_factory(VillageRow, extra=3, can_delete=True, max_num=MOST_VILLAGES)
PostRows = forms.formset_factory(PostRow, extra=1, can_delete=True, max_num=20)


def kept(formset: Any) -> list[dict[str, Any]]:
    """The rows of a valid formset that were filled and not taken away."""
    return [
        form.cleaned_data
        for form in formset
        if form.has_changed() and form.cleaned_data and not form.cleaned_data.get("DELETE")
    ]


class FoundFace(Face):
    template = "federations/found.html"
    needs_change = True

    def get(self, request: HttpRequest) -> HttpResponse:
        area = min((low for low, _ in self.user.scope_for(self.register.change_right).ranges), key=len, default="")
        word = setting(LOCAL_WORD, area) if area else ""
        initial = {
            "kind": DEFAULT_KIND.get(word, Federation.Kind.NEW_VILLAGE),
            "on": clock.today(),
            "organization_kind": PartyOrganization.Kind.JOINT_GENERAL_BRANCH,
        }
        form = FoundForm(register=self.register, user=self.user, initial=initial)
        return self.show(form, self.rows_of(VillageRows, VILLAGES_PREFIX), self.rows_of(PostRows, POSTS_PREFIX))

    def post(self, request: HttpRequest) -> HttpResponse:
        form = FoundForm(request.POST, register=self.register, user=self.user)
        villages = self.rows_of(VillageRows, VILLAGES_PREFIX, request.POST)
        posts = self.rows_of(PostRows, POSTS_PREFIX, request.POST)
        if all([form.is_valid(), villages.is_valid(), posts.is_valid()]):
            try:
                federation = self.found(form, villages, posts)
                messages.success(request, f"已登记“{federation.name}”为拟建。")
                return redirect(self.url("detail", federation))
            except Invalid as error:
                form.take(error)
        return self.show(form, villages, posts, status=400)

    def found(self, form: FoundForm, villages: Any, posts: Any) -> Federation:
        facts = dict(form.cleaned_data)
        return found_federation(
            by=self.user,
            area=form.areas[facts.pop("area_code")],
            villages=[(row["village"], row["role"] or Role.MEMBER) for row in kept(villages)],
            posts=[
                NewPost(
                    row["person"],
                    row["title"] or Post.Title.MEMBER,
                    row["portfolio"],
                    row["source"] or Post.Source.VILLAGE,
                )
                for row in kept(posts)
            ],
            scale_reason=self.request.POST.get("scale_reason", "")[:200],
            **facts,
        )

    def rows_of(self, formset: Any, prefix: str, data: Any = None) -> Any:
        return formset(data, prefix=prefix, form_kwargs={"register": self.register, "user": self.user})

    def show(self, form: FoundForm, villages: Any, posts: Any, status: int = 200) -> HttpResponse:
        fields = {field.name: field for field in form}
        groups = [
            {
                "title": "基本情况",
                "fields": [fields[name] for name in ("name", "kind", "mode", "sub_mode", "area_code", "on")],
            },
            {"title": "联合党组织", "fields": [fields[name] for name in ("organization_kind", "organization_name")]},
            {"title": "论证", "fields": [fields["evidence"]]},
        ]
        context = {
            "register": self.register,
            "breadcrumbs": self.breadcrumbs(("新建", "")),
            "form_title": "新建联建单位",
            "form_note": "先登记为拟建，论证、批复、运行在详情页一步步办理。批复之前不占用村居的名额。",
            "form": form,
            "groups": groups,
            "formsets": [{"formset": villages, "title": "成员村居（至少两个）", "add_label": "加一个村居"}],
            "posts": posts,
            "scale_url": self.url("scale"),
            "submit_label": "登记为拟建",
            "cancel_url": self.url("list"),
        }
        return self.page(self.template, context | scale_of(self.register, self.user, self.request), status)


class ScaleFace(Face):
    """The fragment below the villages: 3 个村居，1,850 人，在一般要求之内."""

    needs_change = True

    def post(self, request: HttpRequest) -> HttpResponse:
        return render(request, "federations/_scale.html", scale_of(self.register, self.user, request))


def scale_of(register: Register, user: Any, request: HttpRequest) -> dict[str, Any]:
    """The scale of the villages typed so far. Only villages within the user's reach are counted."""
    names = [
        text
        for key, text in ((key, str(text).replace("\x00", "").strip()) for key, text in request.POST.items())
        if key.startswith(f"{VILLAGES_PREFIX}-") and key.endswith("-village") and text
        and not request.POST.get(f"{key.removesuffix('-village')}-DELETE")
    ]  # fmt: skip
    context: dict[str, Any] = {"scale": None, "scale_reason": request.POST.get("scale_reason", "")}
    if not names or request.POST.get("kind") not in Federation.PRIMARY_KINDS:
        return context
    answers = VILLAGES.resolve(list(dict.fromkeys(names)), RowContext(user, register))
    found = [answer.value if isinstance(answer, Found) else answer for answer in answers.values()]
    codes = sorted({village.pk for village in found if isinstance(village, Village)})
    if codes:
        context["taken"] = primary_memberships(user, codes)
        scale = check_scale(codes, clock.today(), area_code=codes[0])
        context |= {"scale": scale, "scale_warnings": scale.warnings(), "scale_names": _without(scale, found)}
    return context


def _without(scale: Scale, found: list[Any]) -> str:
    names = {village.pk: village.name for village in found if isinstance(village, Village)}
    return "、".join(names[code] for code in scale.without_figures)

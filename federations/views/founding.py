"""The founding wizard (P05–P08): why, which villages, who leads; what is typed is kept until it is done."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from federations.actions.founding import NewPost, found_federation, organization_name_of
from federations.models import Federation, FoundingDraft, LeadershipPattern, PlanningEvidence
from federations.settings_declared import LOCAL_WORD
from federations.views.founding_forms import (
    POSTS_PREFIX,
    VILLAGES_PREFIX,
    FactsForm,
    PostRows,
    Role,
    TeamForm,
    VillageRows,
    kept,
    typed_in,
)
from federations.views.founding_scale import scale_of
from lianjian import clock
from lianjian.numbers import whole_number
from members.models import PartyOrganization, Post
from registers.errors import Invalid
from registers.models.setting import setting
from registers.pages.faces import Face

DEFAULT_KIND = {"新村": Federation.Kind.NEW_VILLAGE, "联建片区": Federation.Kind.DISTRICT}
STEPS = {1: "论证", 2: "成员村居", 3: "班子", 4: "核对"}
WHY, VILLAGES, TEAM, REVIEW = STEPS
MOST_DRAFTS = 20


class Wizard(Face):
    """What all steps share: the parts of a step made from what was typed, and the way between steps."""

    needs_change = True

    def parts(self, step: int, typed: dict[str, Any] | None) -> dict[str, Any]:
        """The forms of a step, bound where something was typed."""
        common = {"register": self.register, "user": self.user}
        if step == WHY:
            return {"form": FactsForm(typed, initial=self.first_facts(), **common)}
        if step == VILLAGES:
            return {"villages": VillageRows(typed, prefix=VILLAGES_PREFIX, form_kwargs=common)}
        kind = PartyOrganization.Kind.JOINT_GENERAL_BRANCH
        form = TeamForm(typed, initial={"organization_kind": kind}, **common)
        return {"form": form, "posts": PostRows(typed, prefix=POSTS_PREFIX, form_kwargs=common)}

    def first_facts(self) -> dict[str, Any]:
        area = min((low for low, _ in self.user.scope_for(self.register.change_right).ranges), key=len, default="")
        word = setting(LOCAL_WORD, area) if area else ""
        return {"kind": DEFAULT_KIND.get(word, Federation.Kind.NEW_VILLAGE), "on": clock.today()}

    def right(self, step: int, parts: dict[str, Any]) -> bool:
        """Whether a step may be left forwards; a founding has two villages at least."""
        verdicts = [part.is_valid() for part in parts.values()]  # all of them, so that all errors are told at once
        valid = all(verdicts)
        if valid and step == VILLAGES and len(list(kept(parts["villages"]))) < 2:
            parts["villages"].forms[0].add_error("village", "联建至少要有 2 个村居")
            return False
        return valid

    def draft_url(self, draft: FoundingDraft, step: int) -> str:
        return f"{reverse(self.register.url_name('draft'), args=[draft.pk])}?step={step}"

    def show_step(
        self, step: int, parts: dict[str, Any], draft: FoundingDraft | None, *, status: int = 200
    ) -> HttpResponse:
        typed = draft.typed.get(str(step), {}) if draft else {}
        context = {
            "register": self.register,
            "breadcrumbs": self.breadcrumbs(("新建", "")),
            "steps": [
                {
                    "number": number,
                    "title": title,
                    "state": "active" if number == step else "done" if draft and str(number) in draft.typed else "",
                }
                for number, title in STEPS.items()
            ],
            "step": step,
            "is_first": step == WHY,
            "draft": draft,
            "drafts": self.drafts() if draft is None else [],
            "cancel_url": self.url("list"),
            "scale_url": self.url("scale"),
            "kind": draft.typed.get("1", {}).get("kind", "") if draft else "",
        }
        if step == VILLAGES:
            asked = typed if not self.request.POST else self.request.POST
            context |= scale_of(self.register, self.user, asked | {"kind": context["kind"]} if draft else asked)
        return self.page(f"federations/found_{step}.html", context | parts, status)

    def drafts(self) -> list[dict[str, Any]]:
        """The person's own unfinished ones, the newest first."""
        rows = FoundingDraft.objects.filter(owner=self.user)[:MOST_DRAFTS]
        return [
            {"name": str(row), "at": row.updated_at, "url": self.draft_url(row, self.open_step(row)), "pk": row.pk}
            for row in rows
        ]

    def open_step(self, draft: FoundingDraft) -> int:
        return next((step for step in (WHY, VILLAGES, TEAM) if str(step) not in draft.typed), REVIEW)


class FoundFace(Wizard):
    """The first step, before anything is kept."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show_step(WHY, self.parts(WHY, None), None)

    def post(self, request: HttpRequest) -> HttpResponse:
        typed = typed_in(request.POST)
        parts = self.parts(WHY, typed)
        later = request.POST.get("go") == "later"
        if not later and not self.right(WHY, parts):
            return self.show_step(WHY, parts, None, status=400)
        draft = FoundingDraft.objects.create(owner=self.user, typed={str(WHY): typed})
        if later:
            messages.success(request, "已存为草稿，随时在“新建”里接着填。")
            return redirect(self.url("list"))
        return redirect(self.draft_url(draft, VILLAGES))


class DraftFace(Wizard):
    """Any step of one's own draft. `go` says where to: a step, `later`, or nothing for the next one."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Whose draft it is comes before all rights: for everybody else there is none."""
        if not FoundingDraft.objects.filter(owner=self.user, pk=kwargs["pk"]).exists():
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def draft(self, number: int) -> FoundingDraft:
        return FoundingDraft.objects.get(owner=self.user, pk=number)

    def step(self) -> int:
        """404 for a step there is not."""
        step = whole_number(self.request.GET.get("step", ""))
        if step not in STEPS:
            raise Http404
        return step

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        found, step = self.draft(pk), self.step()
        if step == REVIEW:
            return self.review(found)
        return self.show_step(step, self.parts(step, found.typed.get(str(step))), found)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        found, step = self.draft(pk), self.step()
        go = request.POST.get("go", "")
        if go == "drop":
            found.delete()
            messages.success(request, "已删除草稿。")
            return redirect(self.url("new"))
        if step == REVIEW:
            return redirect(self.draft_url(found, int(go))) if go in map(str, STEPS) else self.finish(found)
        typed = typed_in(request.POST)
        found.typed[str(step)] = typed
        found.save()
        if go == "later":
            messages.success(request, "已存为草稿，随时在“新建”里接着填。")
            return redirect(self.url("list"))
        if go in map(str, STEPS):  # backwards, or to a step that was filled: kept as it is, right or not
            return redirect(self.draft_url(found, int(go)))
        parts = self.parts(step, typed)
        if not self.right(step, parts):
            return self.show_step(step, parts, found, status=400)
        return redirect(self.draft_url(found, step + 1))

    def checked(self, draft: FoundingDraft) -> tuple[int, dict[str, Any]]:
        """(0, all parts) where everything is right, else (the first step that is not, its parts)."""
        everything: dict[str, Any] = {}
        for step, names in ((WHY, {"form": "facts"}), (VILLAGES, {}), (TEAM, {"form": "team"})):
            parts = self.parts(step, draft.typed.get(str(step)))
            if str(step) not in draft.typed or not self.right(step, parts):
                return step, parts
            everything |= {names.get(name, name): part for name, part in parts.items()}
        return 0, everything

    def review(self, draft: FoundingDraft, *, error: str = "") -> HttpResponse:
        wrong, parts = self.checked(draft)
        if wrong:
            return redirect(self.draft_url(draft, wrong))
        facts, team = parts["facts"], parts["team"]
        typed = draft.typed[str(VILLAGES)] | {"kind": facts.cleaned_data["kind"]}
        kind = team.cleaned_data["organization_kind"]
        roles, titles, sources = dict(Role.choices), dict(Post.Title.choices), dict(Post.Source.choices)
        context = {
            "area": facts.areas[facts.cleaned_data["area_code"]],
            "facts": facts.cleaned_data,
            "kind_text": Federation.Kind(facts.cleaned_data["kind"]).label,
            "mode_text": Federation.Mode(facts.cleaned_data["mode"]).label,
            "sub_mode_text": dict(Federation.SubMode.choices).get(facts.cleaned_data["sub_mode"], ""),
            "topics": [(topic.label, facts.topics[topic]) for topic in PlanningEvidence.Topic],
            "roles": {
                row["village"].pk: roles.get(row["role"] or Role.MEMBER, "") for row in kept(parts["villages"])
            },
            "team": team.cleaned_data,
            "organization": team.cleaned_data["organization_name"] or organization_name_of(
                facts.cleaned_data["name"], kind
            ),
            "organization_kind": PartyOrganization.Kind(kind).label,
            "pattern_text": dict(LeadershipPattern.Pattern.choices).get(team.cleaned_data["pattern"], "暂不确定"),
            "people": [
                row | {"title": titles.get(row["title"], "委员"), "source": sources.get(row["source"], "村干部")}
                for row in kept(parts["posts"])
            ],
            "error": error,
        }  # fmt: skip
        scale = scale_of(self.register, self.user, typed)
        for line in scale["figures"]:
            line["role"] = context["roles"].get(line["code"], "")
        return self.show_step(REVIEW, context | scale, draft, status=400 if error else 200)

    def finish(self, draft: FoundingDraft) -> HttpResponse:
        wrong, parts = self.checked(draft)
        if wrong:
            return redirect(self.draft_url(draft, wrong))
        try:
            federation = self.found(draft, parts)
        except Invalid as error:
            return self.review(draft, error=error.message)
        draft.delete()
        messages.success(self.request, f"已登记“{federation.name}”为拟建。下一步：补齐论证依据后提交论证。")
        return redirect(self.url("detail", federation))

    def found(self, draft: FoundingDraft, parts: dict[str, Any]) -> Federation:
        facts, team = parts["facts"], parts["team"].cleaned_data
        given = {name: facts.cleaned_data[name] for name in ("name", "kind", "mode", "sub_mode", "evidence", "on")}
        return found_federation(
            by=self.user,
            area=facts.areas[facts.cleaned_data["area_code"]],
            villages=[(row["village"], row["role"] or Role.MEMBER) for row in kept(parts["villages"])],
            posts=[
                NewPost(
                    row["person"], row["title"] or Post.Title.MEMBER, row["portfolio"],
                    row["source"] or Post.Source.VILLAGE,
                )
                for row in kept(parts["posts"])
            ],
            scale_reason=str(draft.typed[str(VILLAGES)].get("scale_reason", ""))[:200],
            topics=facts.topics,
            evidence_source=facts.cleaned_data["source"],
            organization_kind=team["organization_kind"],
            organization_name=team["organization_name"],
            pattern=team["pattern"],
            due_on=team["due_on"],
            **given,
        )  # fmt: skip

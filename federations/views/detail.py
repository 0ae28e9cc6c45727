"""The page that tells a federation's story: its villages, its leaders, its steps, and what it amounts to."""

from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.formats import number_format

from federations import story
from federations.access import may
from federations.actions.leadership import pattern_on, secretary_of
from federations.duty import monday_of, week_of
from federations.models import DutyShift, Federation, FederationVillage, PlanningEvidence, Shift
from federations.placing import drawing
from federations.queries import UNFINISHED
from federations.registers.organising import evidence_by_topic
from federations.scale import latest_populations
from federations.story_parts import plan_parts, premises_parts, team_parts
from federations.views.duty import entry_url, week_text, week_url
from lianjian import areacodes, clock
from members.models import Post
from registers.pages.details import DetailFace
from registers.pages.parts import Action, RelatedTable
from villages.models import Village

OVERVIEW, TEAM, PREMISES, PLANS, HISTORY = "", "team", "premises", "plans", "history"
TABS = {
    OVERVIEW: "概况",
    TEAM: "论证与班子",
    PREMISES: "场所与值班",
    PLANS: "联合规划",
    HISTORY: "历程",
}
STEPS_SHOWN = 5


class FederationFace(DetailFace):
    """What matters stands on the first tab; `tab` opens the others, each with its own questions to the database."""

    template = "federations/detail.html"

    def context(self, row: Federation) -> dict[str, Any]:
        tab = self.request.GET.get("tab", OVERVIEW)
        self.tab = tab if tab in TABS else OVERVIEW
        context = super().context(row)
        self.members = self.standing(row)
        self.secretary = secretary_of(row) if self.user.can("organizations.view") else None
        context["key_facts"] = self.story_facts(row)
        context["tab"] = self.tab
        context["tabs"] = [
            {"title": title, "url": f"?tab={name}" if name else self.url("detail", row), "active": name == self.tab}
            for name, title in TABS.items()
        ]
        context["stages"] = stages(row)
        parts = {
            OVERVIEW: self.overview, TEAM: self.team, PREMISES: self.premises, PLANS: self.plans, HISTORY: self.past,
        }  # fmt: skip
        if self.tab != OVERVIEW:
            context |= {"fact_groups": [], "related": [], "history": [], "notices": []}
        return context | parts[self.tab](row)

    def overview(self, row: Federation) -> dict[str, Any]:
        """Villages, place, leaders and figures; below them what other registers keep about it, and the last steps."""
        own = [member for member in self.members if member.is_own]
        years = story.yearly(self.user, [member.village_id for member in own])
        steps = self.steps(row)
        return {
            "villages": self.village_table(row),
            "drawing": self.drawing(row, own),
            "leaders": self.leaders(row),
            "charts": story.charts(years, len(own)),
            "steps": steps[:STEPS_SHOWN],
            "more_steps": f"?tab={HISTORY}" if len(steps) > STEPS_SHOWN else "",
        }

    def team(self, row: Federation) -> dict[str, Any]:
        """Evidence by heading, who led and leads, and of an overlay one its enterprises, classes and help teams."""
        rows = PlanningEvidence.objects.visible_to(self.user).filter(federation=row)
        topics = evidence_by_topic(rows)
        missing = [topic.label for topic in PlanningEvidence.NEEDED if not topics[topic]]
        posts = story.posts_of(self.user, row)
        return {
            "evidence": [(PlanningEvidence.Topic(topic).label, rows) for topic, rows in topics.items()],
            "missing_topics": "、".join(missing),
            "evidence_url": self.list_of("planning-evidence", row),
            "add_evidence_url": self.add_to("planning-evidence", row),
            "timeline": story.timeline(self.user, row, posts),
            "related": [self.related_part(part) for part in team_parts(self.user, row, self.may_change_row(row))],
        }

    def premises(self, row: Federation) -> dict[str, Any]:
        monday = monday_of(clock.today())
        may_write = may(by=self.user, federation=row, right=DutyShift.change_right)
        return {
            "related": [self.related_part(part) for part in premises_parts(self.user, row, self.may_change_row(row))],
            "week": week_of(self.user, row, monday),
            "shifts": Shift.labels,
            "week_text": week_text(monday),
            "week_url": week_url(row, monday),
            "entry_url": entry_url(row, monday) if may_write else "",
        }

    def plans(self, row: Federation) -> dict[str, Any]:
        return {"related": [self.related_part(part) for part in plan_parts(self.user, row, self.may_change_row(row))]}

    def past(self, row: Federation) -> dict[str, Any]:
        former = [
            {"village": one.village.name, "role": one.get_role_display(), "from": one.valid_from, "to": one.valid_to}
            for one in story.former_villages(self.user, row)
        ]
        return {"steps": self.steps(row), "former": former}

    def drawing(self, row: Federation, own: list[FederationVillage]) -> Any:
        """Its villages among the town's others, as far as the user may see them."""
        low, high = areacodes.subtree(row.area_id)
        near = Village.objects.visible_to(self.user).filter(area_id__gte=low, area_id__lt=high, longitude__isnull=False)
        url = reverse("villages:list")
        members = [(one.village, one.role, f"{url}{one.village_id}/") for one in own]
        return drawing(members, near.order_by("area_id")) if members else None

    def leaders(self, row: Federation) -> dict[str, Any]:
        """Who leads today and in which pattern; a hand-over that is due is said."""
        today = clock.today()
        standing = [
            post for post in story.posts_of(self.user, row)
            if post.valid_from <= today and (post.valid_to is None or post.valid_to > today)
        ]  # fmt: skip
        order = list(Post.Title.values)
        standing.sort(key=lambda post: (order.index(post.title), post.valid_from))
        pattern = pattern_on(row)
        due = pattern.due_on if pattern is not None else None
        return {
            "posts": standing,
            "pattern": pattern.get_pattern_display() if pattern is not None else "",
            "due_on": due,
            "late": due is not None and due <= today,
            "all_url": f"?tab={TEAM}",
            "add_url": f"{reverse('posts:new')}?organization={row.organization_id}"
            if self.may_change_row(row) and self.user.can("organizations.change")
            else "",
        }

    def list_of(self, slug: str, row: Federation) -> str:
        return f"{reverse(f'{slug}:list')}?federation={row.pk}"

    def add_to(self, slug: str, row: Federation) -> str:
        return f"{reverse(f'{slug}:new')}?federation={row.pk}" if self.may_change_row(row) else ""

    def fact_groups(self, row: Federation) -> list[dict[str, Any]]:
        """Without what the head and the tables tell already."""
        told = {self.register.column(name).heading for name in ("name", "villages", "founded_on")}
        groups = super().fact_groups(row)
        for group in groups:
            group["facts"] = [fact for fact in group["facts"] if fact["label"] not in told]
        return groups

    def standing(self, row: Federation) -> list[FederationVillage]:
        """The memberships to show: all that stand; once dissolved, those that stood to the end."""
        rows = FederationVillage.objects.unscoped("code, name and role go with the federation").filter(federation=row)
        if row.status == Federation.Status.DISSOLVED:
            rows = rows.filter(valid_to=row.ended_on)
        else:
            rows = rows.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=clock.today()))
        members = list(rows.select_related("village").order_by("village_id"))
        scope = self.user.scope_for("villages.view")
        for member in members:
            member.is_own = scope.covers(member.village_id) or member.village_id in scope.ids("village")
        self.people = latest_populations([member.village_id for member in members if member.is_own], clock.today())
        return members

    def story_facts(self, row: Federation) -> list[tuple[str, str]]:
        """Villages, people, since when. People of another town's villages are not counted, and that is said."""
        foreign = sum(1 for member in self.members if not member.is_own)
        facts = [("成员村居", f"{len(self.members)} 个")]
        if self.people:
            text = f"{number_format(sum(self.people.values()), force_grouping=True)} 人"
            facts.append(("户籍人口", f"{text}（不含外镇 {foreign} 个）" if foreign else text))
        if self.secretary is not None:
            facts.append(("书记", self.secretary.person.name))
        facts.append(("成立日期", str(row.founded_on) if row.founded_on else "尚未批复"))
        return facts

    def village_table(self, row: Federation) -> RelatedTable:
        columns = [
            {"key": "village", "heading": "村居", "css": "name", "main": True},
            {"key": "role", "heading": "角色", "css": "", "main": True},
            {"key": "code", "heading": "代码", "css": "", "main": False},
            {"key": "population", "heading": "户籍人口", "unit": "人", "css": "num", "main": True},
            {"key": "from", "heading": "加入日期", "css": "date", "main": False},
            {"key": "leave", "heading": "", "css": "quiet", "main": False},
        ]
        may_change = self.may_change_row(row) and row.status != Federation.Status.DISSOLVED
        crosses = self.user.scope_for("federations.cross_town")
        rows = []
        for member in self.members:
            people = self.people.get(member.village_id)
            may_leave = may_change and (member.is_own or crosses.covers(member.village_id))
            started = "" if row.status in UNFINISHED else f"{member.valid_from}"
            cells = [
                {"text": member.village.name},
                {"text": member.get_role_display()},
                {"text": member.village_id},
                {"text": number_format(people, force_grouping=True) if people else "", "css": "num"},
                {"text": started if member.is_own else ""},
                {
                    "text": "退出" if may_leave else "",
                    "url": reverse("federation-villages:leave", args=[member.pk]) if may_leave else "",
                },
            ]
            for cell, column in zip(cells, columns, strict=True):
                cell |= {"css": column["css"], "column": column}
            url = reverse("villages:detail", args=[member.village_id]) if member.is_own else ""
            rows.append({"url": url, "pk": member.pk, "cells": cells})
        may_join = self.may_change_row(row) and row.status != Federation.Status.DISSOLVED
        return RelatedTable(
            "成员村居", columns, rows, count=f"{len(rows)} 个", empty="还没有成员村居。",
            add_url=self.url("join", row) if may_join else "", add_label="加入村居",
        )  # fmt: skip

    def steps(self, row: Federation) -> list[dict[str, Any]]:
        """拟建 → 论证 → 批复 → 运行, and the adjustments between, newest first."""
        entries = []
        for step in row.steps.select_related("by").order_by("-on", "-pk"):
            what = "调整" if step.is_adjustment else step.get_to_status_display()
            entries.append({"when": f"{step.on}", "who": str(step.by), "what": what, "note": step.reason})
        return entries

    def actions(self, row: Federation) -> list[Action]:
        """One of the next step is the main button; nothing is edited once it is over."""
        actions = super().actions(row)
        if row.status == Federation.Status.DISSOLVED:
            return [action for action in actions if action.label != "编辑"]
        return actions


def stages(row: Federation) -> list[dict[str, str]]:
    """拟建, 论证, 批复, 运行 with where it stands now; 撤销 only where it came to that."""
    status = Federation.Status
    way = [status.PLANNED, status.REVIEWED, status.APPROVED, status.RUNNING]
    if row.status == status.DISSOLVED:
        way.append(status.DISSOLVED)
    here = way.index(status(row.status))
    return [
        {"title": stage.label, "state": "done" if at < here else "active" if at == here else ""}
        for at, stage in enumerate(way)
    ]


class MembershipFace(DetailFace):
    """A membership of another town's village has no history to show: its dates are not told."""

    def context(self, row: FederationVillage) -> dict[str, Any]:
        context = super().context(row)
        if not row.is_own:
            context |= {"history": [], "history_url": ""}
        return context

    def actions(self, row: FederationVillage) -> list[Action]:
        """From 批复 on a village leaves by date and is not deleted; another town's village is the county's."""
        actions = super().actions(row)
        if row.federation.status not in UNFINISHED:
            actions = [action for action in actions if action.label != "删除"]
        return actions if row.is_own else []

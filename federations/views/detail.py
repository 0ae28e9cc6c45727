"""The page that tells a federation's story: its villages, its leaders, its steps, and what it amounts to."""

from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.formats import number_format

from federations.models import Federation, FederationVillage
from federations.queries import UNFINISHED
from federations.scale import latest_populations
from lianjian import clock
from registers.pages.details import DetailFace
from registers.pages.parts import Action, RelatedTable


class FederationFace(DetailFace):
    template = "federations/detail.html"

    def context(self, row: Federation) -> dict[str, Any]:
        context = super().context(row)
        self.members = self.standing(row)
        context["key_facts"] = self.story_facts(row)
        context["story"] = [self.village_table(row), *context.pop("related")]
        context["stages"] = stages(row)
        context["steps"] = self.steps(row)
        return context

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

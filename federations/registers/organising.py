"""Registers of how a federation is organised: evidence, leadership pattern, classes, help teams (P07–P09)."""

from collections.abc import Mapping
from typing import Any

import django_filters

from federations.actions.evidence import require_open_evidence
from federations.models import FederationEnterprise, HelpTeam, LeadershipPattern, PlanningEvidence, VillageClass
from federations.registers.enterprises import ENTERPRISES
from federations.registers.parts import DATES, FEDERATION, FROM, TO, OfFederationFilters, OfFederationRegister
from registers import saving
from registers.rows.columns import Choice, Column, Date, Reference, Text
from villages.registers import VILLAGE


class EvidenceFilters(OfFederationFilters):
    topic = django_filters.ChoiceFilter(label="方面", choices=PlanningEvidence.Topic.choices, empty_label="全部")


class EvidenceRegister(OfFederationRegister):
    """Planning evidence by heading (P07). What a 批复 rested on stays as it was."""

    model = PlanningEvidence
    slug = "planning-evidence"
    title = "论证依据"
    menu_order = 30
    icon = "file-text"
    columns = (
        FEDERATION,
        Column("topic", "方面", Choice(PlanningEvidence.Topic.choices), required=True, width=12, example="区位"),
        Column(
            "content", "内容", Text(1000), required=True, width=50,
            example="六个村同处湛江路沿线，相邻两村相距不到 2 公里",
        ),
        Column("source", "依据来源", Text(100), width=24, example="国土空间规划", help="如规划文件、实地调研"),
        Column("on", "日期", Date(), required=True, example="2025-02-20"),
    )  # fmt: skip
    list_columns = ("federation", "topic", "content", "on", "source")
    filterset_class = EvidenceFilters
    primary_filters = ("q", "topic", "area")
    search_fields = ("federation__name", "federation__initials", "content", "source")
    ordering = ("federation_id", "on", "topic")
    natural_key = ("federation", "topic", "on")
    empty_text = "还没有论证依据。新建联建单位时按方面填写，也可以在这里补充。"

    def title_of(self, row: PlanningEvidence) -> str:
        return f"{row.federation.name}：{row.get_topic_display()}"

    def save(self, *, by: Any, values: dict[str, Any], row: PlanningEvidence | None) -> PlanningEvidence:
        if row is not None:
            require_open_evidence(row)
        row = saving.filled(self, values, row)
        row.save()
        return row

    def delete(self, *, by: Any, row: PlanningEvidence) -> None:
        require_open_evidence(row)
        super().delete(by=by, row=row)


PATTERN = Choice(LeadershipPattern.Pattern.choices, {"模式A": "a", "模式B": "b"})


class PatternFilters(OfFederationFilters):
    pattern = django_filters.ChoiceFilter(
        label="领导模式", choices=LeadershipPattern.Pattern.choices, empty_label="全部"
    )


class PatternRegister(OfFederationRegister):
    """Leadership patterns A and B, dated (P08); the hand-over itself is done on the federation's page."""

    model = LeadershipPattern
    slug = "leadership-patterns"
    title = "领导模式"
    menu_order = 32
    icon = "arrows-exchange"
    columns = (
        FEDERATION,
        Column(
            "pattern", "领导模式", PATTERN,
            required=True, width=20, example="模式A：强村书记任书记",
        ),
        FROM,
        TO,
        Column("due_on", "应交接日期", Date(), width=12, help="只有模式B填：最迟哪一天交接给强村书记"),
        Column("note", "说明", Text(200), width=30),
    )  # fmt: skip
    sources = DATES
    filterset_class = PatternFilters
    primary_filters = ("q", "pattern", "area")
    search_fields = ("federation__name", "federation__initials")
    ordering = ("federation_id", "valid_from", "pk")
    natural_key = ("federation", "from")
    end_field = "to"
    bulk_fields = ("due_on",)

    def title_of(self, row: LeadershipPattern) -> str:
        return f"{row.federation.name}：{row.get_pattern_display()}"


class FederationEnterpriseRegister(OfFederationRegister):
    """Enterprises as members of alliances and chains, dated (P09)."""

    model = FederationEnterprise
    slug = "federation-enterprises"
    title = "成员企业"
    menu_order = 40
    icon = "building"
    columns = (
        FEDERATION,
        Column(
            "enterprise", "企业", Reference(ENTERPRISES, what="企业"), required=True, width=28,
            example="乳山口牡蛎食品有限公司", help="先在“企业”里登记",
        ),
        Column("from", "加入日期", Date(), required=True, width=12, example="2025-05-01"),
        Column("to", "退出日期", Date(open_ended=True), width=12, help="仍是成员的留空"),
        Column("note", "作用", Text(200), width=30, example="统一收购和加工"),
    )  # fmt: skip
    sources = DATES
    search_fields = ("enterprise__name", "enterprise__initials", "federation__name", "federation__initials")
    ordering = ("federation_id", "enterprise_id", "valid_from")
    natural_key = ("federation", "enterprise", "from")
    select_related = ("federation", "enterprise")
    lookups = {"federation": "federations", "enterprise": "enterprises"}
    end_field = "to"
    bulk_fields = ("note",)

    def title_of(self, row: FederationEnterprise) -> str:
        return f"{row.federation.name} {row.enterprise.name}"


CLASS = Choice(VillageClass.Class.choices)


class ClassFilters(OfFederationFilters):
    category = django_filters.ChoiceFilter(label="管理类型", choices=VillageClass.Class.choices, empty_label="全部")


class VillageClassRegister(OfFederationRegister):
    """Classified management of the villages of a chain or an alliance (P09)."""

    model = VillageClass
    slug = "village-classes"
    title = "分类管理"
    menu_order = 42
    icon = "category"
    columns = (
        FEDERATION,
        VILLAGE,
        Column(
            "category", "管理类型", Choice(VillageClass.Class.choices), required=True, width=14, example="示范引领型"
        ),
        FROM,
        TO,
        Column("note", "说明", Text(200), width=30),
    )
    sources = {"village_code": "village"} | DATES
    filterset_class = ClassFilters
    primary_filters = ("q", "category", "area")
    search_fields = ("village__name", "village__initials", "federation__name", "federation__initials")
    ordering = ("federation_id", "village_id", "valid_from", "pk")
    natural_key = ("federation", "village_code", "category", "from")
    select_related = ("federation", "village")
    lookups = {"federation": "federations", "village_code": "villages"}
    end_field = "to"
    bulk_fields = ("category",)

    def title_of(self, row: VillageClass) -> str:
        return f"{row.village.name}：{row.get_category_display()}"


class HelpTeamRegister(OfFederationRegister):
    """Help teams (帮帮团): who helps, with what, whom (P09)."""

    model = HelpTeam
    slug = "help-teams"
    title = "帮帮团"
    menu_order = 44
    icon = "lifebuoy"
    columns = (
        FEDERATION,
        Column("name", "帮帮团名称", Text(60), required=True, width=22, example="技术帮帮团"),
        Column("head", "团长", Text(40, compact=True), width=12, example="宋丽华"),
        Column("members", "成员", Text(300), width=36, example="于洪波、王建国", help="用顿号隔开"),
        Column("helps_with", "帮什么", Text(200), required=True, width=30, example="育苗、病害防治技术上门指导"),
        Column("helps_whom", "帮扶对象", Text(200), width=30, example="孵化培育型村 2 个"),
        Column("from", "成立日期", Date(), required=True, width=12, example="2025-05-01"),
        TO,
    )
    sources = DATES
    search_fields = ("name", "head", "federation__name", "federation__initials")
    list_columns = ("name", "federation", "head", "helps_with", "helps_whom", "from")
    ordering = ("federation_id", "name", "pk")
    natural_key = ("federation", "name")
    end_field = "to"
    bulk_fields = ("helps_whom",)


def evidence_by_topic(rows: Any) -> Mapping[str, list[PlanningEvidence]]:
    """The rows of one federation under each heading, newest first."""
    found: dict[str, list[PlanningEvidence]] = {topic: [] for topic in PlanningEvidence.Topic.values}
    for row in rows.order_by("-on", "-pk"):
        found[row.topic].append(row)
    return found

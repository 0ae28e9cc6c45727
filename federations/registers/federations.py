"""Registers of federations and of their villages."""

from collections.abc import Iterable, Sequence
from typing import Any

import django_filters
from django.db.models import Prefetch, Q, QuerySet
from django.urls import reverse

from federations.access import may, may_approve
from federations.actions.evidence import missing_topics
from federations.actions.founding import found_federation
from federations.actions.leadership import pattern_on
from federations.actions.steps import NEEDS_APPROVAL, adjust, move_status
from federations.models import Federation, FederationVillage, LeadershipPattern
from federations.queries import UNFINISHED, standing_memberships
from federations.resolvers import MEMBER_LIST, members_of, with_namesakes
from federations.scale import check_scale
from lianjian import clock
from members.models import PartyOrganization
from members.resolvers import ORGANIZATIONS
from registers.errors import Invalid
from registers.pages.parts import Action, Notice
from registers.register import Register
from registers.rows.columns import Choice, Column, Date, Reference, Text
from villages.models import Area
from villages.resolvers import AreaResolver

Status = Federation.Status
LEADERS = AreaResolver(Area.Level.TOWN, Area.Level.COUNTY, what="镇街")
JOINT_KINDS = [(kind.value, kind.label) for kind in PartyOrganization.JOINT_KINDS]
TONES = {
    Status.PLANNED: "neutral",
    Status.REVIEWED: "waiting",
    Status.APPROVED: "info",
    Status.RUNNING: "done",
    Status.DISSOLVED: "neutral",
}
STEP_LABELS: dict[str, str] = {
    Status.PLANNED: "退回拟建",
    Status.REVIEWED: "提交论证",
    Status.APPROVED: "批复",
    Status.RUNNING: "转入运行",
    Status.DISSOLVED: "撤销",
}
_FACTS = frozenset({"name", "kind", "mode", "sub_mode", "evidence", "scale_reason"})
_ELSEWHERE = {
    "status": "状态请在详情页办理",
    "villages": "成员村居请用“加入村居”“退出”办理",
    "founded_on": "成立日期由批复之日决定",
    "organization_kind": "联合党组织类别请在党组织里修改",
}
_TO_STATUS: dict[str, tuple[str, ...]] = {
    Status.PLANNED: (),
    Status.REVIEWED: (Status.REVIEWED,),
    Status.APPROVED: (Status.REVIEWED, Status.APPROVED),
    Status.RUNNING: (Status.REVIEWED, Status.APPROVED, Status.RUNNING),
}


class FederationFilters(django_filters.FilterSet):
    kind = django_filters.ChoiceFilter(label="类别", choices=Federation.Kind.choices, empty_label="全部")
    mode = django_filters.ChoiceFilter(label="联建模式", choices=Federation.Mode.choices, empty_label="全部")
    status = django_filters.ChoiceFilter(label="状态", choices=Status.choices, empty_label="全部")


class FederationRegister(Register):
    """Federations (P05–P08). Founding, steps and villages go through actions; editing a running one is 调整."""

    model = Federation
    slug = "federations"
    title = "联建单位"
    group = "联建"
    menu_order = 10
    icon = "affiliate"
    columns = (
        Column("name", "名称", Text(60, compact=True), required=True, width=18, example="湛江路新村"),
        Column("kind", "类别", Choice(Federation.Kind.choices), required=True, width=12, example="新村"),
        Column("mode", "联建模式", Choice(Federation.Mode.choices), required=True, width=16, example="优势互补"),
        Column(
            "sub_mode", "细分模式", Choice(Federation.SubMode.choices), width=16,
            help="只有“城乡一体化带动”才分，其余留空",
        ),
        Column(
            "status", "状态", Choice(Status.choices), width=10, example="拟建",
            help="新建时不填为拟建；补录已批复的，由有批复权限的同志填写",
        ),
        Column(
            "area_code", "牵头镇街", Reference(LEADERS, what="镇街"), required=True, width=16, example="乳山口镇",
            aliases=("镇街", "所在镇街"),
        ),
        Column("founded_on", "成立日期", Date(), width=12, help="批复之日；补录时填写"),
        Column(
            "organization", "联合党组织", Reference(ORGANIZATIONS, what="党组织"), width=32, readonly=True,
            help="建立时按名称自动生成",
        ),
        Column(
            "organization_kind", "联合党组织类别", Choice(JOINT_KINDS), width=16, example="联合党总支",
            help="不填为联合党总支",
        ),
        Column(
            "villages", "成员村居", MEMBER_LIST, width=40, example="锅上（强村）、院前（强村）、江村洼",
            help="用顿号隔开，角色写在括号里，成员村可以不写",
        ),
        Column("evidence", "论证依据", Text(2000), width=40, help="区位、人口、产业、文化、治理（P07）"),
        Column("scale_reason", "规模说明", Text(200), width=24, help="村数或人口超出一般要求的，批复前必填（P06）"),
    )  # fmt: skip
    sources = {"area_code": "area", "organization_kind": "organization__kind"}
    list_columns = ("name", "kind", "mode", "status", "area_code", "villages", "founded_on")
    main_columns = ("name", "status", "villages")
    filterset_class = FederationFilters
    primary_filters = ("q", "kind", "status")
    search_fields = ("name", "initials", "pinyin", "organization__name", "organization__initials")
    ordering = ("area_id", "name", "pk")
    ordering_fields = ("name", "founded_on", "kind", "status")
    natural_key = ("area_code", "name")
    select_related = ("area", "organization")
    status_field = "status"
    tones = {"status": TONES}
    view_right = "federations.view"
    change_right = "federations.change"
    deletable = False
    viewset = "federations.api.FederationViewSet"
    views = {
        "new": "federations.views.founding.FoundFace",
        "edit": "federations.views.steps.AdjustFace",
        "detail": "federations.views.detail.FederationFace",
    }
    more_views = {
        "scale": ("new/scale/", "federations.views.founding_scale.ScaleFace"),
        "draft": ("new/<int:pk>/", "federations.views.founding.DraftFace"),
        "step": ("<str:key>/step/", "federations.views.steps.StepFace"),
        "hand-over": ("<str:key>/hand-over/", "federations.views.leadership.HandOverFace"),
        "file": ("<str:key>/file/", "federations.views.file.FileFace"),
        "rota": ("<str:key>/rota/", "federations.views.duty_entry.WeekEntryFace"),
        "join": ("<str:key>/join/", "federations.views.steps.JoinFace"),
    }
    empty_text = "还没有联建单位。可以新建一个，也可以下载模板，把已有的新村填好后导入。"

    def rows(self, user: Any) -> QuerySet:
        memberships = (
            FederationVillage.objects.unscoped("code, name and role of its villages go with a federation")
            .filter(Q(valid_to__isnull=True) | Q(valid_to__gt=clock.today()))
            .order_by("village_id")
        )
        named = Prefetch("memberships", with_namesakes(memberships), to_attr="standing")
        return super().rows(user).prefetch_related(named)

    def value(self, row: Federation, field: str) -> Any:
        if field == "villages":
            standing = getattr(row, "standing", None)
            if standing is None:
                standing = with_namesakes(standing_memberships(row))
            return members_of(standing)
        return super().value(row, field)

    def complete(self, user: Any, rows: Sequence[dict[str, Any]]) -> None:
        """What is left empty here stands as it is, or takes its default in a new one."""
        for row in rows:
            for field in _ELSEWHERE:
                if row.get(field) is None:
                    row.pop(field, None)

    def save(self, *, by: Any, values: dict[str, Any], row: Federation | None) -> Federation:
        if row is None:
            return self._found(by, values)
        for field, what in _ELSEWHERE.items():
            if values.get(field) and values[field] != self.value(row, field):
                raise Invalid(f"{what}，这里不能直接改", field=field)
        if values.get("area_code") and values["area_code"].pk != row.area_id:
            raise Invalid("牵头镇街不能修改，请撤销后重新建立", field="area_code")
        facts = {name: value if value is not None else "" for name, value in values.items() if name in _FACTS}
        return adjust(by=by, federation=row, on=clock.today(), **facts)

    def _found(self, by: Any, values: dict[str, Any]) -> Federation:
        """A planned one; with a later status the steps to it are taken too, by who may."""
        status = values.get("status") or Status.PLANNED
        if status not in _TO_STATUS:
            raise Invalid("不能直接录入已撤销的联建单位", field="status")
        day = values.get("founded_on") or clock.today()
        facts = {name: value for name, value in values.items() if name in _FACTS and value is not None}
        federation = found_federation(
            by=by,
            area=values["area_code"],
            villages=[member.pair for member in values.get("villages") or ()],
            organization_kind=values.get("organization_kind") or PartyOrganization.Kind.JOINT_GENERAL_BRANCH,
            on=min(day, clock.today()),
            **facts,
        )
        for step in _TO_STATUS[status]:
            federation = move_status(by=by, federation=federation, to=step, on=day)
        return federation

    def actions(self, row: Federation, user: Any) -> Iterable[Action]:
        if may(by=user, federation=row) and row.status != Status.DISSOLVED:
            yield Action("加入村居", reverse(self.url_name("join"), args=[row.pk]), icon="plus")
            pattern = pattern_on(row)
            if pattern is not None and pattern.pattern == LeadershipPattern.Pattern.B:
                yield Action("交接为模式A", reverse(self.url_name("hand-over"), args=[row.pk]), icon="arrows-exchange")
        yield Action("一村一档", reverse(self.url_name("file"), args=[row.pk]), icon="printer")
        for to in Federation.NEXT_STATUS[row.status]:
            allowed = may_approve(by=user, federation=row) if to in NEEDS_APPROVAL else may(by=user, federation=row)
            if allowed:
                forward = to not in (Status.DISSOLVED, Status.PLANNED)
                address = reverse(self.url_name("step"), args=[row.pk])
                label = f"撤销“{row.name}”" if to == Status.DISSOLVED else STEP_LABELS[to]
                tone = "primary" if forward else "danger" if to == Status.DISSOLVED else ""
                yield Action(label, f"{address}?to={to}", tone=tone)

    def notices(self, row: Federation, user: Any) -> Iterable[Notice]:
        if row.status == Status.REVIEWED and may_approve(by=user, federation=row):
            yield Notice("论证已完成，等您批复。", "waiting")
        if row.status in UNFINISHED and missing_topics(row):
            missing = "、".join(missing_topics(row))
            yield Notice(f"论证依据还缺：{missing}。", "waiting", "?tab=team", "去补充")
        if row.is_primary and row.status in UNFINISHED:
            codes = list(standing_memberships(row).values_list("village_id", flat=True))
            scale = check_scale(codes, clock.today(), area_code=row.area_id)
            warned = scale.warnings(show_population=sees_all(user, codes))
            if warned:
                ending = "已说明理由。" if row.scale_reason else "批复前请写明理由。" if scale.needs_reason else ""
                yield Notice(f"{'；'.join(warned)}。{ending}", "info" if row.scale_reason else "waiting")


def sees_all(user: Any, codes: Iterable[str]) -> bool:
    """Whether figures of all these villages may be shown to the user."""
    scope = user.scope_for("villages.view")
    return all(scope.covers(code) or code in scope.ids("village") for code in codes)

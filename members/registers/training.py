"""Registers of talents, trainings and who came to them (P25)."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import django_filters
from django.db.models import Count, Q, QuerySet
from django.urls import reverse

from members.actions.training import fill_numbers, remove_talent, save_attendance, save_talent
from members.models import Attendance, Talent, Training
from members.registers.filters import HeldInQuarter
from members.registers.people import MEMBER_NO, NAME, NUMBER
from members.resolvers import ORGANIZATIONS, PLACES, TRAININGS
from registers.pages.parts import Action, Notice, Related
from registers.register import Register, register_of
from registers.rows.columns import Choice, Column, Date, Decimal, Integer, Phone, Reference, Text, YesNo
from villages.registers import VILLAGE


class TalentRegister(Register):
    """Talents of the villages (P25). The telephone is sealed and masked as in the members' book."""

    model = Talent
    slug = "talents"
    title = "乡土人才"
    group = "党员"
    menu_order = 50
    icon = "star"
    columns = (
        Column(
            "name", "姓名", NAME, required=True, width=12, example="宋丽华",
            help="同村同名的，在名字后注明，如“王平（东街）”",
        ),
        VILLAGE,
        Column("category", "类别", Choice(Talent.Category.choices), required=True, width=12, example="种植养殖"),
        Column("skill", "特长", Text(80), width=22, example="牡蛎育苗"),
        Column("level", "层次", Choice(Talent.Level.choices), width=12, example="村里能手", help="不填为村里能手"),
        Column(
            "phone", "联系电话", Phone(), width=16, aliases=("电话", "手机", "手机号"),
            help="选填。加密保存，只显示前后几位",
        ),
        Column("is_willing", "愿意服务", YesNo(), width=10, example="是", help="愿意给其他村帮忙、讲课的填是"),
        Column("member_no", "党员编号", NUMBER, width=16, help="是党员的填，电话不用再填；不是的留空"),
        Column("note", "备注", Text(200), width=24),
    )  # fmt: skip
    sources = {"village_code": "village", "phone": "person__phone", "member_no": "person__subject__number"}
    list_columns = ("name", "village_code", "category", "skill", "level", "phone", "is_willing")
    main_columns = ("name", "category", "skill")
    primary_filters = ("q", "category", "area")
    search_fields = ("name", "skill", "person__initials", "note")
    ordering = ("village_id", "name", "category")
    ordering_fields = ("name", "category", "level")
    natural_key = ("village_code", "name", "category")
    select_related = ("village", "person__subject")
    view_right = "members.view"
    change_right = "villages.change"
    bulk_fields = ("level", "is_willing")
    key_fields = ("category", "village_code", "skill")
    more_views = {"reveal": ("<str:key>/reveal/", "members.views.people.RevealPhoneFace")}
    empty_text = "还没有登记人才。各村种植养殖、手工、电商、经营等能人都可以登记。"

    def save(self, *, by: Any, values: dict[str, Any], row: Talent | None) -> Talent:
        facts = dict(values)
        village = facts.pop("village_code", None) or (row.village if row else facts["village_code"])
        name = facts.pop("name", None) or (row.name if row else "")
        number = facts.pop("member_no") if "member_no" in facts else self.value(row, "member_no") if row else ""
        phone = (facts.pop("phone") or "") if "phone" in facts else None
        for field, default in _TALENT_DEFAULTS.items():
            if field in facts and facts[field] is None:
                facts[field] = default
        return save_talent(by=by, talent=row, village=village, name=name, member_no=number or "", phone=phone, **facts)

    def complete(self, user: Any, rows: Sequence[dict[str, Any]]) -> None:
        for row in rows:
            for field, default in _TALENT_DEFAULTS.items():
                if field in row and row[field] is None:
                    row[field] = default

    def delete(self, *, by: Any, row: Talent) -> None:
        remove_talent(by=by, talent=row)

    def hint_of(self, row: Talent) -> str:
        return f"{row.village.name} {row.get_category_display()}"

    def actions(self, row: Talent, user: Any) -> Iterable[Action]:
        if row.person.phone_sealed and row.is_changeable_by(user, "members.reveal"):
            yield Action("查看完整号码", reverse(self.url_name("reveal"), args=[self.key_of(row)]), icon="eye")


_TALENT_DEFAULTS = {"skill": "", "note": "", "level": Talent.Level.LOCAL, "is_willing": False}


class TrainingFilters(django_filters.FilterSet):
    kind = django_filters.ChoiceFilter(label="类别", choices=Training.Kind.choices, empty_label="全部")
    since = django_filters.DateFilter("held_on", "gte", label="自哪一天起")
    until = django_filters.DateFilter("held_on", "lte", label="到哪一天止")
    quarter = HeldInQuarter("held_on")


class TrainingRegister(Register):
    """Party lessons, skills, live-stream classes, night schools (P25). Plan and actual stand apart."""

    model = Training
    slug = "trainings"
    title = "培训"
    group = "党员"
    menu_order = 51
    icon = "school"
    columns = (
        Column("title", "培训名称", Text(80), required=True, width=24, example="直播电商培训班（第 1 期）"),
        Column("kind", "类别", Choice(Training.Kind.choices), required=True, width=12, example="直播电商"),
        Column(
            "area_code", "举办地", Reference(PLACES, what="区划"), required=True, width=16, example="乳山口镇",
            help="村、镇街或县的名称或代码", aliases=("地点", "所在村居", "所在镇街"),
        ),
        Column(
            "organization", "主办党组织", Reference(ORGANIZATIONS, what="党组织"), width=26,
            help="联建单位办的填它的联合党组织",
        ),
        Column("organiser", "主办单位", Text(80), width=20, example="镇党群服务中心", help="不是党组织办的填"),
        Column("held_on", "日期", Date(), required=True, example="2026-10-15"),
        Column("hours", "学时", Decimal(1, 0, 9999), width=10, example="2", help="不填为 1"),
        Column("planned_people", "计划人数", Integer(0, 100_000), unit="人", width=10, example="40"),
        Column("actual_people", "实到人数", Integer(0, 100_000), unit="人", width=10, example="36"),
        Column("note", "备注", Text(200), width=24),
    )  # fmt: skip
    sources = {"area_code": "area"}
    list_columns = ("title", "kind", "area_code", "held_on", "hours", "planned_people", "actual_people")
    main_columns = ("title", "kind", "held_on")
    filterset_class = TrainingFilters
    primary_filters = ("q", "kind", "area")
    search_fields = ("title", "organiser", "organization__name", "organization__initials")
    ordering = ("-held_on", "-pk")
    ordering_fields = ("title", "held_on", "hours")
    natural_key = ("area_code", "title", "held_on")
    select_related = ("area", "organization")
    view_right = "members.view"
    change_right = "members.change"
    totals = ("planned_people", "actual_people")
    totals_note = "计划与实到分别合计，不相加。"
    bulk_fields = ("kind", "organiser")
    key_fields = ("kind", "area_code", "held_on")
    lookups = {"organization": "party-organizations"}
    empty_text = "还没有登记培训。党课、技术培训、直播电商班、农民夜校都登记在这里。"

    def hint_of(self, row: Training) -> str:
        return f"{row.held_on} {row.area}"

    def related(self, row: Training, user: Any) -> Iterable[Related]:
        rows = register_of("attendances").rows(user).filter(training=row).order_by("village_id", "name", "pk")
        yield Related(
            "签到", "attendances", rows, ("name", "village_code", "member_no", "attended", "note"),
            filters={"training": row.pk}, initial={"training": row.pk}, empty="还没有登记签到，可以整块粘贴名单。",
            paste=True,
        )  # fmt: skip

    def notices(self, row: Training, user: Any) -> Iterable[Notice]:
        counts = (
            register_of("attendances")
            .rows(user)
            .filter(training=row)
            .order_by()
            .aggregate(listed=Count("pk"), came=Count("pk", filter=Q(attended=True)))
        )
        if not counts["listed"]:
            return
        said = f"签到名单 {counts['listed']:,} 人，到场 {counts['came']:,} 人。"
        if row.actual_people is None or row.actual_people == counts["came"]:
            yield Notice(said, "info")
        else:
            yield Notice(f"{said}填报的实到人数是 {row.actual_people:,} 人，与名单不同，请核对。", "waiting")


class AttendanceFilters(django_filters.FilterSet):
    training = django_filters.NumberFilter(label="培训编号")
    village_code = django_filters.CharFilter("village_id", label="村居代码")
    attended = django_filters.ChoiceFilter(
        label="到场", choices=[("true", "是"), ("false", "否")], empty_label="全部", method="by_attended"
    )
    kind = django_filters.ChoiceFilter(
        "training__kind", label="培训类别", choices=Training.Kind.choices, empty_label="全部"
    )
    quarter = HeldInQuarter("training__held_on")

    def by_attended(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(attended=value == "true")


class AttendanceRegister(Register):
    """Who came: paste village and name; of people of one name the number says who (P25)."""

    model = Attendance
    slug = "attendances"
    title = "培训签到"
    group = "党员"
    menu_order = 52
    icon = "checklist"
    columns = (
        Column(
            "training", "培训", Reference(TRAININGS, what="培训"), required=True, width=24,
            example="直播电商培训班（第 1 期）", aliases=("培训名称",), help="培训名称；同名的在后面写明编号",
        ),
        VILLAGE,
        Column("name", "姓名", NAME, required=True, width=12, example="宋丽华", help="成年人；未成年人不登记"),
        Column(
            MEMBER_NO.field, "编号", NUMBER, width=16, aliases=("党员编号", "积分编号"),
            help="不填按村和姓名找；有同名的要填，不在台账里的群众留空",
        ),
        Column("attended", "到场", YesNo(), width=8, example="是", help="不填为是"),
        Column("note", "备注", Text(100), width=20),
    )  # fmt: skip
    sources = {"village_code": "village", "member_no": "number"}
    list_columns = ("name", "village_code", "training", "attended", "member_no", "note")
    main_columns = ("name", "training", "attended")
    filterset_class = AttendanceFilters
    primary_filters = ("q", "attended", "area")
    search_fields = ("name", "training__title", "village__name", "village__initials")
    ordering = ("training_id", "village_id", "name", "pk")
    ordering_fields = ("name",)
    natural_key = ("training", "village_code", "name", "member_no")
    select_related = ("training", "village")
    view_right = "members.view"
    change_right = "members.change"
    bulk_fields = ("attended",)
    tones = {"attended": {True: "done", False: "neutral"}}
    lookups = {"training": "trainings"}
    empty_text = "还没有签到。打开一次培训，从“签到”里新增，或把名单整块粘贴进来。"

    def find(self, user: Any, values: dict[str, Any]) -> dict[str, Any]:
        return super().find(user, values) | {"number": values.get("member_no") or ""}

    def complete(self, user: Any, rows: Sequence[dict[str, Any]]) -> None:
        fill_numbers(user, rows)
        for row in rows:
            row["member_no"] = row.get("member_no") or None
            if "attended" in row and row["attended"] is None:
                row["attended"] = True

    def save(self, *, by: Any, values: dict[str, Any], row: Attendance | None) -> Attendance:
        return save_attendance(by=by, items=[(_facts(values, row), row)])[0]

    def save_many(self, *, by: Any, items: Iterable[tuple[dict[str, Any], Any | None]]) -> Sequence[Any]:
        return save_attendance(by=by, items=[(_facts(values, row), row) for values, row in items])

    def title_of(self, row: Attendance) -> str:
        return row.name

    def hint_of(self, row: Attendance) -> str:
        return row.training.title


def _facts(values: Mapping[str, Any], row: Attendance | None) -> dict[str, Any]:
    """A cell that was emptied is told apart from one that was not given."""
    emptied: dict[str, Any] = {"member_no": "", "note": "", "attended": True}
    return {name: emptied.get(name) if value is None else value for name, value in values.items()}


TRAINING_REGISTERS = (TalentRegister, TrainingRegister, AttendanceRegister)

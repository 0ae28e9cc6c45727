"""The register of federations' member villages."""

from collections.abc import Iterable, Mapping
from typing import Any

import django_filters
from django.db.models import Case, Q, QuerySet, Value, When
from django.urls import reverse

from federations.actions.villages import add_village, change_role, remove_village
from federations.models import FederationVillage
from federations.queries import UNFINISHED
from federations.resolvers import FEDERATIONS
from lianjian import clock
from registers.errors import Invalid, WrongState
from registers.pages.parts import Action
from registers.register import Register
from registers.rows.columns import Choice, Column, Date, Reference
from villages.registers import VILLAGE


class MembershipFilters(django_filters.FilterSet):
    federation = django_filters.NumberFilter("federation_id", label="联建单位编号")
    village_code = django_filters.CharFilter("village_id", label="村居代码")
    role = django_filters.ChoiceFilter(label="角色", choices=FederationVillage.Role.choices, empty_label="全部")


class MembershipRegister(Register):
    """Villages of federations, dated. Of another town's villages only code, name and role are told."""

    model = FederationVillage
    slug = "federation-villages"
    title = "成员村居"
    group = "联建"
    menu_order = 20
    icon = "link"
    columns = (
        Column(
            "federation", "联建单位", Reference(FEDERATIONS, what="联建单位"), required=True, width=18,
            example="湛江路新村", aliases=("新村", "联建片区"),
        ),
        VILLAGE,
        Column("role", "角色", Choice(FederationVillage.Role.choices), width=12, example="成员村"),
        Column("from", "加入日期", Date(), width=12, example="2025-03-01", help="不填为今天；批复前的从批复之日算起"),
        Column("to", "退出日期", Date(open_ended=True), width=12, help="仍在的留空；这一天起不再是成员"),
    )  # fmt: skip
    sources = {"village_code": "village", "from": "valid_from", "to": "valid_to"}
    list_columns = ("village_code", "federation", "role", "from", "to")
    filterset_class = MembershipFilters
    primary_filters = ("q", "role", "area")
    search_fields = (
        "village__name", "village__pinyin", "village__initials", "village__area__code", "federation__name",
        "federation__pinyin", "federation__initials",
    )  # fmt: skip
    bulk_fields = ("role",)
    end_field = "to"
    ordering = ("federation_id", "village_id", "pk")
    ordering_fields = ("village_id",)
    natural_key = ("federation", "village_code", "from")
    select_related = ("federation", "village")
    view_right = "federations.view"
    change_right = "federations.change"
    views = {"detail": "federations.views.detail.MembershipFace"}
    more_views = {"leave": ("<str:key>/leave/", "federations.views.steps.LeaveFace")}
    lookups = {"federation": "federations", "village_code": "villages"}

    def rows(self, user: Any) -> QuerySet:
        """`is_own` marks villages whose figures the user may see; the dates of others are left out."""
        scope = user.scope_for("villages.view")
        own = scope.q("village_id") | Q(village_id__in=scope.ids("village"))
        return super().rows(user).annotate(is_own=Case(When(own, then=Value(True)), default=Value(False)))

    def value(self, row: FederationVillage, field: str) -> Any:
        if field in ("from", "to") and not getattr(row, "is_own", True):
            return None
        return super().value(row, field)

    def title_of(self, row: FederationVillage) -> str:
        return f"{row.federation.name} {row.village.name}"

    def save(self, *, by: Any, values: dict[str, Any], row: FederationVillage | None) -> FederationVillage:
        if row is None:
            row = add_village(
                by=by,
                federation=values["federation"],
                village=values["village_code"],
                role=values.get("role") or FederationVillage.Role.MEMBER,
                on=values.get("from") or clock.today(),
            )
        else:
            self._require_same(row, values)
        if values.get("role") and values["role"] != row.role:
            row = change_role(by=by, membership=row, role=values["role"])
        if values.get("to") and values["to"] != row.valid_to:
            if row.federation.status in UNFINISHED:
                raise Invalid("还没有批复，没有退出日期；不要的村居请直接退出", field="to")
            return remove_village(by=by, membership=row, on=values["to"], reason="登记退出") or row
        return row

    def _require_same(self, row: FederationVillage, values: Mapping[str, Any]) -> None:
        for field, old in (("federation", row.federation), ("village_code", row.village), ("from", row.valid_from)):
            if values.get(field) is not None and values[field] != old:
                heading = self.column(field).heading
                raise Invalid(f"“{heading}”不能修改，请先退出再重新加入", field=field)

    def is_deletable(self, row: FederationVillage) -> bool:
        return row.federation.status in UNFINISHED

    def delete(self, *, by: Any, row: FederationVillage) -> None:
        """Only what never counted; the rest leaves with a date and stays in the history."""
        if not self.is_deletable(row):
            raise WrongState("批复以后的成员村不能删除，请办理退出，历史才完整")
        remove_village(by=by, membership=row, on=clock.today())

    def actions(self, row: FederationVillage, user: Any) -> Iterable[Action]:
        if row.valid_to is None and row.is_changeable_by(user):
            yield Action("退出", reverse(self.url_name("leave"), args=[row.pk]))

"""Registers of redemption (P23): goods, accounts of points to spend, and what was redeemed."""

from collections.abc import Iterable, Mapping
from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.urls import reverse

from lianjian import clock
from lianjian.periods import Period, PeriodError
from members.access import reaches
from members.actions.redemptions import RIGHT, save_good
from members.models import PointAccount, PointMovement, RewardGood, Subject
from members.models.subjects import SubjectKind
from members.points.amounts import shown
from members.queries.point_accounts import lines_of
from members.registers.filters import FederationFilter
from members.resolvers import PLACES
from members.views import points_base as base
from registers import sockets
from registers.errors import WrongState
from registers.pages.parts import Action, Notice, RelatedTable
from registers.register import Register
from registers.rows.checker import row_rule
from registers.rows.columns import Choice, Column, Date, Integer, Points, Reference, Text

GROUP = "积分"
LINES_SHOWN = 8
State = (("stands", "有效"), ("cancelled", "已撤销"))


@row_rule("from", "to")
def offered_in_order(values: Mapping[str, Any], context: Any) -> Any:
    """What is offered ends after it began."""
    if values["from"] and values["to"] and values["to"] <= values["from"]:
        yield "to", f"填了“{values['to']}”，不晚于开始兑换的 {values['from']}", "请核对这两个日期"


class GoodFilters(django_filters.FilterSet):
    offered = django_filters.ChoiceFilter(
        label="现状", choices=[("now", "可兑换"), ("over", "已停止")], empty_label="全部", method="by_day"
    )

    def by_day(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        today = clock.today()
        now = Q(offered_from__lte=today) & (Q(offered_to__isnull=True) | Q(offered_to__gt=today))
        return rows.filter(now if value == "now" else Q(offered_to__lte=today))


class GoodRegister(Register):
    """Goods that points are exchanged for, kept by a village, a town or the county (P23)."""

    model = RewardGood
    slug = "point-goods"
    title = "兑换物品"
    group = GROUP
    menu_order = 80
    icon = "exchange"
    columns = (
        Column(
            "area_code", "所在区划", Reference(PLACES, what="区划"), required=True, width=16, example="锅上",
            help="村、镇街或县：放在哪里，哪里的人就能兑换", aliases=("村居", "所在村居"),
        ),
        Column("name", "物品名称", Text(40), required=True, width=18, example="洗衣液", aliases=("物品", "名称")),
        Column("unit", "单位", Text(8), required=True, width=8, example="瓶"),
        Column("price", "所需积分", Points(minimum=1, maximum=100_000), required=True, unit="分", example="30"),
        Column(
            "supplied", "累计进货", Integer(0, 1_000_000), required=True, example="40",
            help="从开始到现在一共进了多少，补货时加上；损耗的减去",
        ),
        Column("given", "已兑换", Integer(), readonly=True),
        Column("stock", "库存", Integer(), readonly=True),
        Column("from", "可兑换自", Date(), required=True, example="2026-01-01"),
        Column("to", "停止兑换", Date(open_ended=True), help="一直可以兑换的留空；这一天起不再兑换"),
        Column("note", "备注", Text(100), width=24),
    )  # fmt: skip
    sources = {"area_code": "area", "from": "offered_from", "to": "offered_to"}
    list_columns = ("name", "area_code", "price", "unit", "stock", "given", "from", "to")
    main_columns = ("name", "price", "stock")
    filterset_class = GoodFilters
    primary_filters = ("q", "offered", "area")
    search_fields = ("name", "area__name", "area__initials")
    ordering = ("area_id", "name")
    ordering_fields = ("name", "price", "given")
    natural_key = ("area_code", "name")
    select_related = ("area",)
    view_right = "points.view"
    change_right = RIGHT
    row_rules = (offered_in_order,)
    end_field = "to"
    key_fields = ("price", "stock", "area_code")
    empty_text = "还没有兑换物品。登记物品、所需积分和进货数量，村民就可以用积分兑换。"

    def save(self, *, by: Any, values: dict[str, Any], row: RewardGood | None) -> RewardGood:
        facts = {self.source(name): value for name, value in values.items()}
        if "note" in facts:
            facts["note"] = facts["note"] or ""
        return save_good(by=by, good=row, **facts)

    def defaults(self, user: Any) -> Mapping[str, Any]:
        return {"from": clock.today().isoformat(), "unit": "件"}

    def hint_of(self, row: RewardGood) -> str:
        return f"{row.area.name}　{shown(row.price)} 分"


class AccountFilters(django_filters.FilterSet):
    kind = django_filters.ChoiceFilter(
        field_name="subject__kind", label="对象", choices=SubjectKind.choices, empty_label="全部"
    )
    funds = django_filters.ChoiceFilter(
        label="余额", choices=[("some", "有积分"), ("none", "没有积分")], empty_label="全部", method="by_funds"
    )

    def by_funds(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(balance__gt=0) if value == "some" else rows.filter(balance=0)


class AccountRegister(Register):
    """Points to spend, one account a subject; opened by the first quarter that credits it. Read-only: movements
    make the balance.
    """

    model = PointAccount
    slug = "point-accounts"
    title = "积分账户"
    group = GROUP
    menu_order = 70
    icon = "coins"
    columns = (
        Column("name", "姓名", Text(40)),
        Column("member_no", "编号", Text(20), width=18),
        Column("kind", "对象", Choice(SubjectKind.choices)),
        Column("village", "村居", Text(60), width=16),
        Column("balance", "可兑换积分", Points(), unit="分", width=14),
        Column(
            "owed", "待扣回", Points(), unit="分", help="已审定的季度重新打开后少了的、又已经花掉的，从下次入账里扣"
        ),
    )
    sources = {
        "name": "subject__name", "member_no": "subject__number", "kind": "subject__kind",
        "village": "subject__village__name",
    }  # fmt: skip
    list_columns = ("name", "member_no", "kind", "village", "balance")
    main_columns = ("name", "village", "balance")
    filterset_class = AccountFilters
    primary_filters = ("q", "kind", "area")
    search_fields = ("subject__name", "subject__number", "subject__person__initials")
    ordering = ("subject__village_id", "subject__number")
    ordering_fields = ("balance",)
    natural_key = ("member_no",)
    lookup_field = "subject__number"
    select_related = ("subject__village",)
    view_right = "points.view"
    viewset = "members.points_api.redemption.AccountViewSet"
    more_views = {
        "redeem": ("<str:key>/redeem/", "members.views.redemption.RedeemFace"),
        "statement": ("<str:key>/statement/", "members.views.redemption.StatementFace"),
    }
    code_field = "member_no"
    key_fields = ("balance", "kind", "village")
    totals = ("balance",)
    empty_text = "还没有积分账户。村民户、村民代表的季度积分审定以后，这里自动开户入账。"

    def title_of(self, row: PointAccount) -> str:
        return f"{row.subject.name}的积分账户"

    def actions(self, row: PointAccount, user: Any) -> Iterable[Action]:
        if row.is_changeable_by(user):
            no = "" if row.subject.is_active else f"“{row.subject.name}”已不在册，不能兑换"
            yield Action(
                "兑换", reverse(self.url_name("redeem"), args=[self.key_of(row)]), tone="primary", icon="exchange",
                disabled=no or ("没有可兑换的积分" if not row.balance else ""),
            )  # fmt: skip
        yield Action("对账单", reverse(self.url_name("statement"), args=[self.key_of(row)]), icon="printer")

    def notices(self, row: PointAccount, user: Any) -> Iterable[Notice]:
        if row.owed:
            text = f"重新审定的季度少了 {shown(row.owed)} 分，已经花掉，从下次入账里扣。"
            yield Notice(text, "waiting")

    def related(self, row: PointAccount, user: Any) -> Iterable[RelatedTable]:
        yield movements_table(row.subject, "账户明细", user)


class RedemptionFilters(django_filters.FilterSet):
    state = django_filters.ChoiceFilter(label="状态", choices=State, empty_label="全部", method="by_state")
    month = django_filters.CharFilter(label="月份", method="by_month")
    member_no = django_filters.CharFilter(field_name="subject__number", label="编号")
    federation = FederationFilter()
    good = django_filters.NumberFilter(field_name="good_id", label="物品编号", min_value=1, max_value=2**63 - 1)

    def by_state(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(cancelled__isnull=value == "stands")

    def by_month(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        try:
            period = Period.parse(value)
        except PeriodError:
            return rows.none()
        return rows.filter(on__gte=period.start, on__lt=period.end)


class RedemptionRegister(Register):
    """What was redeemed, newest first; taken back only by cancelling, with a reason (P23)."""

    model = PointMovement
    slug = "point-redemptions"
    title = "积分兑换"
    group = GROUP
    menu_order = 75
    icon = "exchange"
    columns = (
        Column("on", "日期", Date()),
        Column("name", "姓名", Text(40)),
        Column("member_no", "编号", Text(20), width=18),
        Column("village", "村居", Text(60), width=16),
        Column("good", "物品", Text(40), width=18),
        Column("quantity", "数量", Integer(), width=8),
        Column("unit", "单位", Text(8), width=8),
        Column("price", "单价", Points(), unit="分"),
        Column("points", "用去积分", Points(), unit="分"),
        Column("state", "状态", Choice(State)),
        Column("note", "备注", Text(200), width=24),
        Column("by_name", "办理人", Text(40)),
        Column("cancelled_on", "撤销日期", Date()),
        Column("cancelled_by", "撤销人", Text(40)),
        Column("cancel_reason", "撤销原因", Text(200), width=24),
    )
    sources = {
        "name": "subject__name", "member_no": "subject__number", "village": "village__name", "good": "good__name",
        "unit": "good__unit", "note": "reason", "by_name": "created_by__name",
    }  # fmt: skip
    list_columns = ("on", "name", "village", "good", "quantity", "unit", "points", "state")
    main_columns = ("name", "good", "points")
    filterset_class = RedemptionFilters
    primary_filters = ("q", "state", "area")
    search_fields = ("subject__name", "subject__number", "subject__person__initials", "good__name")
    ordering = ("-on", "-pk")
    ordering_fields = ("on",)
    select_related = ("subject", "village", "good", "created_by", "cancelled__created_by")
    view_right = "points.view"
    viewset = "members.points_api.redemption.RedemptionViewSet"
    views = {"list": "members.views.redemption.RedemptionList"}
    more_views = {"cancel": ("<str:key>/cancel/", "members.views.redemption.CancelFace")}
    status_field = "state"
    tones = {"state": {"stands": "done", "cancelled": "neutral"}}
    key_fields = ("on", "village", "points")
    empty_text = "还没有兑换。在积分账户里找到人，就可以兑换。"

    def rows(self, user: Any) -> QuerySet:
        return super().rows(user).filter(kind=PointMovement.Kind.REDEEM)

    def value(self, row: PointMovement, field: str) -> Any:
        if field == "points":
            return -row.points
        if field == "state":
            return "cancelled" if row.is_cancelled else "stands"
        if field in _OF_CANCEL:
            return getattr(row.cancelled, _OF_CANCEL[field]) if row.is_cancelled else None
        if field == "cancelled_by":
            return getattr(row.cancelled.created_by, "name", None) if row.is_cancelled else None
        return super().value(row, field)

    def title_of(self, row: PointMovement) -> str:
        return f"{row.subject.name}兑换{row.goods_text}"

    def actions(self, row: PointMovement, user: Any) -> Iterable[Action]:
        if not row.is_cancelled and row.is_changeable_by(user):
            yield Action(
                "撤销兑换", reverse(self.url_name("cancel"), args=[row.pk]), tone="danger", icon="arrow-back-up"
            )
        yield Action("积分账户", reverse("point-accounts:detail", args=[row.subject.number]))

    def delete(self, *, by: Any, row: PointMovement) -> None:
        raise WrongState("兑换记录不能删除，兑换错了请撤销")


_OF_CANCEL = {"cancelled_on": "on", "cancel_reason": "reason"}


def movements_table(subject: Subject, title: str, user: Any) -> RelatedTable:
    """The last lines of an account that the user may see."""
    scope = user.scope_for("points.view")
    head = base.head
    heads = [
        head("on", "日期", main=True), head("kind", "类别", main=True), head("what", "说明"),
        head("points", "积分", css="num", unit="分", main=True), head("balance", "余额", css="num", unit="分"),
    ]  # fmt: skip
    lines = lines_of(subject)
    rows = [
        base.row(
            heads,
            [line.on.isoformat(), line.kind, line.what, base.signed(line.points), base.points(line.balance)],
            url=reverse("point-redemptions:detail", args=[line.redemption])
            if line.redemption and reaches(scope, line.village)
            else "",
        )
        for line in reversed(lines[-LINES_SHOWN:])
    ]
    statement = reverse("point-accounts:statement", args=[subject.number])
    return RelatedTable(
        title, heads, rows, all_url=statement if len(lines) > LINES_SHOWN else "", empty="还没有入账或兑换。"
    )


def account_of_subject(subject: Subject, user: Any) -> Iterable[RelatedTable]:
    """Under the page of a household or a representative: what may be spent, and on what it was."""
    account = PointAccount.objects.visible_to(user).filter(subject=subject).first()
    if account is not None:
        yield movements_table(subject, f"可兑换积分 {base.points(account.balance)} 分", user)


def plug_in() -> None:
    """Called once from `AppConfig.ready()`."""
    sockets.add_menu_item(sockets.MenuItem(GROUP, "兑换月报", "redemption-months", "points.view", 85))


REDEMPTION_REGISTERS = (AccountRegister, RedemptionRegister, GoodRegister)

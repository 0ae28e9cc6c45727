"""Redeeming for a subject, taking it back, and the statement of one account (P23)."""

from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from lianjian import clock
from members.actions.redemptions import MOST, RIGHT, cancel, goods_for, redeem
from members.models import PointAccount, PointMovement, RewardGood
from members.queries.point_accounts import lines_of
from members.views import points_base as base
from registers.errors import Invalid, WrongState
from registers.pages.action_face import ActionFace, ActionForm
from registers.pages.faces import Face
from registers.pages.lists import ListFace
from registers.pages.parts import Action


def price_of(good: RewardGood) -> str:
    return f"{base.points(good.price)} 分/{good.unit}"


def at_most(good: RewardGood, balance: int) -> int:
    """How many the points and the stock allow."""
    return min(balance // good.price, good.stock, MOST)


class RedeemForm(ActionForm):
    """What is wanted: of the goods that points and stock allow."""

    good = forms.ChoiceField(label="物品", widget=forms.RadioSelect(attrs={"class": "one-a-line"}))
    quantity = forms.IntegerField(label="数量", min_value=1, max_value=MOST)
    note = forms.CharField(label="备注", max_length=200, required=False, help_text="如代领人")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        account: PointAccount = self.row
        self.goods = {good.pk: good for good in goods_for(account.subject, self.user).order_by("price", "name")}
        able = [good for good in self.goods.values() if at_most(good, account.balance)]
        field: Any = self.fields["good"]
        field.choices = [
            (good.pk, f"{good.name}　{price_of(good)}　最多 {at_most(good, account.balance):,} {good.unit}")
            for good in able
        ]
        field.help_text = self.out_of_reach(account.balance)
        if not able:
            field.error_messages["required"] = "现在没有可以兑换的物品"

    def out_of_reach(self, balance: int) -> str:
        dear = [f"{good.name}（{price_of(good)}）" for good in self.goods.values() if good.price > balance]
        gone = [good.name for good in self.goods.values() if good.price <= balance and not good.stock]
        parts = [f"积分不够的：{'、'.join(dear)}" if dear else "", f"没有库存的：{'、'.join(gone)}" if gone else ""]
        told = "；".join(filter(None, parts))
        if not self.goods:
            return "这里还没有可以兑换的物品，请先在“兑换物品”里登记。"
        return f"{told}。" if told else ""


class ConfirmForm(RedeemForm):
    """The same, shown in words, with the price that was read and a token of its own: sent twice it is done once."""

    price = forms.IntegerField(min_value=1)
    token = forms.UUIDField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget = forms.HiddenInput()
        # Whatever became scarce meanwhile is for the action to say.
        self.fields["good"].choices = [(pk, good.name) for pk, good in self.goods.items()]  # type: ignore[attr-defined]


class RedeemFace(ActionFace):
    """Of an account: choose, look at it once more, done."""

    title = "兑换"
    form_class = RedeemForm
    submit_label = "下一步"

    def make_form(self, row: PointAccount, **kwargs: Any) -> ActionForm:
        confirming = "token" in self.request.POST
        form = ConfirmForm if confirming else self.form_class
        initial = {"quantity": 1} | self.request.GET.dict()
        return form(register=self.register, user=self.user, row=row, initial=initial, **kwargs)

    def note(self, row: PointAccount) -> str:
        subject = row.subject
        return f"{subject.village.name} {subject.get_kind_display()}，现有 {base.points(row.balance)} 分可兑换。"

    def perform(self, row: PointAccount, form: Any) -> HttpResponse:
        given = form.cleaned_data
        good = form.goods[int(given["good"])]
        if not isinstance(form, ConfirmForm):
            return self.confirm(row, good, given)
        try:
            made = redeem(
                by=self.user, subject=row.subject, good=good, quantity=given["quantity"], price=given["price"],
                token=given["token"], note=given["note"],
            )  # fmt: skip
        except (Invalid, WrongState) as error:
            # Back to choosing: what was confirmed no longer holds.
            again = RedeemForm(register=self.register, user=self.user, row=row, data=self.request.POST)
            again.is_valid()
            again.take(error)
            return self.show(row, again, status=400)
        left = PointAccount.objects.visible_to(self.user).get(pk=row.pk).balance
        said = f"已兑换 {good.name} {made.quantity} {good.unit}，用去 {base.points(-made.points)} 分，"
        messages.success(self.request, f"{said}还有 {base.points(left)} 分。")
        return redirect("point-redemptions:detail", key=made.pk)

    def confirm(self, row: PointAccount, good: RewardGood, given: dict[str, Any]) -> HttpResponse:
        quantity = given["quantity"]
        form = RedeemForm(register=self.register, user=self.user, row=row, data=self.request.POST)
        if quantity > at_most(good, row.balance):
            most = f"{at_most(good, row.balance):,} {good.unit}"
            form.add_error("quantity", f"最多可以兑换 {most}")
            return self.show(row, form, status=400)
        initial = {name: given[name] for name in ("good", "quantity", "note")}
        initial |= {"price": good.price, "token": uuid4()}
        asked = ConfirmForm(register=self.register, user=self.user, row=row, initial=initial)
        spent = good.price * quantity
        note = (
            f"{row.subject.name}兑换 {good.name} {quantity} {good.unit}，用去 {base.points(spent)} 分，"
            f"兑换后还有 {base.points(row.balance - spent)} 分。"
        )
        back = f"{self.request.path}?good={good.pk}&quantity={quantity}"
        more: dict[str, Any] = {
            "form_note": "",
            "groups": [{"title": "请核对", "note": note, "fields": []}],
            "submit_label": "确认兑换",
            "cancel_url": back,
            "cancel_label": "返回修改",
        }
        return self.show(row, asked, **more)


class CancelForm(ActionForm):
    reason = forms.CharField(label="撤销原因", max_length=200, help_text="如登记错了人、物品有问题退回")


class CancelFace(ActionFace):
    """Of a redemption: goods and points go back, and who did it and why stays."""

    title = "撤销兑换"
    form_class = CancelForm
    submit_label = "撤销兑换"

    def note(self, row: PointMovement) -> str:
        return f"撤销后退回 {base.points(-row.points)} 分，{row.goods_text}回到库存。"

    def perform(self, row: PointMovement, form: CancelForm) -> HttpResponse:
        cancel(by=self.user, redemption=row, reason=form.cleaned_data["reason"])
        return self.done(row, "已撤销，积分和物品都已退回。")


class RedemptionList(ListFace):
    def actions(self) -> list[Any]:
        if not self.user.can(RIGHT):
            return []
        return [
            Action("办理兑换", f"{reverse('point-accounts:list')}?funds=some", tone="primary", icon="exchange", key="n")
        ]


class StatementFace(Face):
    """The statement of one account, year by year, to print and hand over."""

    template = "members/points/account.html"

    def get(self, request: HttpRequest, key: str) -> HttpResponse:
        row = self.visible_row(key)
        lines = lines_of(row.subject)
        years = sorted({line.on.year for line in lines}, reverse=True)
        asked = request.GET.get("year", "")
        year = int(asked) if asked.isdecimal() and int(asked) in years else (years[0] if years else clock.today().year)
        shown = [line for line in lines if line.on.year == year]
        before = [line for line in lines if line.on.year < year]
        title = self.register.title_of(row)
        context = {
            "breadcrumbs": self.breadcrumbs((title, self.url("detail", row)), ("对账单", "")),
            "account": row,
            "subject": row.subject,
            "year": year,
            "years": [{"title": f"{one} 年", "url": f"?year={one}", "active": one == year} for one in years],
            "opening": base.points(before[-1].balance if before else 0),
            "closing": base.points(shown[-1].balance if shown else (before[-1].balance if before else 0)),
            "lines": [
                {
                    "on": line.on,
                    "kind": line.kind,
                    "what": line.what,
                    "plus": base.points(line.points) if line.points > 0 else "",
                    "minus": base.points(-line.points) if line.points < 0 else "",
                    "balance": base.points(line.balance),
                }
                for line in shown
            ],
            "back_url": self.url("detail", row),
            "printed_on": clock.today(),
        }
        return self.page(self.template, context)

"""Exchanging points for goods, and taking that back (P23). Scores, ranks and the ledger are untouched."""

from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from lianjian import areacodes, clock
from members.access import reaches, require_target
from members.models import PointAccount, PointMovement, RewardGood, Subject
from members.points.amounts import shown
from members.points.crediting import kinds_that_redeem
from registers.errors import Invalid, NotAllowed, NotFound, WrongState

RIGHT = "points.redeem"
MOST = 9_999  # of one good at once
Kind = PointMovement.Kind


def save_good(*, by: Any, good: RewardGood | None, **facts: Any) -> RewardGood:
    """Write a good of an area where the user may redeem. Raises Invalid where more was given than came in."""
    row = good or RewardGood()
    for name, value in facts.items():
        setattr(row, name, value)
    require_target(by=by, right=RIGHT, code=row.area_id, field="area_code", what="区划")
    if good is not None:
        row.given = RewardGood.objects.unscoped("the user's own good").select_for_update().get(pk=good.pk).given
    if row.supplied < row.given:
        raise Invalid(f"已经兑换了 {row.given:,} {row.unit}，累计进货不能少于它", field="supplied")
    if good is None:
        row.save()
    else:
        row.save(update_fields=[*facts, "updated_at"])
    return row


def goods_for(subject: Subject, by: Any) -> Any:
    """What a subject may have today, where he lives: goods of his village, town and county that are on offer."""
    codes = [subject.village_id, areacodes.town_of(subject.village_id), areacodes.county_of(subject.village_id)]
    today = clock.today()
    rows = RewardGood.objects.visible_to(by).filter(area_id__in=codes, offered_from__lte=today)
    return rows.exclude(offered_to__lte=today).select_related("area")


@transaction.atomic
def redeem(
    *,
    by: Any,
    subject: Subject,
    good: RewardGood,
    quantity: int,
    price: int | None = None,
    token: UUID | None = None,
    note: str = "",
) -> PointMovement:
    """Give goods for points. `price` is what was shown for one (0.1 point); `token` makes a form sent twice one effect.

    Raises Invalid where points, stock, place or time do not suffice, NotAllowed, NotFound; WrongState for a subject
    that has left.
    """
    subject = _subject(by, subject)
    if subject.kind not in kinds_that_redeem(areacodes.county_of(subject.village_id)):
        raise Invalid("本县的党员积分不兑换物品", field="member_no")
    if token is not None and (done := _by_token(by, token)):
        return done
    if not subject.is_active:
        raise WrongState(f"“{subject.name}”已不在册，不能兑换")
    subject, account = _locked(subject.pk)
    if not reaches(by.scope_for(RIGHT), subject.village_id):  # moved meanwhile
        raise NotFound
    good = _good(by, subject, good)
    if not 1 <= quantity <= MOST:
        raise Invalid(f"数量应为 1–{MOST:,} 的整数", field="quantity")
    if price is not None and price != good.price:
        raise Invalid(f"“{good.name}”现在要 {shown(good.price)} 分，请核对后再兑换", field="quantity")
    balance = account.balance if account else 0
    if good.price * quantity > balance:
        needed = f"{quantity} {good.unit}“{good.name}”要 {shown(good.price * quantity)} 分"
        raise Invalid(f"{needed}，现有 {shown(balance)} 分，不够", field="quantity")
    if quantity > good.stock:
        raise Invalid(f"“{good.name}”只剩 {good.stock:,} {good.unit}", field="quantity")
    made = PointMovement(
        subject=subject, village_id=subject.village_id, kind=Kind.REDEEM, points=-good.price * quantity,
        on=clock.today(), good=good, quantity=quantity, price=good.price, reason=note.strip()[:200], token=token,
        created_by=by,
    )  # fmt: skip
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError:
        # The only key that can be taken is the token's: the same form, sent twice at the same moment.
        if token is not None and (done := _by_token(by, token)):
            return done
        raise
    return made


def _subject(by: Any, subject: Subject) -> Subject:
    found = Subject.objects.within(by.scope_for(PointAccount.view_right)).filter(pk=subject.pk).first()
    if found is None:
        raise NotFound
    if not reaches(by.scope_for(RIGHT), found.village_id):
        raise NotAllowed("您可以查看这个账户，但没有办理兑换的权限，请由村文书或镇填报人办理")
    return found


def _locked(pk: int) -> tuple[Subject, PointAccount | None]:
    """A subject that was checked and its account, locked in the order in which a transfer locks them."""
    subject = Subject.objects.unscoped("checked by the caller").select_for_update(no_key=True).get(pk=pk)
    accounts = PointAccount.objects.unscoped("checked by the caller").select_for_update(no_key=True)
    return subject, accounts.filter(subject=subject).first()


def _good(by: Any, subject: Subject, good: RewardGood) -> RewardGood:
    """The good, locked. Whoever may not know it is told the same as where it does not exist."""
    found = goods_for(subject, by).filter(pk=good.pk).select_related(None)
    locked = found.select_for_update(no_key=True).first()
    if locked is None:
        raise Invalid("这里现在没有这种物品可以兑换，请核对", field="good")
    return locked


def _by_token(by: Any, token: UUID) -> PointMovement | None:
    return PointMovement.objects.visible_to(by).filter(token=token, created_by=by).first()


@transaction.atomic
def cancel(*, by: Any, redemption: PointMovement, reason: str) -> PointMovement:
    """Put goods and points back, once. Raises Invalid without a reason, WrongState where it was cancelled before;
    NotAllowed, NotFound.
    """
    rows = PointMovement.objects.visible_to(by).filter(pk=redemption.pk, kind=Kind.REDEEM)
    if (found := rows.first()) is None:
        raise NotFound
    if not reaches(by.scope_for(RIGHT), found.village_id):
        raise NotAllowed("您可以查看这次兑换，但没有撤销的权限，请由村文书或镇填报人办理")
    if not (reason := reason.strip()):
        raise Invalid("请写明撤销的原因", field="reason")
    subject, _ = _locked(found.subject_id)
    if PointMovement.objects.unscoped("of the redemption that was checked").filter(cancels=found).exists():
        raise WrongState("这次兑换已经撤销过了")
    made = PointMovement(
        subject=subject, village_id=subject.village_id, kind=Kind.CANCEL,
        points=-found.points, on=clock.today(), good_id=found.good_id, quantity=found.quantity, price=found.price,
        cancels=found, reason=reason[:200], created_by=by,
    )  # fmt: skip
    made.save(force_insert=True)
    return made


__all__ = ["RIGHT", "cancel", "goods_for", "redeem", "save_good"]

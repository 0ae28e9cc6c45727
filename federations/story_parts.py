"""The lists that belong to one federation, by the tabs of its page; its file prints them whole."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Case, Q, Value, When

from federations.models import Federation, LeadershipPattern
from lianjian import clock
from members.models import Post
from registers.pages.parts import Related
from registers.register import register_of

# 书记 first, then as the titles are listed.
RANK = Case(*(When(title=title, then=Value(at)) for at, title in enumerate(Post.Title.values)), default=Value(99))


def _part(
    user: Any, row: Federation, title: str, slug: str, order: tuple[str, ...], columns: tuple[str, ...], empty: str,
    may_add: bool, **condition: Any,
) -> Related:  # fmt: skip
    rows = register_of(slug).rows(user).filter(federation=row, **condition).order_by(*order)
    initial = {"federation": row.pk} if may_add else None
    return Related(title, slug, rows, columns, filters={"federation": row.pk}, initial=initial, empty=empty)


def team_parts(user: Any, row: Federation, may_add: bool) -> Iterable[Related]:
    """The standing committee and the patterns; of an overlay federation enterprises, classes and help teams."""
    if user.can("organizations.view"):
        posts = register_of("posts").rows(user).filter(organization=row.organization_id)
        standing = posts.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=clock.today()))
        yield Related(
            "班子", "posts", standing.order_by(RANK, "valid_from", "pk"),
            ("person", "title", "portfolio", "source", "from"),
            filters={"organization": row.organization_id},
            initial={"organization": row.organization_id} if may_add else None,
            empty="还没有填报班子成员。",
        )  # fmt: skip
    patterns = LeadershipPattern.objects.visible_to(user).filter(federation=row)
    yield _part(
        user, row, "领导模式", "leadership-patterns", ("-valid_from",), ("pattern", "from", "to", "due_on", "note"),
        "还没有登记领导模式（A 或 B）。", may_add and not patterns.filter(valid_to__isnull=True).exists(),
    )  # fmt: skip
    if not row.is_primary:
        yield _part(
            user, row, "成员企业", "federation-enterprises", ("valid_from", "pk"), ("enterprise", "from", "to", "note"),
            "还没有成员企业。", may_add,
        )  # fmt: skip
        yield _part(
            user, row, "成员村分类管理", "village-classes", ("category", "village_id", "pk"),
            ("village_code", "category", "from", "to"), "还没有分类。", may_add,
        )  # fmt: skip
        yield _part(
            user, row, "帮帮团", "help-teams", ("name", "pk"), ("name", "head", "helps_with", "helps_whom"),
            "还没有帮帮团。", may_add,
        )  # fmt: skip


def premises_parts(user: Any, row: Federation, may_add: bool) -> Iterable[Related]:
    """Premises against the standard, and the swaps on the rota."""
    yield _part(
        user, row, "联建场所", "federation-premises", ("name", "pk"),
        ("name", "state", "area_m2", "hotline", "address", "complete"), "还没有登记场所。", may_add,
    )  # fmt: skip
    yield _part(
        user, row, "最近的换班", "duty-swaps", ("-swapped_on", "-pk"),
        ("on", "shift", "given_by", "taken_by", "swapped_on", "reason"), "还没有换过班。", False,
    )  # fmt: skip


def plan_parts(user: Any, row: Federation, may_add: bool) -> Iterable[Related]:
    """Plans, their items and what people said about them."""
    yield _part(
        user, row, "联合规划", "joint-plans", ("-from_year", "name"),
        ("name", "state", "from_year", "to_year", "drawn_by", "adopted_on"), "还没有联合规划。", may_add,
    )  # fmt: skip
    items = register_of("plan-items").rows(user).filter(plan__federation=row)
    yield Related(
        "规划任务", "plan-items", items.order_by("planned_to", "pk"),
        ("name", "plan", "planned_to", "planned_money", "actual_to", "actual_money", "progress"),
        filters={"federation": row.pk}, empty="还没有分解任务。打开一个规划后新增。",
    )  # fmt: skip
    opinions = register_of("plan-opinions").rows(user).filter(plan__federation=row)
    yield Related(
        "征求的意见", "plan-opinions", opinions.order_by("-on", "-pk"), ("content", "who", "on", "taken", "why"),
        filters={"federation": row.pk}, empty="还没有登记意见。",
    )  # fmt: skip

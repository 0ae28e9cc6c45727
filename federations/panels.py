"""What federations put on pages below: what a person is to approve, and which federations a village belongs to."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db.models import F
from django.urls import reverse

from federations.access import APPROVE, may_approve
from federations.models import Federation, FederationVillage, LeadershipPattern
from lianjian import clock
from registers.pages.parts import RelatedTable
from registers.sockets import Owed

SHOWN = 5
HAND_OVER_SOON = 30  # days


def to_approve(user: Any) -> Iterable[Owed]:
    """Federations under review that this person may approve, oldest first."""
    if not user.can(APPROVE):
        return
    waiting = Federation.objects.changeable_by(user, APPROVE).filter(status=Federation.Status.REVIEWED)
    for federation in waiting.select_related("organization").order_by("updated_at")[:SHOWN]:
        if may_approve(by=user, federation=federation):
            yield Owed(f"批复“{federation.name}”", reverse("federations:detail", args=[federation.pk]), "去批复")


def hand_overs(user: Any) -> Iterable[Owed]:
    """Federations in pattern B whose hand-over to pattern A is due within a month, or was (P08)."""
    if not user.can(LeadershipPattern.change_right):
        return
    soon = clock.today() + dt.timedelta(days=HAND_OVER_SOON)
    due = LeadershipPattern.objects.changeable_by(user).filter(
        pattern=LeadershipPattern.Pattern.B, valid_to__isnull=True, due_on__lte=soon
    )
    running = due.exclude(federation__status=Federation.Status.DISSOLVED)
    for row in running.select_related("federation").order_by("due_on", "pk")[:SHOWN]:
        address = reverse("federations:hand-over", args=[row.federation_id])
        yield Owed(f"“{row.federation.name}”由模式B交接为模式A", address, "去交接", row.due_on)


def federations_of_village(village: Any, user: Any) -> Iterable[RelatedTable]:
    """The federations a village belongs to, belonged to or is planned for, under the village's page."""
    if not user.can(Federation.view_right):
        return
    memberships = FederationVillage.objects.visible_to(user).filter(village=village)
    today = clock.today()
    columns = [
        {"key": "name", "heading": "联建单位", "css": "name", "main": True},
        {"key": "kind", "heading": "类别", "css": "", "main": False},
        {"key": "role", "heading": "角色", "css": "", "main": True},
        {"key": "status", "heading": "状态", "css": "", "main": True},
        {"key": "from", "heading": "加入日期", "css": "date", "main": False},
        {"key": "to", "heading": "退出日期", "css": "date", "main": False},
    ]
    rows = []
    newest_first = F("valid_to").desc(nulls_first=True)
    for one in memberships.select_related("federation").order_by(newest_first, "-holds_slot", "-primary", "pk"):
        federation = one.federation
        texts = (
            federation.name,
            federation.get_kind_display(),
            one.get_role_display(),
            "已退出" if one.valid_to and one.valid_to <= today else federation.get_status_display(),
            f"{one.valid_from}" if one.holds_slot else "",
            f"{one.valid_to or ''}",
        )
        cells = [
            {"text": text, "css": column["css"], "column": column} for text, column in zip(texts, columns, strict=True)
        ]
        rows.append({"url": reverse("federations:detail", args=[federation.pk]), "pk": one.pk, "cells": cells})
    yield RelatedTable("所在联建单位", columns, rows, empty="还没有加入联建单位。")

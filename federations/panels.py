"""What federations put on pages below: what a person is to approve, and which federations a village belongs to."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Q
from django.urls import reverse

from federations.access import APPROVE, may_approve
from federations.models import Federation, FederationVillage
from lianjian import clock
from registers.pages.parts import RelatedTable
from registers.sockets import Owed

SHOWN = 5


def to_approve(user: Any) -> Iterable[Owed]:
    """Federations under review that this person may approve, oldest first."""
    if not user.can(APPROVE):
        return
    waiting = Federation.objects.changeable_by(user, APPROVE).filter(status=Federation.Status.REVIEWED)
    for federation in waiting.select_related("organization").order_by("updated_at")[:SHOWN]:
        if may_approve(by=user, federation=federation):
            yield Owed(f"批复“{federation.name}”", reverse("federations:detail", args=[federation.pk]), "去批复")


def federations_of_village(village: Any, user: Any) -> Iterable[RelatedTable]:
    """The federations a village belongs to or is planned for, under the village's page."""
    if not user.can(Federation.view_right):
        return
    standing = Q(valid_to__isnull=True) | Q(valid_to__gt=clock.today())
    memberships = FederationVillage.objects.visible_to(user).filter(standing, village=village)
    columns = [
        {"key": "name", "heading": "联建单位", "css": "name", "main": True},
        {"key": "kind", "heading": "类别", "css": "", "main": False},
        {"key": "role", "heading": "角色", "css": "", "main": True},
        {"key": "status", "heading": "状态", "css": "", "main": True},
    ]
    rows = []
    for one in memberships.select_related("federation").order_by("-holds_slot", "-primary", "pk"):
        federation = one.federation
        texts = (
            federation.name,
            federation.get_kind_display(),
            one.get_role_display(),
            federation.get_status_display(),
        )
        cells = [
            {"text": text, "css": column["css"], "column": column} for text, column in zip(texts, columns, strict=True)
        ]
        rows.append({"url": reverse("federations:detail", args=[federation.pk]), "pk": one.pk, "cells": cells})
    yield RelatedTable("所在联建单位", columns, rows, empty="还没有加入联建单位。")

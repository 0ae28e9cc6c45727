"""What every row of a register has: a guard, a version for optimistic locking, and its times."""

import datetime as dt

import pgtrigger
from django.db import models
from django.db.models import Q

from registers.guarding import GuardedModel


class RegisterRow(GuardedModel):
    """Base of register models. The database raises `version` on every change, bulk updates too."""

    version = models.PositiveIntegerField("版本", default=1, editable=False)
    created_at = models.DateTimeField("录入时间", auto_now_add=True)
    updated_at = models.DateTimeField("修改时间", auto_now=True)

    class Meta:
        abstract = True
        triggers = [
            pgtrigger.Trigger(
                name="bump_version",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                func="NEW.version = OLD.version + 1; RETURN NEW;",
                condition=pgtrigger.AnyChange(exclude=["updated_at"]),
            )
        ]


def effective_on(day: dt.date, prefix: str = "") -> Q:
    """Rows whose half-open dates hold the day; `prefix` is the lookup of a relation (`membership__`)."""
    return Q(**{f"{prefix}valid_from__lte": day}) & (
        Q(**{f"{prefix}valid_to__isnull": True}) | Q(**{f"{prefix}valid_to__gt": day})
    )

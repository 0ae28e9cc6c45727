"""What all rows that belong to one federation share: who sees them, and who may change them."""

from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Q

from federations.models.federation import Federation
from registers.guarding import GuardedQuerySet
from registers.models.row import RegisterRow
from registers.scope import Scope


class OfFederationQuerySet(GuardedQuerySet):
    def changeable_by(self, user: Any, right: str = "") -> Self:
        """Changed by whoever may change the federation; a member village's own town only looks."""
        federations = Federation.objects.changeable_by(user, right or self.model.change_right)
        return self._opened(f"changeable by {user}").filter(
            **{f"{self.model.federation_path}__in": federations.values("pk")}
        )


class OfFederation(RegisterRow):
    """A row of a federation, seen by all who see the federation. `federation_path` is the lookup of the federation."""

    area_path = "federation__area_id"
    federation_path: ClassVar[str] = "federation"
    view_right = "federations.view"
    change_right = "federations.change"

    objects: ClassVar[Any] = models.Manager.from_queryset(OfFederationQuerySet)()

    class Meta:
        abstract = True

    @classmethod
    def in_scope(cls, scope: Scope) -> Q:
        return Q(**{f"{cls.federation_path}__in": Federation.objects.within(scope).values("pk")})


def outbox_of_federation(table: str = "{rows}") -> str:
    """SQL for `outbox_triggers`: the home area of the federation of each changed row."""
    return f"SELECT f.area_id, '' FROM {table} AS r JOIN federations_federation f ON f.id = r.federation_id"  # noqa: S608

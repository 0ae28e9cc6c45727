"""The guard: rows that belong to an area cannot be read before somebody said for whom.

A guarded queryset raises `ScopeForgotten` when it is compiled, unless it went through `visible_to(user)`,
`changeable_by(user)`, `within(scope)` or `unscoped("reason")`. The check sits in the query and not in the queryset,
because `count`, `exists`, `update`, `delete`, sub-queries, unions and prefetches all end there.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, ClassVar, Protocol, Self

from django.db import models
from django.db.models import Q, sql

from registers.scope import Scope


class ScopeForgotten(RuntimeError):
    """Code asked for guarded rows without saying for whom; a mistake of ours, never of the user."""


class SeesRows(Protocol):
    """What registers asks of a user; accounts implements it."""

    def scope_for(self, right: str) -> Scope: ...


_inside_django: ContextVar[bool] = ContextVar("guard_inside_django", default=False)


@contextmanager
def guard_lifted_for_django() -> Iterator[None]:
    """For Django's own uniqueness checks, which must see every row. Nothing that reaches a page may use it."""
    token = _inside_django.set(True)
    try:
        yield
    finally:
        _inside_django.reset(token)


class GuardedQuery(sql.Query):
    """A query that compiles only when opened."""

    opened_for: str | None = None

    def _require_opening(self) -> None:
        if self.opened_for is None and not _inside_django.get():
            raise ScopeForgotten(
                f"{self.get_meta().label}: call visible_to(user), changeable_by(user), within(scope)"
                ' or unscoped("reason") before reading or changing rows'
            )

    def get_compiler(self, *args: Any, **kwargs: Any) -> Any:
        self._require_opening()
        return super().get_compiler(*args, **kwargs)

    def chain(self, klass: Any = None) -> Any:
        # update() and delete() turn the query into another class that would no longer be guarded.
        if klass is not None and not issubclass(klass, GuardedQuery):
            self._require_opening()
        return super().chain(klass)


class GuardedQuerySet(models.QuerySet):
    """A queryset over rows of areas; see the module."""

    query: GuardedQuery
    model: Any  # a GuardedModel, with its rights and `in_scope`

    def __init__(self, model: Any = None, query: Any = None, using: Any = None, hints: Any = None) -> None:
        super().__init__(model, query or GuardedQuery(model), using, hints)

    def visible_to(self, user: SeesRows | Any) -> Self:
        """Rows the user may see, by the model's `view_right`."""
        scope = user.scope_for(self.model.view_right)
        return self._where(scope, self.model.seen_from(scope), f"visible to {user}")

    def changeable_by(self, user: SeesRows | Any, right: str = "") -> Self:
        """Rows the user may change, by the model's `change_right` (or another right, such as approving)."""
        return self.within(user.scope_for(right or self.model.change_right), f"changeable by {user}")

    def within(self, scope: Scope, reason: str = "a scope") -> Self:
        """Rows of a scope worked out elsewhere (a task's owner, a report's area)."""
        return self._where(scope, self.model.in_scope(scope), reason)

    def _where(self, scope: Scope, condition: Q, reason: str) -> Self:
        narrowed = self._opened(reason)
        return narrowed.filter(condition) if scope else narrowed.none()

    def unscoped(self, reason: str) -> Self:
        """All rows. The reason stands in the code for the reviewer; it must not be empty."""
        if not reason.strip():
            raise ScopeForgotten("unscoped() needs a reason")
        return self._opened(reason)

    def _opened(self, reason: str) -> Self:
        clone: Self = self._chain()  # type: ignore[attr-defined] # Django's own name for a copy
        clone.query.opened_for = reason
        return clone

    def _raw_delete(self, using: Any) -> Any:
        self.query._require_opening()
        return super()._raw_delete(using)

    def raw(self, *args: Any, **kwargs: Any) -> Any:
        raise ScopeForgotten("raw() would pass the guard; write the query with visible_to() or use a cursor")


GuardedManager = models.Manager.from_queryset(GuardedQuerySet)


class GuardedModel(models.Model):
    """A model whose rows lie in an area.

    `area_path` is the lookup of the code that places a row; models with more ways to be seen override `in_scope`.
    `view_right` and `change_right` are rights of accounts/roles.py.
    """

    area_path = ""
    view_right = ""
    change_right = ""

    objects: ClassVar[Any] = GuardedManager()

    class Meta:
        abstract = True

    @classmethod
    def in_scope(cls, scope: Scope) -> Q:
        """The condition for rows inside the scope."""
        return scope.q(cls.area_path)

    @classmethod
    def seen_from(cls, scope: Scope) -> Q:
        """The condition for rows that a scope may read; more than those inside it only where a model says so."""
        return cls.in_scope(scope)

    def is_changeable_by(self, user: SeesRows, right: str = "") -> bool:
        """Whether the user may change this very row."""
        return type(self).objects.changeable_by(user, right).filter(pk=self.pk).exists()

    def validate_unique(self, exclude: Any = None) -> None:
        with guard_lifted_for_django():
            super().validate_unique(exclude)

    def validate_constraints(self, exclude: Any = None) -> None:
        with guard_lifted_for_django():
            super().validate_constraints(exclude)

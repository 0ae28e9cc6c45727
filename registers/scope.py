"""What a user may see: ranges of area codes plus named objects.

A grant is a user, a role and a scope (kind, key). Each app registers, from its `AppConfig.ready()`, one resolver per
kind; it turns a key into a `Scope`. The empty scope is nobody.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Self

from django.db.models import Q

from lianjian import areacodes


@dataclass(frozen=True)
class Scope:
    """Code ranges, half-open in byte order, and ids of single objects by kind (`{"federation": {3, 7}}`)."""

    ranges: tuple[tuple[str, str], ...] = ()
    objects: Mapping[str, frozenset] = field(default_factory=dict)
    everywhere: bool = False

    @classmethod
    def nobody(cls) -> Self:
        return cls()

    @classmethod
    def area(cls, code: str) -> Self:
        """The subtree of an area. Raises AreaCodeError for what is no whole code."""
        return cls(ranges=(areacodes.subtree(code),))

    @classmethod
    def named(cls, kind: str, ids: Iterable) -> Self:
        return cls(objects={kind: frozenset(ids)})

    @classmethod
    def whole(cls) -> Self:
        """Everything: for administrators of the installation, never from an area grant."""
        return cls(everywhere=True)

    def __bool__(self) -> bool:
        return self.everywhere or bool(self.ranges) or any(self.objects.values())

    def __or__(self, other: "Scope") -> "Scope":
        objects = {
            kind: self.objects.get(kind, frozenset()) | other.objects.get(kind, frozenset())
            for kind in {*self.objects, *other.objects}
        }
        return Scope(
            ranges=_merge([*self.ranges, *other.ranges]),
            objects=objects,
            everywhere=self.everywhere or other.everywhere,
        )

    def ids(self, kind: str) -> frozenset:
        return self.objects.get(kind, frozenset())

    def covers(self, code: str) -> bool:
        """Whether the area of that code lies wholly inside."""
        return self.everywhere or any(low <= code < high for low, high in self.ranges)

    def q(self, path: str) -> Q:
        """The condition that the code at `path` lies inside; matches nothing for the empty scope."""
        if self.everywhere:
            return Q()
        condition = Q(pk__in=[])
        for low, high in self.ranges:
            condition |= Q(**{f"{path}__gte": low, f"{path}__lt": high})
        return condition

    @property
    def cache_key(self) -> str:
        """Equal scopes, equal keys: anything cached for a user carries it."""
        named = ";".join(f"{kind}={','.join(sorted(map(str, ids)))}" for kind, ids in sorted(self.objects.items()))
        return "*" if self.everywhere else "|".join(f"{low}-{high}" for low, high in self.ranges) + "#" + named


def _merge(ranges: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    merged: list[tuple[str, str]] = []
    for low, high in sorted(set(ranges)):
        if merged and low <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
        else:
            merged.append((low, high))
    return tuple(merged)


Resolver = Callable[[str], Scope]


@dataclass(frozen=True)
class ScopeKind:
    """A kind of scope that a grant may name: `exists` checks a key when a grant is given."""

    kind: str
    label: str
    resolve: Resolver
    describe: Callable[[str], str]


_kinds: dict[str, ScopeKind] = {}


def register_scope_kind(kind: str, label: str, resolve: Resolver, describe: Callable[[str], str]) -> None:
    """Make a scope kind known; `describe` gives the name of a key for pages and raises DomainError for unknown keys."""
    _kinds[kind] = ScopeKind(kind, label, resolve, describe)


def scope_kinds() -> dict[str, ScopeKind]:
    return dict(_kinds)


def resolve(kind: str, key: str) -> Scope:
    """The scope of one grant; an unknown kind or a key that no longer exists is nobody."""
    known = _kinds.get(kind)
    return known.resolve(key) if known else Scope.nobody()

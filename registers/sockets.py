"""Where higher floors plug in: what a person owes, his figures, recent changes, search, and the menu.

An app registers its providers from `AppConfig.ready()`. Providers go through the guard themselves.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Owed:
    """Something the person has to do: opens at `url`, right where it is done."""

    title: str
    url: str
    button: str
    due_on: dt.date | None = None
    count: int | None = None
    note: str = ""
    links: Sequence[tuple[str, str]] = ()  # (name, address) of single things, shown before the note


@dataclass(frozen=True)
class Figure:
    """One figure of the person's area; `value` is formatted, `trend` compares with the period before."""

    title: str
    value: str
    unit: str
    url: str
    trend: str = ""
    meaning: str = ""
    period: str = ""  # of all figures of one provider, ready text: 2026年第三季度


@dataclass(frozen=True)
class Found:
    """A search hit."""

    kind: str
    title: str
    url: str
    note: str = ""


@dataclass(frozen=True)
class MenuItem:
    """An entry of the side menu, shown to those who have the right."""

    group: str
    title: str
    url_name: str
    right: str
    order: int = 100


class Socket:
    """An ordered list of providers `(user, **question) -> iterable`."""

    def __init__(self) -> None:
        self._providers: dict[str, Callable[..., Iterable[Any]]] = {}

    def plug(self, name: str, provider: Callable[..., Iterable[Any]]) -> None:
        self._providers[name] = provider

    def ask(self, user: Any, **question: Any) -> list[Any]:
        return [answer for provider in self._providers.values() for answer in provider(user, **question)]


class Slot:
    """A single provider that a higher floor puts in; until then the answer is empty."""

    def __init__(self, empty: Any) -> None:
        self._empty = empty
        self._provider: Callable[..., Any] | None = None

    def plug(self, provider: Callable[..., Any]) -> None:
        self._provider = provider

    def ask(self, *question: Any) -> Any:
        return self._provider(*question) if self._provider else self._empty


owed = Socket()  # (user) -> Owed: what stands under 待办, late first
figures = Socket()  # (user) -> Figure: at most eight are shown
search = Socket()  # (user, text=…) -> Found: what no register's own search finds
area_names = Slot({})  # (codes) -> {code: name}: one question for any number of codes; names are no secret
area_choices = Slot([])  # (user, right) -> [(code, name)]: the areas of his scope that a list is filtered by

MENU_GROUPS = ("工作台", "村居", "党员", "联建", "产业", "积分", "服务", "数据", "管理")
# Long groups are read in parts: group → (the order its part begins at, what it is called).
MENU_PARTS: dict[str, tuple[tuple[int, str], ...]] = {
    "村居": ((0, "村情"), (40, "集体资产"), (50, "设施与产品"), (90, "区划")),
    "党员": ((0, "组织与党员"), (30, "班子与干部"), (50, "人才与培训")),
    "联建": ((0, "组织"), (40, "成员与联结"), (50, "场所与值班"), (60, "帮扶"), (70, "规划")),
    "产业": ((0, "合作社"), (40, "合办项目"), (60, "企业"), (70, "土地与产品"), (100, "资金与招商")),
    "积分": ((0, "申报与记录"), (30, "结算与公示"), (60, "办法"), (70, "兑换"), (90, "责任清单"), (96, "村级考核")),
}
_menu: dict[str, MenuItem] = {}


def add_menu_item(item: MenuItem) -> None:
    _menu[item.url_name] = item


def menu_part(item: MenuItem) -> str:
    """The part of its group that an entry stands under; empty where the group has none."""
    return next((title for start, title in reversed(MENU_PARTS.get(item.group, ())) if item.order >= start), "")


def menu() -> list[MenuItem]:
    return sorted(_menu.values(), key=lambda item: (MENU_GROUPS.index(item.group), item.order, item.title))

"""What apps put on a register's pages: buttons, notices and lists of other rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import QuerySet


@dataclass(frozen=True)
class Action:
    """A button: a link, or with `method="post"` a small form. `disabled` is the reason why it cannot be pressed now."""

    label: str
    url: str
    method: str = "get"
    tone: str = ""
    confirm: str = ""
    icon: str = ""
    key: str = ""
    disabled: str = ""


@dataclass(frozen=True)
class Notice:
    """What wants doing, above the facts; tone waiting, late or info."""

    text: str
    tone: str = "info"
    url: str = ""
    label: str = ""


@dataclass(frozen=True)
class Related:
    """Rows of another register beside one thing; five are shown and `filters` open all of them in its list.

    `rows` come from that register's guard: `register_of(slug).rows(user).filter(...)`, in the order wanted.
    `initial` fills its form when `can_add`; with `paste` the grid too is offered, each new row beginning with it.
    """

    title: str
    slug: str
    rows: QuerySet
    columns: Sequence[str] = ()
    filters: Mapping[str, object] = field(default_factory=dict)
    initial: Mapping[str, object] | None = None
    empty: str = ""
    paste: bool = False


@dataclass(frozen=True)
class RelatedTable:
    """A list of a page's own: headings and rows as components/table.html takes them."""

    title: str
    columns: Sequence[Mapping[str, object]]
    rows: Sequence[Mapping[str, object]]
    all_url: str = ""
    empty: str = ""
    count: str = ""
    add_url: str = ""
    add_label: str = ""

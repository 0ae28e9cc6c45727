"""A person's own views of a list: saving, choosing the default, dropping; and the columns of the list as such."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.db import transaction
from django.http import QueryDict

from registers.errors import Invalid, NotFound
from registers.models.list_view import ListView
from registers.register import Register

MOST = 30  # views of one list; more would be a list of their own
NOT_KEPT = frozenset({"cursor", "view", "columns", "csrfmiddlewaretoken"})  # said elsewhere, or of the moment


def views_of(user: Any, register: Register) -> list[ListView]:
    """All of one list, the nameless one too: one query."""
    return list(ListView.objects.visible_to(user).filter(register=register.slug))


def kept_query(query: str) -> str:
    """Filters, order and page size of an address, in one spelling, so that equal views are seen to be equal."""
    given = QueryDict(query[:4000])
    pairs = [(name, value) for name, value in given.items() if value and name not in NOT_KEPT and "\x00" not in value]
    return urlencode(sorted(pairs))


def address_query(view: ListView) -> str:
    """What stands behind the list's address when the view is open."""
    columns = urlencode({"columns": ",".join(view.columns)}, safe=",") if view.columns else ""
    return "&".join(part for part in (view.query, columns) if part)


@transaction.atomic
def save_view(
    *, by: Any, register: Register, name: str, query: str, columns: Sequence[str], is_default: bool = False
) -> ListView:
    """Keep filters, order and columns under a name; an own view of that name is replaced. Raises Invalid."""
    name = " ".join(name.split())
    if not name or len(name) > 30 or "\x00" in name:
        raise Invalid("请给视图起一个 30 字以内的名称", field="name")
    query = kept_query(query)
    if len(query) > 2000:
        raise Invalid("筛选条件太长，不能存成视图，请减少一些条件", field="query")
    mine = ListView.objects.visible_to(by).filter(register=register.slug)
    if not mine.filter(name=name).exists() and mine.exclude(name="").count() >= MOST:
        raise Invalid(f"一个列表最多存 {MOST} 个视图，请先删掉不用的", field="name")
    fields = [column.field for column in register.columns_named(by, columns)]
    if is_default:
        mine.update(is_default=False)
    view, _ = mine.update_or_create(
        owner_id=by.pk, register=register.slug, name=name,
        defaults={"query": query, "columns": fields, "is_default": is_default},
    )  # fmt: skip
    return view


@transaction.atomic
def set_default(*, by: Any, register: Register, key: str, on: bool) -> ListView:
    """Let the list open with a view, or as it is. Raises NotFound for a view that is none of the user's."""
    view = _own(by, register, key)
    ListView.objects.visible_to(by).filter(register=register.slug).update(is_default=False)
    view.is_default = on
    view.save(update_fields=["is_default"])
    return view


def drop_view(*, by: Any, register: Register, key: str) -> str:
    """Forget a view and return its name. Raises NotFound."""
    view = _own(by, register, key)
    view.delete()
    return view.name


def keep_columns(*, by: Any, register: Register, columns: Sequence[str]) -> None:
    """Show the list with these columns from now on; none: as the register shows it."""
    fields = [column.field for column in register.columns_named(by, columns)]
    mine = ListView.objects.visible_to(by).filter(register=register.slug, name="")
    if fields:
        mine.update_or_create(owner_id=by.pk, register=register.slug, name="", defaults={"columns": fields})
    else:
        mine.delete()


def _own(user: Any, register: Register, key: str) -> ListView:
    mine = ListView.objects.visible_to(user).filter(register=register.slug).exclude(name="")
    view = mine.filter(pk=int(key)).first() if key.isascii() and key.isdigit() and len(key) < 18 else None
    if view is None:
        raise NotFound("没有找到这个视图，可能已经删除")
    return view

"""Cells that name something kept elsewhere: a village, a person, an organisation."""

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from registers.rows.kinds import Kind
from registers.workbooks import values
from registers.workbooks.errors import CellError
from registers.workbooks.values import Tell


@dataclass(frozen=True)
class Found:
    """A resolver's answer with something to tell, such as which village a short name was taken for."""

    value: Any
    note: str = ""


class Resolver(Protocol):
    """Finds the things that texts name. Called once per column for a whole table: one query, not one per row."""

    def resolve(self, texts: Iterable[Any], context: Any) -> Mapping[Any, Any]:
        """{text: object, Found or CellError}; a text left out was not found. `context` is check_rows' own."""
        ...


def _holds_nul(key: Hashable) -> bool:
    return any("\x00" in text for text in (key if isinstance(key, tuple) else (key,)) if isinstance(text, str))


@dataclass(frozen=True)
class Reference(Kind):
    """Something named by code or name. `parse` only cleans the text; the row checker resolves the column at once.

    `listed`: it names several things at once; JSON has a list of objects with text fields.
    `beside`: fields whose texts in the same row help to decide (镇 beside 村). The resolver then gets tuples
    (text, beside texts…) instead of texts. `label` shows an object; default `str`. `what` names the kind of thing.
    `key`: the attribute by which JSON names it.
    """

    resolver: Resolver | None = None
    what: str = ""
    beside: tuple[str, ...] = ()
    label: Callable[[Any], str] = str
    listed: bool = False
    key: str = "pk"

    def parse(self, raw: object, *, unit: str = "", tell: Tell | None = None) -> str | None:
        text = values.as_text(raw)
        if values.is_empty_word(text):
            values.say_empty(text, tell)
            return None
        return text

    def resolve(self, keys: Iterable[Hashable], context: Any) -> Mapping[Any, Any]:
        if self.resolver is None:
            raise TypeError("a Reference needs a resolver to be checked")
        # What no text of the database may hold names nothing: forms show again what was typed before it is checked.
        return self.resolver.resolve([key for key in keys if not _holds_nul(key)], context)

    def offers(self, context: Any, limit: int) -> list[str]:
        """What could be named, for a drop-down: every text the resolver finds within the scope; none where there are
        more than `limit`, or where it cannot tell.
        """
        offered = getattr(self.resolver, "offers", None)
        texts = list(offered(context, limit + 1)) if offered is not None else []
        return texts if len(texts) <= limit else []

    def missing(self, raw: object) -> CellError:
        return CellError(f"填了“{values.shown(raw)}”", f"没有找到这个{self.what or '名称'}，请核对或填代码")

    def format(self, value: Any) -> str:
        return "" if value is None else self.label(value)

    def advice(self) -> str:
        return f"{self.what or ''}名称或代码"

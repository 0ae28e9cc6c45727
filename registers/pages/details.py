"""The detail page of a row: facts by groups, lists of what belongs to it, history, and the buttons of one's rights."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from registers.pages import present
from registers.pages.faces import Face
from registers.pages.history import SHOWN, history
from registers.pages.parts import Action, Related, RelatedTable
from registers.register import notices_of, register_of, related_to

RELATED_SHOWN = 5
ALL_HISTORY = 500


class DetailFace(Face):
    template = "registers/detail.html"

    def get(self, request: HttpRequest, key: str) -> HttpResponse:
        row = self.visible_row(key)
        return self.page(self.template, self.context(row) | self.more(row))

    def context(self, row: Any) -> dict[str, Any]:
        register = self.register
        whole = self.request.GET.get("history") == "all"
        entries, more = history(register, row, self.user, shown=ALL_HISTORY if whole else SHOWN)
        return {
            "breadcrumbs": self.breadcrumbs((register.title_of(row), "")),
            "object_title": register.title_of(row),
            "object_code": str(register.value(row, register.code_field) or "") if register.code_field else "",
            "status": self.status(row),
            "key_facts": self.key_facts(row),
            "actions": self.actions(row),
            "notices": notices_of(register, row, self.user),
            "fact_groups": self.fact_groups(row),
            "related": [self.related_part(part) for part in related_to(register, row, self.user)],
            "history": entries,
            "history_url": "?history=all" if more else "",
            "version": getattr(row, "version", None),
        }

    def more(self, row: Any) -> dict[str, Any]:
        """Further context for a template of one's own."""
        return {}

    def status(self, row: Any) -> dict[str, str] | None:
        register = self.register
        if not register.status_field:
            return None
        column = register.column(register.status_field)
        value = register.value(row, column.field)
        text = present.text_of(column, value)
        return {"text": text, "tone": present.tone_of(register, column, value) or "neutral"} if text else None

    def key_facts(self, row: Any) -> list[tuple[str, str]]:
        facts = []
        for column in present.visible_columns(self.register, self.user, self.register.key_fields):
            text = present.text_of(column, self.register.value(row, column.field))
            if self.register.key_fields and text:
                facts.append((column.heading, f"{text} {column.unit}".strip()))
        return facts

    def fact_groups(self, row: Any) -> list[dict[str, Any]]:
        register = self.register
        seen = {column.field: column for column in present.visible_columns(register, self.user)}
        seen.pop(register.status_field, None)
        return [
            {"title": title, "facts": [present.fact_of(register, column, row, self.user) for column in columns]}
            for title, columns in present.grouped(register, seen)
        ]

    def actions(self, row: Any) -> list[Action]:
        """The register's own buttons, then 编辑 and 删除 for those who may change this row."""
        actions = list(self.register.actions(row, self.user))
        if self.may_change_row(row):
            if self.register.is_editable(row):
                primary = "" if any(action.tone == "primary" for action in actions) else "primary"
                actions.append(Action("编辑", self.url("edit", row), tone=primary, icon="edit", key="e"))
            if self.register.is_deletable(row):
                name = self.register.title_of(row)
                actions.append(
                    Action(
                        "删除", self.url("delete", row), method="post", tone="danger",
                        confirm=f"删除“{name}”？删除后列表里不再有它，变更记录仍保留。",
                    )
                )  # fmt: skip
        return actions

    def related_part(self, part: Related | RelatedTable) -> Any:
        """A list of related rows as the template takes it; one query, whatever the number of rows."""
        if isinstance(part, RelatedTable):
            return part
        target = register_of(part.slug)
        columns = present.visible_columns(target, self.user, part.columns or target.list_columns)
        heads = present.heads(target, columns)
        found = list(part.rows[: RELATED_SHOWN + 1])
        more = len(found) > RELATED_SHOWN
        may_add = part.initial is not None and bool(target.change_right) and self.user.can(target.change_right)
        return {
            "title": part.title,
            "columns": heads,
            "rows": [present.table_row(target, row, columns, heads) for row in found[:RELATED_SHOWN]],
            "count": "" if more or not found else f"{len(found)} 条",
            "all_url": present.list_url(target, **part.filters) if more else "",
            "empty": part.empty,
            "add_url": f"{reverse(target.url_name('new'))}?{urlencode(part.initial or {})}" if may_add else "",
            "paste_url": f"{reverse(target.url_name('grid'))}?{urlencode(part.initial or {})}"
            if may_add and part.paste
            else "",
        }

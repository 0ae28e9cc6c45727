"""A person at a grid: what lies on the clipboard, where cells are, what the lines around them say."""

import html
import json
from collections.abc import Sequence

from playwright.sync_api import Locator, expect

from tests.e2e.browsing import Visitor

_WRITE = """async ([text, markup]) => {
  const parts = { "text/plain": new Blob([text], { type: "text/plain" }) };
  if (markup) parts["text/html"] = new Blob([markup], { type: "text/html" });
  await navigator.clipboard.write([new ClipboardItem(parts)]);
}"""
_PASTE = """([text, markup]) => {
  const data = new DataTransfer();
  if (text) data.setData("text/plain", text);
  if (markup) data.setData("text/html", markup);
  const paste = new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true });
  document.activeElement.dispatchEvent(paste);
}"""


def wps(rows: Sequence[Sequence[str]], *, style: str = "") -> tuple[str, str]:
    """The two forms in which WPS puts copied cells on the clipboard: tab-separated text, and an HTML table.

    style   what WPS writes for the looks; Chromium itself complains of it where a test writes to the real clipboard
    """
    quoted = [[f'"{cell.replace(chr(34), chr(34) * 2)}"' if "\n" in cell else cell for cell in row] for row in rows]
    text = "".join("\t".join(row) + "\r\n" for row in quoted)
    lines = "".join(
        "<tr height=18>" + "".join(f"<td class=et2 x:str>{html.escape(cell)}</td>" for cell in row) + "</tr>"
        for row in rows
    )
    markup = (
        '<html xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:x="urn:schemas-microsoft-com:office:excel">'
        f"<head><meta name=Generator content='WPS Office ET'>{style}</head>"
        f"<body><!--StartFragment--><table border=0 cellpadding=0>{lines}</table><!--EndFragment--></body></html>"
    )
    return text, markup


class Grid:
    """The grid page of a register, seen by one person: the one at `path`, else the one just opened."""

    def __init__(self, visitor: Visitor, path: str = "") -> None:
        self.visitor, self.page = visitor, visitor.page
        visitor.context.grant_permissions(["clipboard-read", "clipboard-write"])
        if path:
            visitor.open(path)
        self.wait()

    def wait(self) -> None:
        expect(self.page.locator("[data-grid-ready]")).to_be_attached()

    def copy(self, text: str, markup: str = "") -> None:
        """Put something on the real clipboard, as another program does."""
        self.page.evaluate(_WRITE, [text, markup])

    def clipboard(self) -> str:
        return self.page.evaluate("navigator.clipboard.readText()")

    def paste(self, text: str, markup: str = "") -> None:
        """A paste with exactly this on the clipboard; the browser washes HTML that goes over the real one."""
        self.page.evaluate(_PASTE, [text, markup])

    def keys(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def type(self, text: str, key: str = "Enter") -> None:
        self.page.keyboard.type(text)
        self.page.keyboard.press(key)

    def at(self, row: int, field: str) -> Locator:
        """A cell by the row's number and the column's field."""
        index = self.columns.index(field)
        return self.page.locator(f".tabulator-row[data-n='{row}'] [tabulator-field='c{index}']")

    @property
    def columns(self) -> list[str]:
        data = json.loads(self.page.locator("#grid-data").text_content() or "")
        return [column["field"] for column in data["columns"]]

    @property
    def options(self) -> Locator:
        """What the drop-down or look-up of the cell offers."""
        return self.page.locator(".grid-options").get_by_role("option")

    def choose(self, row: int, field: str) -> None:
        self.at(row, field).click()

    def holds(self, field: str, first: int, texts: Sequence[str]) -> None:
        """Expect these texts in a column, from the row `first` down."""
        for row, text in enumerate(texts, first):
            expect(self.at(row, field)).to_have_text(text)

    @property
    def said(self) -> Locator:
        return self.page.locator("[data-grid-said]")

    @property
    def side(self) -> Locator:
        return self.page.get_by_role("complementary", name="需要处理")

    def counts(self, *, rows: int | None = None, changed: int | None = None, wrong: int | None = None) -> None:
        for name, number in (("rows", rows), ("changed", changed), ("wrong", wrong)):
            if number is not None:
                expect(self.page.locator(f"[data-grid-count={name}]")).to_have_text(f"{number:,}")

    def save(self) -> None:
        self.page.keyboard.press("Control+s")

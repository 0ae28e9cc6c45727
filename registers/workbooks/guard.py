"""Looking at an .xlsx before any parser does: what it really is, how big it unpacks, how far its cells reach.

Runs in the child process; standard library only. Everything refused is refused with a reason and a way out.
"""

import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from xml.etree import ElementTree

from registers.workbooks.errors import WorkbookRefused
from registers.workbooks.limits import LIMITS, Limits
from registers.workbooks.sheets import column_letter, column_number

SAVE_AS = "请在 Excel 或 WPS 里打开它，用“另存为”保存成“Excel 工作簿（.xlsx）”后再上传"
DAMAGED = "文件已损坏或没有传完整，打不开。请在 Excel 或 WPS 里确认能打开，另存为 .xlsx 后重新上传"

_REL = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT_REL = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"
_WORKSHEET = re.compile(rb"<(?:(\w+):)?worksheet[\s>]")
_ENCODING = re.compile(rb"""^\s*<\?xml[^>]*encoding\s*=\s*["']([\w.\-]+)["']""")
# One pass over all r attributes, stopping only at those that reach far: columns past Z, rows past 99,999.
_FAR = re.compile(rb"""r=["'](?:([A-Z]{2,3})\d|[A-Z]?(\d{6,9}))""")
_NEAR_ROWS, _NEAR_COLUMNS = 99_999, 26


@dataclass
class Part:
    """What was seen in one sheet's XML. Positions are (row, column) from 1."""

    formulas: dict[tuple[int, int], bool] = field(default_factory=dict)  # → True where a text result may be empty
    errors: dict[tuple[int, int], str] = field(default_factory=dict)  # → "#REF!"


@dataclass
class Inspected:
    """The visible facts of a workbook that passed: sheets in order as (name, hidden, part)."""

    sheets: list[tuple[str, bool, Part]]


def inspect(data: bytes, limits: Limits = LIMITS) -> Inspected:
    """Check a whole .xlsx. Raises WorkbookRefused."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            entries = archive.infolist()
            _check_directory(entries, limits)
            parts: dict[str, Part] = {}
            small: dict[str, bytes] = {}
            for entry in entries:
                name = entry.filename
                if not name.lower().endswith((".xml", ".rels", ".vml")):
                    continue
                xml = archive.read(entry)
                _check_xml(name, xml)
                if name in ("xl/workbook.xml", "xl/_rels/workbook.xml.rels", "[Content_Types].xml"):
                    small[name] = xml
                match = _WORKSHEET.search(xml, 0, 4096)
                if match:
                    parts[name] = _inspect_sheet(xml, (match[1] + b":") if match[1] else b"", limits)
    except WorkbookRefused:
        raise
    except NotImplementedError as error:
        raise WorkbookRefused(f"文件的压缩方式不被支持。{SAVE_AS}") from error
    except RuntimeError as error:  # zipfile's word for an encrypted entry
        raise WorkbookRefused("文件设有密码。请去掉密码后再上传") from error
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, UnicodeError) as error:
        raise WorkbookRefused(DAMAGED) from error
    return Inspected(list(_sheets(small, parts)))


def _check_directory(entries: list[zipfile.ZipInfo], limits: Limits) -> None:
    """Names, number, sizes and ratios, from the zip's directory alone."""
    if len(entries) > limits.entries:
        raise WorkbookRefused(f"文件里有 {len(entries)} 个部件，不像正常的工作簿，已拒绝读取")
    names = {entry.filename for entry in entries}
    if len(names) != len(entries):
        raise WorkbookRefused("文件里有重名的部件，不是正常的工作簿，已拒绝读取")
    _check_names(names)
    total = 0
    for entry in entries:
        if entry.flag_bits & 1:
            raise WorkbookRefused("文件设有密码。请去掉密码后再上传")
        total += entry.file_size
        packed = max(entry.compress_size, 1)
        if entry.file_size > 8 * 1024 * 1024 and entry.file_size > packed * limits.ratio:
            raise WorkbookRefused("文件解压后异常地大，已拒绝读取。如是正常台账，请把数据复制到新建的工作簿再上传")
        if entry.file_size > limits.part:
            raise WorkbookRefused("工作表太大，读不了。请拆成几个文件分别上传")
    if total > limits.total:
        raise WorkbookRefused("文件解压后太大，读不了。请拆成几个文件分别上传")


def _check_names(names: set[str]) -> None:
    """Tell other formats by what is in the zip; refuse macros and links to other files."""
    lower = {name.lower() for name in names}
    if "xl/workbook.bin" in lower:
        raise WorkbookRefused(f"这是二进制工作簿（.xlsb）。{SAVE_AS}")
    if "content.xml" in lower:
        raise WorkbookRefused(f"这是 .ods 表格。{SAVE_AS}")
    if any(name.startswith("word/") for name in lower):
        raise WorkbookRefused("这是 Word 文档，不是工作簿。请把表格复制到 Excel 或 WPS 表格，保存成 .xlsx 后上传")
    if any(name.startswith("ppt/") for name in lower):
        raise WorkbookRefused("这是演示文稿，不是工作簿。请上传 .xlsx 文件")
    if any(name.endswith("vbaproject.bin") or name.startswith("xl/macrosheets/") for name in lower):
        raise WorkbookRefused(f"工作簿里带有宏，为安全起见不能读取。{SAVE_AS}（不带宏）")
    if any(name.startswith("xl/externallinks/") for name in lower):
        raise WorkbookRefused(
            "工作簿里有公式引用了别的文件，读到的可能是旧数。请在“数据—编辑链接”里断开链接，或把数据“选择性粘贴—数值”后再上传"
        )
    if "xl/workbook.xml" not in names:
        raise WorkbookRefused("这是压缩包，里面不是工作簿。请上传 .xlsx 文件本身")


def _check_xml(name: str, xml: bytes) -> None:
    """No DTD, no entities, UTF-8 only: another encoding would hide them from these checks."""
    encoding = _ENCODING.match(xml[:300].removeprefix(b"\xef\xbb\xbf"))
    hidden = xml[:2] in (b"\xff\xfe", b"\xfe\xff", b"\x00<", b"<\x00")
    if hidden or (encoding and encoding[1].lower() not in (b"utf-8", b"utf8", b"us-ascii")):
        raise WorkbookRefused(f"文件内部（{name}）的编码不是 UTF-8，不能读取。{SAVE_AS}")
    if b"<!DOCTYPE" in xml:  # entities can be declared nowhere else
        raise WorkbookRefused("文件里含有文档类型声明（DTD），不是 Excel 或 WPS 保存的工作簿，已拒绝读取")


def _inspect_sheet(xml: bytes, prefix: bytes, limits: Limits) -> Part:
    """How far the cells reach, and where formulas and error values are."""
    start = xml.find(b"<" + prefix + b"sheetData")
    end = xml.rfind(b"</" + prefix + b"sheetData")
    if start < 0 or end < 0:
        return Part()
    rows, columns = _rough_extent(xml, start, end)
    if rows * columns > limits.cells:
        # Formatting may reach far beyond the data: only cells that hold something count.
        top, left, bottom, right = _true_extent(xml, prefix, start, end)
        if (bottom - top + 1) * (right - left + 1) > limits.cells:
            raise WorkbookRefused(
                f"有内容的单元格一直到了 {column_letter(right)} 列第 {bottom} 行，范围太大。"
                "请删掉数据区以外的内容，或拆成几个文件分别上传"
            )
    part = Part()
    has_formulas = xml.find(b"<" + prefix + b"f", start, end) >= 0
    has_errors = xml.find(b't="e"', start, end) >= 0 or xml.find(b"'e'", start, min(end, start + 100_000)) >= 0
    if has_formulas or has_errors:
        for position, attributes, formula, content in _cells(xml, prefix, start, end, deep=True):
            kind = _attribute(attributes, b"t")
            if formula:
                part.formulas[position] = kind == b"str"
            if kind == b"e":
                shown = re.search(rb"<(?:\w+:)?v[^>]*>([^<]*)<", content)
                part.errors[position] = shown[1].decode("utf-8", "replace") if shown else "#N/A"
    return part


def _rough_extent(xml: bytes, start: int, end: int) -> tuple[int, int]:
    """(rows, columns) from the r attributes, an upper bound; every sheet counts as 99,999 × 26 at least.

    Cells without r attributes can outgrow it; then the child's memory limit is what stops them.
    """
    rows, columns = _NEAR_ROWS, _NEAR_COLUMNS
    for letters, number in set(_FAR.findall(xml, start, end)):
        if letters:
            columns = max(columns, column_number(letters.decode()))
        if number:
            rows = max(rows, int(number))
    return rows, columns


def _true_extent(xml: bytes, prefix: bytes, start: int, end: int) -> tuple[int, int, int, int]:
    """(top, left, bottom, right) of the cells that hold something."""
    top = left = 1 << 30
    bottom = right = 0
    for (row, column), _, _, content in _cells(xml, prefix, start, end, deep=False):
        if content != b"/":
            top, bottom = min(top, row), max(bottom, row)
            left, right = min(left, column), max(right, column)
    return (top, left, bottom, right) if bottom else (1, 1, 1, 1)


def _cells(
    xml: bytes, prefix: bytes, start: int, end: int, *, deep: bool
) -> Iterator[tuple[tuple[int, int], bytes, bool, bytes]]:
    """Every cell as (position, attributes, has a formula, content). `content` is b"/" for an empty cell, and only
    filled (up to 300 bytes) where `deep`. Cells and rows without r follow the one before, as Excel reads them."""
    token = re.compile(
        b"<" + prefix + rb"(row|c)(?=[\s/>])([^>]*?)(/?)>(?:\s*(</" + prefix + rb"c>)|\s*(<" + prefix + rb"f[\s/>]))?"
    )
    row = column = 0
    for match in token.finditer(xml, start, end):
        tag, attributes, closed, emptied, formula = match.groups()
        place = _attribute(attributes, b"r")
        if tag == b"row":
            row = int(place) if place and place.isdigit() else row + 1
            column = 0
            continue
        split = re.match(rb"([A-Z]{1,3})(\d{1,9})$", place or b"")
        if split:
            row, column = int(split[2]), column_number(split[1].decode())
        else:
            column += 1
        content = b"/" if closed or emptied else xml[match.end() : match.end() + 300] if deep else b""
        yield (row, column), attributes, bool(formula), content


def _attribute(attributes: bytes, name: bytes) -> bytes | None:
    match = re.search(rb"(?:^|\s)" + name + rb"""\s*=\s*["']([^"']*)["']""", attributes)
    return match[1] if match else None


def _sheets(small: dict[str, bytes], parts: dict[str, Part]) -> Iterator[tuple[str, bool, Part]]:
    """Sheet names in order with what was found in their parts."""
    if b"macroEnabled" in small.get("[Content_Types].xml", b""):
        raise WorkbookRefused(f"这是启用宏的工作簿，为安全起见不能读取。{SAVE_AS}（不带宏）")
    try:
        book = ElementTree.fromstring(small["xl/workbook.xml"])  # noqa: S314  # no DTD: checked above
        rels = ElementTree.fromstring(small.get("xl/_rels/workbook.xml.rels", b"<r/>"))  # noqa: S314
    except ElementTree.ParseError as error:
        raise WorkbookRefused(DAMAGED) from error
    targets = {rel.get("Id"): rel.get("Target", "") for rel in rels}
    for sheet in book.iter():
        if sheet.tag.rpartition("}")[2] != "sheet":
            continue
        target = targets.get(sheet.get(_REL) or sheet.get(_STRICT_REL) or "", "")
        path = target[1:] if target.startswith("/") else f"xl/{target}"
        yield sheet.get("name", ""), sheet.get("state", "visible") != "visible", parts.get(path, Part())

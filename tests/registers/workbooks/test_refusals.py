"""What is no workbook, or a dangerous one, is refused with a reason and a way out, quickly and without harm."""

import csv
import resource
import time
import zipfile
from dataclasses import replace
from io import BytesIO, StringIO

import openpyxl
import pytest

from registers.workbooks.limits import LIMITS, MEGABYTE
from registers.workbooks.reading import WorkbookRefused, read_workbook
from tests.registers.workbooks.builders import OFFICE, package, sheet_xml, text_cell, workbook, workbook_parts

GOOD = '<row r="1">' + text_cell("A1", "村名") + "</row>"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600


def refusal(data: bytes, filename: str = "台账.xlsx", **limits) -> str:
    """The message of the refusal; reading must also be quick and must not fill this process."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    begun = time.monotonic()
    with pytest.raises(WorkbookRefused) as caught:
        read_workbook(data, filename=filename, limits=replace(LIMITS, **limits))
    assert time.monotonic() - begun < 30
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 400 * 1024
    assert caught.value.message == str(caught.value)
    assert any("\u4e00" <= character <= "\u9fff" for character in caught.value.message)
    return caught.value.message


def csv_bytes() -> bytes:
    out = StringIO()
    csv.writer(out).writerows([["村名", "人口"], ["锅上村", "812"]])
    return out.getvalue().encode("gbk")


@pytest.mark.parametrize(
    ("data", "filename", "said"),
    [
        (b"", "台账.xlsx", "文件是空的"),
        (b"\x00" * 5000, "台账.xlsx", "文件是空的"),
        (OLE, "台账.xlsx", "另存为"),
        (OLE, "台账.xls", "旧版 .xls"),
        (OLE, "台账.et", ".et"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "台账.xlsx", "打开密码"),
        (csv_bytes(), "台账.csv", "另存为"),
        (csv_bytes(), "台账.xlsx", "文本文件"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "导出.xls", "网页格式"),
        (b'<?xml version="1.0"?><Workbook/>', "导出.xls", "网页格式"),
        (b"%PDF-1.7 ...", "台账.xlsx", "PDF"),
        (b"\x89PNG\r\n\x1a\n....", "台账.xlsx", "图片"),
        (b"PK\x05\x06" + b"\x00" * 18, "台账.xlsx", "不是工作簿"),
        (b"PK\x03\x04 broken", "台账.xlsx", "损坏"),
        (bytes(range(256)) * 20, "台账.xlsx", "不是 .xlsx"),
    ],
)
def test_what_is_no_workbook_is_told_by_its_content(data, filename, said):
    assert said in refusal(data, filename)


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"readme.txt": "hello"}, "压缩包"),
        ({"word/document.xml": "<w/>"}, "Word"),
        ({"ppt/presentation.xml": "<p/>"}, "演示文稿"),
        ({"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": "<o/>"}, ".ods"),
        ({"xl/workbook.bin": b"\x00"}, ".xlsb"),
        ({**workbook_parts(sheet_xml(GOOD)), "xl/vbaProject.bin": b"\x00"}, "宏"),
        ({**workbook_parts(sheet_xml(GOOD)), "xl/macrosheets/sheet1.xml": "<x/>"}, "宏"),
        ({**workbook_parts(sheet_xml(GOOD)), "xl/externalLinks/externalLink1.xml": "<x/>"}, "引用了别的文件"),
    ],
)
def test_other_packages_macros_and_external_links(parts, said):
    assert said in refusal(package(parts))


def test_a_macro_workbook_by_its_content_type():
    parts = workbook_parts(sheet_xml(GOOD))
    parts["[Content_Types].xml"] = str(parts["[Content_Types].xml"]).replace(
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
        "application/vnd.ms-excel.sheet.macroEnabled.main+xml",
    )
    assert "宏" in refusal(package(parts))


def test_a_truncated_upload():
    data = workbook(GOOD)
    assert "损坏" in refusal(data[: len(data) // 2])


def test_a_zip_with_a_password():
    data = bytearray(workbook(GOOD))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(signature)
        while at >= 0:
            data[at + offset] |= 1
            at = data.find(signature, at + 4)
    assert "密码" in refusal(bytes(data))


def test_too_many_parts():
    parts = workbook_parts(sheet_xml(GOOD)) | {f"xl/media/{i}.txt": "" for i in range(2_100)}
    assert "个部件" in refusal(package(parts))


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_parts_of_one_name():
    out = BytesIO(workbook(GOOD))
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("xl/worksheets/sheet1.xml", sheet_xml(""))
    assert "重名" in refusal(out.getvalue())


def test_a_zip_bomb_of_300_kilobytes():
    bomb = workbook("<row>" + " " * (290 * MEGABYTE) + "</row>")
    assert len(bomb) < 400_000
    assert "异常地大" in refusal(bomb)


def test_a_part_that_lies_about_its_size():
    data = workbook("<row>" + " " * (64 * MEGABYTE) + "</row>")
    with zipfile.ZipFile(BytesIO(data)) as archive:
        true_size = archive.getinfo("xl/worksheets/sheet1.xml").file_size
    lying = data.replace(true_size.to_bytes(4, "little"), (4_000).to_bytes(4, "little"))
    assert lying != data
    assert "损坏" in refusal(lying)


def test_a_cell_at_the_far_corner_in_four_kilobytes():
    far = workbook(GOOD + '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')
    assert len(far) < 4096
    assert "XFD 列第 1048576 行" in refusal(far)


def test_far_cells_that_hide_their_place_kill_only_the_child():
    """Positions by counting: the look before cannot see them cheaply, the memory limit can."""
    row = "<row>" + "<c><v>1</v></c>" * 16_000 + "</row>"
    hidden = workbook(row + "<row><c><v>1</v></c></row>" * 90_000)
    assert refusal(hidden, memory=1024 * MEGABYTE)


def test_a_whole_sheet_merge_in_four_kilobytes_is_harmless():
    merged = workbook(GOOD, '<mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells>')
    assert len(merged) < 4096
    (sheet,) = read_workbook(merged)
    assert sheet.rows == [["村名"]]
    assert sheet.merged == [(1, 1, 1048576, 16384)]


def test_one_long_text_repeated_cannot_fill_the_parent():
    parts = workbook_parts(
        sheet_xml("".join(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(1, 20_000)))
    )
    parts["xl/sharedStrings.xml"] = (
        '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>'
        + "村" * 30_000
        + "</t></si></sst>"
    )
    parts["xl/_rels/workbook.xml.rels"] = str(parts["xl/_rels/workbook.xml.rels"]).replace(
        "</Relationships>",
        f'<Relationship Id="rId9" Type="{OFFICE}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
    )
    assert refusal(package(parts), output=20 * MEGABYTE)


@pytest.mark.parametrize(
    "declared",
    [
        '<!DOCTYPE x [<!ENTITY a "ha">]>',
        '<!DOCTYPE x SYSTEM "http://10.0.0.1/x.dtd">',
    ],
)
def test_document_types_are_refused(declared):
    sheet = sheet_xml(GOOD).replace("<worksheet", declared + "<worksheet", 1)
    assert "DTD" in refusal(package(workbook_parts(sheet)))


def test_a_document_type_hidden_in_another_encoding():
    sheet = sheet_xml(GOOD).replace("UTF-8", "UTF-16").replace("<worksheet", "<!DOCTYPE x><worksheet", 1)
    assert "UTF-8" in refusal(package(workbook_parts(sheet.encode("utf-16"))))


def test_an_empty_workbook():
    out = BytesIO()
    openpyxl.Workbook().save(out)
    assert "没有内容" in refusal(out.getvalue())


def test_a_file_over_the_limit_is_not_even_looked_at():
    assert "最大" in refusal(b"PK\x03\x04" + b"0" * 2 * MEGABYTE, file=MEGABYTE)


def test_reading_stops_when_its_time_is_over():
    rows = "".join(f'<row r="{n}"><c r="A{n}"><v>{n}</v></c></row>' for n in range(1, 90_000))
    begun = time.monotonic()
    assert "内存或时间" in refusal(workbook(rows), wall_seconds=0.02)
    assert time.monotonic() - begun < 5

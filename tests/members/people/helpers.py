"""Who is named in the tests of people, and how their pages and workbooks are read."""

from io import BytesIO

import openpyxl

GUOSHANG, YUANQIAN, BAISHATAN = "371083101223", "371083101224", "371083102201"
ID_NUMBER, PHONE = "371083199001011235", "13963112345"


def text_of(response):
    return response.content.decode()


def sheet(response):
    content = b"".join(response.streaming_content)
    rows = openpyxl.load_workbook(BytesIO(content)).active.iter_rows(values_only=True)
    return "\n".join(str(cell) for row in rows for cell in row if cell is not None)


def rows_of(count):
    return [
        {"name": f"党员{number}", "village_code": "锅上" if number % 2 else YUANQIAN, "subject_class": "普通",
         "phone": f"139{number:08d}", "joined_on": "2001-07-01"}
        for number in range(count)
    ]  # fmt: skip

"""The empty claims workbook, with drop-downs of the user's villages and of the items in force today."""

from io import BytesIO
from typing import Any

from lianjian import areacodes, clock
from lianjian.periods import quarter_of
from members.claim_import.columns import RIGHT, columns
from members.models.subjects import SubjectKind
from members.queries.point_items import ItemBook, counties_of
from registers.workbooks.writing import write_template
from villages.models import Village

VILLAGES_OFFERED = 1_000


def claims_template(*, by: Any) -> BytesIO:
    """An open .xlsx for somebody who may declare."""
    scope = by.scope_for(RIGHT)
    villages = Village.objects.within(scope).order_by("pk").values_list("pk", "name")[:VILLAGES_OFFERED]
    names = [name for _, name in villages]
    towns = {areacodes.town_of(code) for code, _ in villages}
    book = ItemBook.of(counties_of(scope))
    quarter = str(quarter_of(clock.today()))
    items: dict[str, str] = {}
    for county, kind in sorted(book.schemes, key=lambda one: one[1] != SubjectKind.MEMBER):
        for item in book.items_of(book.scheme(county, kind, quarter)):
            items.setdefault(item.name, item.code)
        for town in towns:
            for item in book.items_of(book.scheme(county, kind, quarter), town):
                items.setdefault(item.name, item.code)
    file = BytesIO()
    write_template(
        file,
        title="积分申报",
        columns=columns(),
        example=_example(names, list(items)),
        instructions=[
            "村、姓名、积分项目、发生日期必填，其余可以留空；数量留空按 1 算。",
            "村里有同名的人，上传后在网页上选是哪一位。",
            "同一份表再次上传不会重复申报；改正后重新上传，已申报的不会再报一次。",
        ],
        choices={"village": names, "items": list(items), "codes": list(dict.fromkeys(items.values()))},
    )
    file.seek(0)
    return file


def _example(villages: list[str], items: list[str]) -> dict[str, str] | None:
    """A row that could be true: an item of the members' book, where there is one, and a reason that fits it."""
    if not villages or not items:
        return None
    party_day = next((name for name in items if "主题党日" in name), "")
    return {"village": villages[0], "items": party_day or items[0], "reason": "8 月主题党日" if party_day else ""}

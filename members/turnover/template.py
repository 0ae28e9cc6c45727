"""The turnover workbook: empty with drop-downs, or filled with those who hold the posts today, to be corrected."""

from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from typing import Any

from lianjian import clock
from members.models import PartyOrganization, Post, Subject
from members.turnover.columns import BY_POST, COLUMNS
from registers.exchange.context import RowContext
from registers.models.row import effective_on
from registers.register import register_of
from registers.rows.columns import Text
from registers.workbooks.writing import write_table, write_template

RIGHT = "organizations.change"
OFFERED = 2_000  # organisations in the drop-down
TITLE = "换届"


def turnover_template(*, by: Any, filled: bool = False) -> BytesIO:
    """An open .xlsx for somebody who may change posts; `filled` with the posts that hold today."""
    file = BytesIO()
    if filled:
        shown = [replace(column, kind=Text()) if column.field == "organization" else column for column in COLUMNS]
        note = "留任的保留，离任的删去，新任的添上；没有列出的党组织不变。"
        write_table(file, title=TITLE, columns=shown, rows=_rows(by), notes=[note])
    else:
        names = PartyOrganization.objects.changeable_by(by).filter(ended_on__isnull=True).order_by("area_id", "name")
        write_template(
            file,
            title=TITLE,
            columns=COLUMNS,
            instructions=[
                "一行填一个人的一个职务；换届后在任的都要填，留任的也要填。",
                "列出的党组织里没有填的人，从换届之日起离任；没有列出的党组织不变。",
                "党总支第一书记、驻村第一书记由上级选派，没有填的照旧在任。",
            ],
            choices={"organization": list(names.values_list("name", flat=True)[:OFFERED])},
        )
    file.seek(0)
    return file


def _rows(by: Any) -> Iterator[list[Any]]:
    posts = list(
        Post.objects.changeable_by(by)
        .filter(effective_on(clock.today()), organization__ended_on__isnull=True)
        .select_related("organization", "person")
        .order_by("organization__area_id", "organization__name", "pk")
    )
    column = COLUMNS[0]
    context = RowContext(by, register_of("posts"))
    labels = column.kind.resolver.labels({post.organization_id for post in posts}, context)  # type: ignore[attr-defined]
    subjects = Subject.objects.visible_to(by).filter(person__in={post.person_id for post in posts})
    numbers = dict(subjects.values_list("person_id", "number"))  # of another town's people, and of cadres, none
    for post in posts:
        yield [
            labels[post.organization_id], post.title, post.person.name, post.portfolio, post.source,
            numbers.get(post.person_id, f"{BY_POST}{post.pk}"),
        ]  # fmt: skip

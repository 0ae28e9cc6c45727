"""import-members: a workbook of 20,000 members against a bare COPY of the rows that came of it.

The product reads the workbook, checks every cell, finds villages and branches, seals ID numbers and phones, writes
three tables under audit. The measure copies the finished rows into tables with the same indexes and does nothing else.
"""

from collections.abc import Iterator
from io import BytesIO, StringIO
from statistics import median
from typing import Any

from accounts.models import Grant, User
from lianjian import clock
from registers.exchange import import_rows
from registers.register import register_of
from registers.rows.columns import Column, Date, Text
from registers.workbooks.identity import id_check_digit
from registers.workbooks.writing import write_table
from tests.bench._county import COUNTY, TOWNS, VILLAGES, make_places
from tests.figures import Figure, at_most, figure, owner, timed

MEMBERS = 20_000
ROUNDS = 5
GOAL = 6.0
TABLES = ("members_person", "members_subject", "members_placement")
COLUMNS = (
    Column("name", "姓名", Text()),
    Column("village", "村居", Text()),
    Column("class", "党员类别", Text()),
    Column("id", "身份证号", Text()),
    Column("phone", "联系电话", Text()),
    Column("joined", "入党日期", Date()),
)


@figure("import-members")
def import_members() -> Iterator[Figure]:
    user = keeper()
    data = roster(MEMBERS)
    ours, bare = [], []
    connection = owner()
    with connection.cursor() as cursor:
        for number in range(ROUNDS + 1):
            cursor.execute("TRUNCATE members_person, members_subject, members_placement CASCADE")
            cursor.execute("VACUUM ANALYZE members_person, members_subject, members_placement")
            with timed("import") as product:
                outcome = import_rows(register_of("members"), by=user, data=data)
            if outcome.errors or outcome.created != MEMBERS:
                raise RuntimeError(next(outcome.texts(), "not all rows came in"))
            finished = {table: _rows_of(cursor, table) for table in TABLES}
            with timed("bare COPY") as copying:
                _copy(cursor, finished)
            if number:  # the first round warms up
                ours += product
                bare += copying
        with timed("the same file again"):
            again = import_rows(register_of("members"), by=user, data=data)
    connection.close()
    same = again.unchanged == MEMBERS and not again.written
    yield Figure("import-members again", f"{again.unchanged:,} unchanged", f"{MEMBERS:,} unchanged", same)
    yield Figure("import-members seconds", f"{median(ours):.2f} s, COPY {median(bare):.2f} s", "-", True)
    yield at_most("import-members", median(ours) / median(bare), GOAL, " ×")


def keeper() -> User:
    """The county's places, and who keeps its members."""
    make_places()
    user = User.objects.create(username="xianji", name="审核员")
    Grant.objects.create(
        user=user, role="county_reviewer", scope_kind="area", scope_key=COUNTY, valid_from=clock.today()
    )
    return user


def roster(count: int) -> bytes:
    """So many members as a county lists them: names, villages, numbers with their check digits."""
    out = BytesIO()
    write_table(out, title="党员花名册", columns=COLUMNS, rows=(_member(number) for number in range(count)))
    return out.getvalue()


def _member(number: int) -> list[Any]:
    born = clock.today().replace(year=1940 + number % 60, month=1 + number % 12, day=1 + number % 28)
    body = f"371083{born:%Y%m%d}{number % 1000:03}"
    town, village = 101 + number % TOWNS, 201 + number // TOWNS % VILLAGES
    name = "王李张刘陈杨赵黄周吴"[number % 10] + "".join(chr(0x5B50 + number // 10**place % 97) for place in (1, 3))
    return [
        name,
        f"{COUNTY}{town}{village}",
        ("普通", "普通", "普通", "在职干部", "年老体弱", "流动")[number % 6],
        body + id_check_digit(body),
        f"139{number:08}",
        born.replace(year=born.year + 25),
    ]


def _rows_of(cursor: Any, table: str) -> StringIO:
    rows = StringIO()
    cursor.copy_expert(f"COPY {table} TO STDOUT", rows)
    cursor.execute(f"DROP TABLE IF EXISTS bare_{table}")
    cursor.execute(f"CREATE TABLE bare_{table} (LIKE {table} INCLUDING INDEXES)")
    rows.seek(0)
    return rows


def _copy(cursor: Any, finished: dict[str, StringIO]) -> None:
    """All tables in one transaction, as the import writes them."""
    cursor.execute("BEGIN")
    for table, rows in finished.items():
        cursor.copy_expert(f"COPY bare_{table} FROM STDIN", rows)
    cursor.execute("COMMIT")

"""Jobs of registers and forms: workbooks read and written."""

from io import BytesIO
from typing import Any

from openpyxl import load_workbook

from lianjian.periods import Period
from registers import jobs
from registers.exchange import book_jobs, merge_jobs
from registers.exchange.books import export_book
from registers.models import Job, StoredFile
from registers.workbooks.writing import write_table
from reports.workbooks.assessments import start as start_assessment
from reports.workbooks.jobs import start
from services.models import Grid
from services.registers import GridRegister
from tests.reports import factories as make
from tests.reports.samples import list_of, make_result
from tests.world import COUNTY, TOWN, World

VILLAGES = ("371083101223", "371083101224")


def workbook(village: str, *names: str) -> bytes:
    """A workbook of grids of one village."""
    file = BytesIO()
    rows = [{"village_code": village, "name": name, "households": 40 + at} for at, name in enumerate(names)]
    columns = [GridRegister().column(name) for name in ("village_code", "name", "households")]
    write_table(file, title="网格", columns=columns, rows=rows)
    return file.getvalue()


def kept(world: World, data: bytes, name: str) -> StoredFile:
    return jobs.keep_file(BytesIO(data), name, owner=world.user("zhenjie"), is_result=False)


def two_workbooks(world: World) -> list[StoredFile]:
    """The second changes a row of the village that the first does not touch."""
    Grid.objects.unscoped("test").create(village_id=VILLAGES[1], name="第一网格", households=7)
    return [
        kept(world, workbook(village, "第一网格", "第二网格"), f"{village}.xlsx") for village in VILLAGES
    ]  # fmt: skip


def grids_to_import(world: World) -> None:
    for file in two_workbooks(world):
        jobs.start_job(
            "registers.import", by=world.user("zhenjie"), register="grids", file=str(file.pk), title=file.name
        )


def grids() -> list[tuple]:
    """The rows, and what each job told of its own."""
    rows = Grid.objects.unscoped("test").values_list("village_id", "name", "households")
    counted = ("created", "updated", "unchanged", "error_count")
    told = [
        (job.title, job.state, *(job.result.get(name) for name in counted))
        for job in Job.objects.unscoped("test").exclude(kind=merge_jobs.MERGE_JOB).order_by("title")
    ]
    return [*sorted(rows), *told]


def grids_to_export(world: World) -> None:
    for village in VILLAGES:
        Grid.objects.unscoped("test").create(village_id=village, name="第一网格", head="于洪波", households=7)
        jobs.start_job(
            "registers.export", by=world.user("zhenjie"), register="grids", query={"area": village}, heading=village
        )


def files() -> list[tuple[str, list[list[tuple]]]]:
    """The files made, with what stands in them."""
    found = StoredFile.objects.unscoped("test").filter(is_result=True).order_by("name")
    return [(one.name, _cells(one)) for one in found]


def _cells(stored: StoredFile) -> list[list[tuple]]:
    with stored.content.open("rb") as content:
        book = load_workbook(content)
    return [list(sheet.iter_rows(values_only=True)) for sheet in book.worksheets]


def books_to_export(world: World) -> None:
    Grid.objects.unscoped("test").create(village_id=VILLAGES[0], name="第一网格", households=7)
    for area in (TOWN, VILLAGES[0]):
        book_jobs.start_export(by=world.user("zhenjie"), area=area)


def books_to_import(world: World) -> None:
    """The town's own book, brought back with a grid in each."""
    user = world.user("zhenjie")
    file, _ = export_book(by=user, area=TOWN)
    with file:
        data = file.read()
    for village, name in zip(VILLAGES, ("锅上", "院前"), strict=True):
        book_jobs.start_import(by=user, stored=kept(world, _with_grid(data, name), f"{village}.xlsx"), dry_run=False)


def _with_grid(data: bytes, village: str) -> bytes:
    book = load_workbook(BytesIO(data))
    sheet = book["网格"]
    headings = {str(cell.value): cell.column for cell in sheet[2] if cell.value}
    sheet.cell(3, headings["村居"]).value = village
    sheet.cell(3, headings["网格名称"]).value = "第一网格"
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def files_to_merge(world: World) -> Job:
    return merge_jobs.start_merge(by=world.user("zhenjie"), register="grids", files=two_workbooks(world))


def merged_to_import(world: World) -> None:
    merged = files_to_merge(world)
    jobs.run(str(merged.pk))
    merged.refresh_from_db()
    merge_jobs.start_import(by=world.user("zhenjie"), merged=merged, picks={}, partial=False)


def forms_to_make(world: World) -> Any:
    make.federation(world, "唐家新村", list(VILLAGES))
    for kind in ("federations", "points"):
        start(by=world.user("xianji"), kind=kind, area=TOWN, quarter=Period.parse("2026Q3"))


def assessments_to_tell(world: World) -> None:
    for year in (2024, 2025):
        assessment = list_of(world, COUNTY, f"{year} 年考核", year)
        assessment.state = "in_force"
        assessment.save()
        make_result(world, TOWN, year - 2023, assessment=assessment)
        start_assessment(by=world.user("zhenjie"), assessment=assessment)

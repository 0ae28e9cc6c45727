"""The job's part that all official forms share: from the form to a file under 我的文件."""

import tempfile
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from lianjian import clock
from registers.jobs import JobRun
from reports.workbooks.paper import Form, write_form


def make_file(run: JobRun, build: Callable[[], Form], name_of: Callable[[Form], str]) -> dict[str, Any]:
    """Build the form, sign it with the owner and today, keep it, and return the job's result.

    What `build` raises goes through. Doing it twice replaces the file.
    """
    run.progress(0, 3, "汇总数据")
    form = build()
    today = clock.today()
    form = replace(form, filled_by=run.owner.name, issued_on=f"{today.year}年{today.month}月{today.day}日")
    run.progress(1, 3, "写入工作簿")
    with tempfile.TemporaryFile() as file:
        write_form(file, form)
        run.progress(2, 3, "保存文件")
        run.keep_file(file, name_of(form))
    return {"rows": len(form.rows)}

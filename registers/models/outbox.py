"""The outbox of dirty scopes: which village and period has to be summed up again.

Statement triggers write it, so raw SQL and bulk writes are caught too; the quick queue empties it within seconds.
"""

import pgtrigger
from django.db import models
from django.db.models.functions import Now

_WRITES = {
    "insert": (pgtrigger.Insert, pgtrigger.Referencing(new="new_rows"), ("new_rows",)),
    "update": (
        pgtrigger.Update,
        pgtrigger.Referencing(old="old_rows", new="new_rows"),
        ("old_rows", "new_rows"),
    ),
    "delete": (pgtrigger.Delete, pgtrigger.Referencing(old="old_rows"), ("old_rows",)),
}


_PUT = (
    "INSERT INTO registers_dirtyscope (area_code, period, topic) "
    "SELECT DISTINCT changed.code, changed.period, '{topic}' "
    "FROM ({sources}) AS changed(code, period) WHERE changed.code IS NOT NULL; RETURN NULL;"
)


class DirtyScope(models.Model):
    """One village (or any area) and period whose figures are out of date. `period` may be empty: all of them."""

    area_code = models.CharField("区划代码", max_length=12, db_collation="C")
    period = models.CharField("统计期", max_length=8, blank=True)
    topic = models.CharField("来源", max_length=40)
    created_at = models.DateTimeField("时间", auto_now_add=True, db_default=Now())

    class Meta:
        verbose_name = verbose_name_plural = "待更新范围"

    def __str__(self) -> str:
        return f"{self.area_code} {self.period} {self.topic}"


def outbox_triggers(topic: str, select: str) -> list[pgtrigger.Trigger]:
    """Statement triggers that put a model's changed scopes into the outbox.

    `select` is SQL that yields (area_code, period) of the changed rows, with `{rows}` in place of the table:
    `SELECT village_id, year::text FROM {rows}`.
    """
    triggers = []
    for name, (operation, referencing, tables) in _WRITES.items():
        sources = " UNION ".join(select.format(rows=table) for table in tables)
        triggers.append(
            pgtrigger.Trigger(
                name=f"outbox_{name}",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=operation,
                referencing=referencing,
                func=_PUT.replace("{topic}", topic).replace("{sources}", sources),
            )
        )
    return triggers

"""The ledger as PostgreSQL keeps it: partitioned by settle quarter, append-only, with its doors.

Django made a plain table in 0001, because it knows no partitions; it gives way here, still empty.
"""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("members", "0004_results_stay")]

    operations = [
        migrations.RunSQL((SQL / name).read_text(encoding="utf-8"), migrations.RunSQL.noop)
        for name in ("0005_table.sql", "0005_doors.sql", "0005_quarters.sql")
    ]

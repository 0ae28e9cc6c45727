"""Rights of the application's database role, set again after every migration.

The owner role migrates; the application role runs: no DDL, and on append-only tables (models with
`append_only = True`, and all audit tables) only SELECT and INSERT.
"""

from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connections
from psycopg2 import sql


def is_append_only(model: type) -> bool:
    return getattr(model, "append_only", False) or hasattr(model, "pgh_tracked_model")


def grant_application_role(using: str = "default", **_kwargs: Any) -> None:
    """Grant table by table; a no-op where owner and application share one role, or the role does not exist."""
    connection = connections[using]
    role = settings.APPLICATION_ROLE
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, EXISTS (SELECT FROM pg_roles WHERE rolname = %s)", [role])
        current, exists = cursor.fetchone()
        if role == current or not exists:
            return
        name = sql.Identifier(role)
        cursor.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(name))
        cursor.execute(sql.SQL("GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {}").format(name))
        present = set(connection.introspection.table_names(cursor))
        for model in apps.get_models(include_auto_created=True):
            table = model._meta.db_table
            if model._meta.proxy or table not in present:
                continue
            cursor.execute(sql.SQL("REVOKE ALL ON {} FROM {}").format(sql.Identifier(table), name))
            rights = "SELECT, INSERT" if is_append_only(model) else "SELECT, INSERT, UPDATE, DELETE"
            cursor.execute(sql.SQL("GRANT {} ON {} TO {}").format(sql.SQL(rights), sql.Identifier(table), name))
        if "django_migrations" in present:
            cursor.execute(sql.SQL("GRANT SELECT ON django_migrations TO {}").format(name))

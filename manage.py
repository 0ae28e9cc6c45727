#!/usr/bin/env python
"""Run Django's commands for Lianjian."""

import os
import sys

OWNER_COMMANDS = {"migrate", "makemigrations", "sqlmigrate", "showmigrations", "pgtrigger", "dbshell"}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lianjian.settings")
    # Only these change the schema; everything else runs with the rights of the application role.
    if len(sys.argv) > 1 and sys.argv[1] in OWNER_COMMANDS:
        os.environ.setdefault("LIANJIAN_DB_ROLE", "owner")
    from django.core.management import execute_from_command_line  # noqa: PLC0415 (needs the settings above)

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()

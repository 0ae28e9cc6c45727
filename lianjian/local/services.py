"""Database and broker for one launch: private ones, or those the environment names."""

import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from . import broker, environment, postgres
from .home import Home
from .supervisor import Supervisor
from .virtualenv import Virtualenv


def start(
    supervisor: Supervisor, venv: Virtualenv, home: Home, kept: Mapping[str, str], *, durable: bool
) -> dict[str, str]:
    """Start what the environment does not name and return every address as environment variables.

    `kept` are the addresses of the last launch: their ports are taken again where free. Raises LocalError.
    """
    found: dict[str, str] = {}
    given = environment.given(os.environ)
    if not given.get("DATABASE_URL"):
        cluster = postgres.Postgres(home, venv.packages)
        cluster.start(supervisor, durable=durable, preferred_port=environment.port_of(kept.get("DATABASE_URL", "")))
        owner_password, application_password = secrets.token_urlsafe(24), secrets.token_urlsafe(24)
        cluster.prepare(owner_password, application_password)
        found |= cluster.urls(owner_password, application_password)
    elif not given.get("DATABASE_OWNER_URL"):
        owner = given["DATABASE_URL"]
        password = _kept_password(venv.checkout / "var" / "application-role.password")
        found["DATABASE_URL"] = postgres.application_role(venv.packages, owner, password)
        found["DATABASE_OWNER_URL"] = owner
    else:
        found |= {name: given[name] for name in ("DATABASE_URL", "DATABASE_OWNER_URL")}
    if not given.get("CELERY_BROKER_URL"):
        port = environment.port_of(kept.get("CELERY_BROKER_URL", ""))
        found |= broker.start(
            supervisor, home, venv.packages, secrets.token_urlsafe(24), durable=durable, preferred_port=port
        )
    else:
        found["CELERY_BROKER_URL"] = given["CELERY_BROKER_URL"]
        found["CACHE_URL"] = environment.cache_beside(given["CELERY_BROKER_URL"])
    if given.get("CACHE_URL"):
        found["CACHE_URL"] = given["CACHE_URL"]
    return found


def variables(venv: Virtualenv, values: Mapping[str, str]) -> dict[str, str]:
    """The environment of our own programs: the user's, with ours over it and the virtual environment first on PATH."""
    # A NAME_FILE would win over the NAME we set: the owner's address over the application's.
    hidden = {"LIANJIAN_DB_ROLE", "PYTHONHOME", *(f"{name}_FILE" for name in environment.FROM_FILES)}
    env = {name: value for name, value in os.environ.items() if name not in hidden}
    env["DJANGO_SETTINGS_MODULE"] = "lianjian.settings"
    env["VIRTUAL_ENV"] = str(venv.folder)
    env["PATH"] = f"{venv.folder / 'bin'}{os.pathsep}{env.get('PATH', os.defpath)}"
    env["PYTHONUNBUFFERED"] = "1"
    return env | dict(values)


def _kept_password(file: Path) -> str:
    """The application role's password on a server that is not ours, generated once."""
    kept = environment.read(file).get("PASSWORD")
    if kept is None:
        kept = secrets.token_urlsafe(24)
        environment.write(file, {"PASSWORD": kept})
    return kept

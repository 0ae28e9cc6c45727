"""Secrets and addresses: generated once, kept in `var/local.env`, handed to every child as environment variables."""

import base64
import os
import secrets
import socket
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from .errors import LocalError
from .processes import Account

HEADING = "# 由 make run 生成：本机的地址与密钥，只有本人可读。删除后，已加密的数据将无法还原。\n"

DEMO_DAY = "2026-11-20"  # the demo's figures end here; LIANJIAN_TODAY, also empty (the real date), overrides it

# Those that may lie in a file instead, as settings.py understands it too.
FROM_FILES = [
    *("DATABASE_URL", "DATABASE_OWNER_URL", "CELERY_BROKER_URL", "CACHE_URL"),
    *("DJANGO_SECRET_KEY", "FIELD_ENCRYPTION_KEY", "BLIND_INDEX_KEY", "DEMO_PASSWORD"),
]

# Not secrets: tests encrypt nothing that anybody would miss, and must give the same bytes on every machine.
TEST_KEYS = {
    "DJANGO_SECRET_KEY": "only-for-tests-" + "0" * 40,
    "FIELD_ENCRYPTION_KEY": base64.b64encode(bytes(range(32))).decode(),
    "BLIND_INDEX_KEY": base64.b64encode(bytes(range(32, 64))).decode(),
    "DEMO_PASSWORD": "only-for-tests-2026",
    "LIANJIAN_TODAY": DEMO_DAY,
}


def new_secrets() -> dict[str, str]:
    """Fresh values for everything that is generated once."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"  # no 0/O, 1/l/i: people type this one
    return {
        "DJANGO_SECRET_KEY": secrets.token_urlsafe(48),
        "FIELD_ENCRYPTION_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
        "BLIND_INDEX_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
        "DEMO_PASSWORD": "-".join("".join(secrets.choice(letters) for _ in range(4)) for _ in range(3)),
    }


def given(environ: Mapping[str, str]) -> dict[str, str]:
    """What the environment says, with `NAME_FILE` read for the names in FROM_FILES. Raises OSError."""
    found = {name: value for name, value in environ.items() if value or name == "LIANJIAN_TODAY"}
    for name in FROM_FILES:
        if path := found.pop(f"{name}_FILE", None):
            found[name] = Path(path).read_text(encoding="utf-8").strip()
    return found


def settle(kept: Mapping[str, str], environ: Mapping[str, str]) -> dict[str, str]:
    """The values to use: given by the environment before kept before new; and that this is the demo, on its day.

    >>> settle({"BLIND_INDEX_KEY": "kept", "DEMO_PASSWORD": "kept"}, {"DEMO_PASSWORD": "given"})["DEMO_PASSWORD"]
    'given'
    """
    values = {name: environ.get(name) or kept.get(name) or value for name, value in new_secrets().items()}
    return values | {
        "LIANJIAN_DEMO": environ.get("LIANJIAN_DEMO", "1"),
        "LIANJIAN_TODAY": environ.get("LIANJIAN_TODAY", DEMO_DAY),
    }


def read(path: Path) -> dict[str, str]:
    """The variables of a `NAME=value` file; an absent file has none."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return {}
    pairs = (line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
    return {name.strip(): value.strip() for name, value in pairs}


def write(path: Path, values: Mapping[str, str]) -> None:
    """Write such a file whole or not at all, readable by its owner only."""
    write_private(path, HEADING + "".join(f"{name}={value}\n" for name, value in values.items()))


def write_private(path: Path, text: str, account: Account | None = None) -> None:
    """Write a file that at no moment anybody but its owner (we, or `account`) can read."""
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    draft.touch(mode=0o600, exist_ok=False)
    draft.write_text(text, encoding="utf-8")
    if account:
        os.chown(draft, account.uid, account.gid)
    draft.replace(path)


def free_port(preferred: int = 0) -> int:
    """A loopback port nobody listens on: the preferred one where it is still free."""
    for port in (preferred, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except (OSError, OverflowError):
                continue
            return probe.getsockname()[1]
    raise LocalError("本机没有可用的端口。", "No free loopback port.")


def port_of(url: str) -> int:
    """The port named in a URL, 0 where there is none."""
    try:
        return urlsplit(url).port or 0
    except ValueError:
        return 0


def cache_beside(broker_url: str) -> str:
    """The cache address for a broker address: the next database of the same Redis, else memory of the process.

    >>> cache_beside("redis://:pw@127.0.0.1:6379/0")
    'redis://:pw@127.0.0.1:6379/1'
    """
    parts = urlsplit(broker_url)
    if parts.scheme not in ("redis", "rediss"):
        return "locmemcache://"
    number = parts.path.strip("/") or "0"
    following = int(number) + 1 if number.isdigit() else 1
    return parts._replace(path=f"/{following}").geturl()


def libpq_variables(url: str) -> dict[str, str]:
    """A database URL as `PG…` variables: unlike arguments they do not show up in the process list.

    Raises LocalError where it is no PostgreSQL address.
    """
    try:
        parts = urlsplit(url)
        port = str(parts.port or 5432)
    except ValueError:
        parts, port = urlsplit(""), ""
    if parts.scheme not in ("postgres", "postgresql", "psql", "pgsql") or not parts.path.strip("/"):
        raise LocalError(
            "DATABASE_URL 应写成 postgres://用户:密码@主机:端口/库名。",
            "DATABASE_URL must look like postgres://user:password@host:port/name.",
        )
    found = {
        "PGHOST": unquote(parts.hostname or ""),
        "PGPORT": port,
        "PGUSER": unquote(parts.username or ""),
        "PGPASSWORD": unquote(parts.password or ""),
        "PGDATABASE": unquote(parts.path.strip("/")),
        "PGCONNECT_TIMEOUT": "10",
    }
    return {name: value for name, value in found.items() if value}


def with_user(url: str, user: str, password: str) -> str:
    """The same database address for another user.

    >>> with_user("postgres://a:b@db:5433/x?sslmode=require", "x_app", "p/w")
    'postgres://x_app:p%2Fw@db:5433/x?sslmode=require'
    """
    parts = urlsplit(url)
    place = parts.netloc.rpartition("@")[2]
    return parts._replace(netloc=f"{quote(user, safe='')}:{quote(password, safe='')}@{place}").geturl()

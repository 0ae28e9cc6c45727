"""Optimistic locking of the API: who changes or removes a row says which version of it he has read.

A row tells its version twice: `version` in the body, and the ETag `"3-9f86d081884c7d65"`, which is the version and a
digest of what the answer shows. If-Match (or `version` in the body) compares versions alone, so `"3"` does as well;
If-None-Match compares the whole, since an answer may change with what it refers to while the row stays as it is.
"""

import hashlib
from collections.abc import Sequence
from typing import Any

import orjson
from rest_framework.request import Request

from lianjian.numbers import whole_number
from registers.errors import DomainError, Invalid, StaleVersion
from registers.rows.results import RowError

STALE = "读取之后，别人保存过这一条。请重新读取（GET），核对改动后带上新的版本再提交"


class VersionRequired(DomainError):
    """A change without the version that was read: it could overwrite somebody's work unseen."""

    status = 428

    def __init__(self) -> None:
        super().__init__(
            "修改或删除要说明读到的是哪一版：请先读取（GET），把应答的 ETag 放进 If-Match，"
            "或把 version 放进请求内容，再提交"
        )


def etag_of(version: int, shown: Any) -> str:
    """The ETag of a row as one user sees it."""
    return f'"{version}-{hashlib.sha256(orjson.dumps(shown, default=str)).hexdigest()[:16]}"'


def is_known(request: Request, etag: str) -> bool:
    """Whether the client holds this very answer (If-None-Match): then 304 says it all."""
    tags = _tags(request.headers.get("If-None-Match", ""))
    return "*" in tags or etag.strip('"') in tags


def told_version(request: Request, given: dict[str, Any], row: Any) -> int:
    """The version that the client had read, from `version` in the body (taken out of it) or If-Match.

    Raises VersionRequired, StaleVersion where the row is at another, Invalid for what is no version.
    """
    told = given.pop("version", None)
    tags = [told] if told is not None else _tags(request.headers.get("If-Match", ""))
    if not tags or tags == ["*"]:  # "whatever stands there" is what the version guards against
        raise VersionRequired
    versions = [whole_number(tag.partition("-")[0] if isinstance(tag, str) else tag) for tag in tags]
    known = [version for version in versions if version is not None]
    if not known:
        raise Invalid("版本应为整数，即读取时得到的 version", field="version")
    if row.version not in known:
        raise StaleVersion(STALE)
    return int(row.version)


def rows_and_versions(
    given: Sequence[Any],
) -> tuple[list[dict[str, Any]], dict[int, int], list[RowError]]:
    """Rows of a bulk request without their versions, the versions by row number from 1, and what is no row."""
    rows: list[dict[str, Any]] = []
    versions: dict[int, int] = {}
    problems: list[RowError] = []
    for number, row in enumerate(given, 1):
        if not isinstance(row, dict):
            problems.append(RowError("", number, "", "", "不是一个对象"))
            continue
        told = row.get("version")
        version = whole_number(told)
        if told is not None and version is None:
            shown = str(told)[:40]
            problems.append(
                RowError("", number, "version", shown, "应为整数", "请填读取时得到的 version", field="version")
            )
        elif version is not None:
            versions[number] = version
        rows.append({name: value for name, value in row.items() if name != "version"})
    return rows, versions, problems


def _tags(header: str) -> list[str]:
    """Entity tags without their marks: a proxy that compresses makes `W/"3"` of `"3"`."""
    return [tag for part in header.split(",") if (tag := part.strip().removeprefix("W/").strip('"'))]

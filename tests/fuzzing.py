"""Bad input for every endpoint that the OpenAPI schema tells of: what the drill and the tests send, and what they
expect back.

Every request runs in a transaction that is taken back, so that thousands of them change nothing. An answer is wrong
where the server broke down (5xx), where its status is not declared for the operation, or where its body does not
follow the declared shape; refusals are in Chinese.
"""

import json
import random
import re
import traceback
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.signals import got_request_exception
from django.db import transaction
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from jsonschema import Draft202012Validator, FormatChecker

DEEP = 3_000
LONG = "长" * 70_000
TEXTS = [
    "", " ", "\x00", "a\x00b", "\ud800", "x" * 300, LONG, "'; DROP TABLE members_subject; --", "%", "_", "\\", "²", "①",
    "NaN", "Infinity", "1e400", "-1", "0", "99999999999999999999", "1" * 5000, "9" * 20, "true", "null", "[]", "{}",
    "2026-02-30", "9999-12-31", "0000-00-00", "0001-01-01", "2026Q5", "2026Q3", "9999Q4", "2099Q1", "371083", "37010",
    "371083102201", "371083101223", "../../etc/passwd", "<script>alert(1)</script>", "{{7*7}}", "=1+1", "１２３", "一",
    "\u202e\ue08b", "\uffff", "00000000-0000-0000-0000-000000000000", "abc",
]  # fmt: skip
VALUES: list[Any] = [
    None, True, False, 0, -1, 1, 2**31, 2**63, 2**63 - 1, -(2**63) - 1, 10**30, 10**400, 0.5, 1e308, -1e308, [], {},
    [[]], [None], [1, "a", {}], {"a": 1}, {"": {}}, ["\x00"], ["\ud800"], [[[[[[]]]]]],
    {"village_code": "371083101223", "role": []}, {"\ud800": 1}, *TEXTS,
]  # fmt: skip
BODIES = [
    b"", b" ", b"{", b"[", b'"', b"null", b"true", b"1", b'"text"', b"[]", b"{}", b"[[]]", b"[1]", b"[null]",
    b"\xff\xfe", b"\x00", b'{"a": 1e999}', b'{"a": NaN}', b'{"a": ' + b"9" * 5000 + b"}", b"[" * DEEP + b"]" * DEEP,
    b'{"a":' * DEEP + b"1" + b"}" * DEEP, b'{"\\ud800": "\\udfff"}', b'{"a": 1, "a": 2}',
]  # fmt: skip
CURSORS = [
    "x",
    "====",
    "WyJuIl0",
    "bnVsbA",
    "WyJuIixudWxsLG51bGwsbnVsbF0",
    "WyJuIiwiOTk5OTk5OTk5OTk5OTk5OTk5OTk5Il0",
    "e30",
    "MQ",
]
ANY_VERSION = ", ".join(f'"{version}"' for version in range(1, 30))
UNDECLARED = {405, 406, 415}  # of the framework, the same everywhere
NO_ADDRESS = "没有这个接口地址"
METHODS = ("get", "post", "put", "patch", "delete")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")


@dataclass(frozen=True)
class Operation:
    method: str
    path: str
    told: dict[str, Any]

    @property
    def name(self) -> str:
        return f"{self.method.upper()} {self.path}"

    def parameters(self, place: str) -> list[dict[str, Any]]:
        return [one for one in self.told.get("parameters", ()) if one["in"] == place]

    @property
    def contents(self) -> dict[str, Any]:
        return self.told.get("requestBody", {}).get("content", {})


@dataclass(frozen=True)
class Asked:
    """One request: `body` is bytes, a dict of form fields (multipart), or None."""

    operation: Operation
    address: str
    body: Any = None
    content_type: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        body = "" if self.body is None else f" {self.body!r:.200}"
        return f"{self.operation.method.upper()} {self.address[:200]}{body}"


@dataclass
class Fuzz:
    """Sends requests as one user and keeps what was wrong with the answers."""

    client: Client
    schema: dict[str, Any]
    who: str
    sent: int = 0
    wrong: list[str] = field(default_factory=list)
    _validators: dict[str, Draft202012Validator] = field(default_factory=dict)

    def operations(self) -> list[Operation]:
        found = [
            Operation(method, path, told)
            for path, methods in self.schema["paths"].items()
            for method, told in methods.items()
            if method in METHODS and not path.endswith("/token/logout/")
        ]
        return sorted(found, key=lambda operation: operation.name)

    # -- what is sent

    def keys(self, path: str) -> list[str]:
        """Keys of real rows for an address with one, as the user's own list tells them."""
        collection = path.split("{", maxsplit=1)[0]
        if collection not in self.schema["paths"]:
            return []
        answer = self.client.get(f"{collection}?page_size=3")
        rows = answer.json().get("results", []) if answer.status_code == 200 else []
        own = {"members": "member_no", "subjects": "member_no", "areas": "code", "villages": "code"}
        name = own.get(collection.strip("/").split("/")[-1], "id")
        return [str(row.get(name, row.get("id", next(iter(row.values()))))) for row in rows]

    def requests(self, operation: Operation, rng: random.Random, many: int) -> Iterator[Asked]:
        """About `many` bad requests for an operation."""
        real = self.keys(operation.path) if "{" in operation.path else []
        here = [operation.path]
        if "{" in operation.path:
            here = [re.sub(r"\{[^}]+\}", quote(key, safe=""), operation.path) for key in real or ["1"]]
            for bad in rng.sample([text for text in TEXTS if text not in ("", LONG)], min(many, 12)):
                address = quote(bad.encode("utf-8", "surrogatepass"), safe="")
                yield self.asked(operation, re.sub(r"\{[^}]+\}", address, operation.path), None)
        for query in self.queries(operation, rng, many):
            yield self.asked(operation, f"{here[0]}?{query}", None)
        for number, (body, content_type) in enumerate(self.bodies(operation, rng, many)):
            keyed = [("Idempotency-Key", f"fuzz-{number}")] if rng.random() < 0.3 else []
            if operation.method in ("put", "patch", "delete") and rng.random() < 0.8:
                keyed.append(("If-Match", ANY_VERSION))  # else no body would be read
            yield self.asked(operation, rng.choice(here), body, content_type, keyed)
        if operation.method != "get":
            yield self.asked(operation, here[0], b"{}", headers=(("If-Match", rng.choice(TEXTS[5:]).strip()[:99]),))
            yield self.asked(operation, here[0], b"{}", headers=(("Idempotency-Key", "键" * 99),))

    def asked(
        self, operation: Operation, address: str, body: Any, content_type: str = "application/json", headers: Any = ()
    ) -> Asked:  # fmt: skip
        if body is None and operation.method != "get":
            body = b"{}"
        headers = tuple((name, value.encode("ascii", "ignore").decode().replace("\x00", "")) for name, value in headers)
        return Asked(operation, address, body, content_type, headers)

    def queries(self, operation: Operation, rng: random.Random, many: int) -> Iterator[str]:
        names = [one["name"] for one in operation.parameters("query")]
        if operation.method != "get":
            return
        for name in [*names, "unknown"]:
            values = CURSORS if name == "cursor" else TEXTS
            for value in rng.sample(values, min(max(many // 8, 2), len(values))):
                yield urlencode({name: value}, errors="surrogatepass")
        if "cursor" in names:
            yield from (urlencode({"cursor": cursor, "page_size": 2}) for cursor in CURSORS)

    def bodies(self, operation: Operation, rng: random.Random, many: int) -> Iterator[tuple[Any, str]]:
        for content_type, told in operation.contents.items():
            if content_type == "multipart/form-data":
                yield from ((fields, content_type) for fields in _uploads())
                continue
            if content_type != "application/json":
                continue
            for body in rng.sample(BODIES, min(many, len(BODIES))):
                yield body, content_type
            for content in ("text/plain", "multipart/form-data", "application/x-www-form-urlencoded"):
                yield b"a=1", content
            example = self.example(told["schema"], rng)
            for value in rng.sample(VALUES, min(many, len(VALUES))):
                yield _json(self.spoilt(example, value, rng)), content_type

    def example(self, shape: dict[str, Any], rng: random.Random, depth: int = 0) -> Any:
        """Something that looks right to the schema."""
        shape = self.resolved(shape)
        if options := shape.get("oneOf") or shape.get("anyOf") or shape.get("allOf"):
            return self.example(options[0], rng, depth)
        if "enum" in shape:
            return rng.choice(shape["enum"])
        kind = shape.get("type")
        if kind == "object":
            inner = shape.get("additionalProperties")
            if not shape.get("properties") and isinstance(inner, dict):
                return {"a": self.example(inner, rng, depth + 1)}
            return {name: self.example(part, rng, depth + 1) for name, part in shape.get("properties", {}).items()}
        if kind == "array":
            return [self.example(shape.get("items", {}), rng, depth + 1)] if depth < 6 else []
        plain = {"integer": 1, "number": 1, "boolean": True}
        by_format = {"date": "2026-10-01", "uuid": "00000000-0000-0000-0000-000000000000"}
        samples = ["371083101223", "371083", "锅上", "2026Q3", "10.0", "1", "新村"]
        return plain.get(str(kind), by_format.get(shape.get("format", ""), rng.choice(samples)))

    def spoilt(self, example: Any, value: Any, rng: random.Random) -> Any:
        """The example with one place, at any depth, holding something else."""
        if isinstance(example, dict) and example and rng.random() < 0.95:
            name = rng.choice(list(example))
            return {**example, name: self.spoilt(example[name], value, rng)}
        if isinstance(example, list) and example and rng.random() < 0.8:
            return [self.spoilt(example[0], value, rng), *example[1:]]
        return value

    # -- what comes back

    def send(self, asked: Asked) -> Any:
        """The answer, with all that it wrote taken back."""
        broke: list[str] = []

        def keep(sender: Any, **kwargs: Any) -> None:
            broke.append(traceback.format_exc(limit=-3))

        got_request_exception.connect(keep)
        try:
            with transaction.atomic():
                answer = self.client.generic(
                    asked.operation.method.upper(),
                    asked.address,
                    **_payload(asked),
                    headers=dict(asked.headers),
                )
                if answer.streaming:
                    b"".join(answer.streaming_content)  # reading to the end closes the file
                transaction.set_rollback(True)
        finally:
            got_request_exception.disconnect(keep)
        self.sent += 1
        if problem := self.problem(asked, answer):
            self.wrong.append(f"{self.who}: {asked} → {answer.status_code} {problem}{''.join(broke)}")
        return answer

    def problem(self, asked: Asked, answer: Any) -> str:
        """What is wrong with an answer, empty where nothing is."""
        status = answer.status_code
        if status >= 500:
            return "broke down: "
        told = asked.operation.told["responses"].get(str(status))
        is_json = answer.get("Content-Type", "").startswith("application/json")
        if status >= 400:
            if not is_json:
                return "an error that is not JSON: "
            if not _CHINESE.search(json.dumps(answer.json(), ensure_ascii=False)):
                return f"an error without a Chinese word: {answer.content[:200]!r} "
        if told is None:
            known = status in UNDECLARED or (status == 404 and NO_ADDRESS in answer.json()["detail"])
            return "" if known else f"undeclared status: {answer.content.decode()[:200]} "
        shape = told.get("content", {}).get("application/json", {}).get("schema")
        if shape is None or not is_json:
            return ""
        return self.mismatch(shape, answer.json())

    def mismatch(self, shape: dict[str, Any], body: Any) -> str:
        told = json.dumps(shape, sort_keys=True)
        if told not in self._validators:
            self._validators[told] = Draft202012Validator(self.resolved_whole(shape), format_checker=FormatChecker())
        first = next(self._validators[told].iter_errors(body), None)
        return f"not the declared shape at {first.json_path}: {first.message[:200]} " if first else ""

    def resolved(self, shape: dict[str, Any]) -> dict[str, Any]:
        while "$ref" in shape:
            shape = self.schema["components"]["schemas"][shape["$ref"].rsplit("/", 1)[-1]]
        return shape

    def resolved_whole(self, shape: Any) -> Any:
        """A shape of OpenAPI 3.0 as JSON Schema: references put in, `nullable` as a type."""
        if isinstance(shape, list):
            return [self.resolved_whole(part) for part in shape]
        if not isinstance(shape, dict):
            return shape
        shape = self.resolved(shape)
        made = {name: self.resolved_whole(part) for name, part in shape.items() if name not in ("nullable", "readOnly")}
        return {"anyOf": [made, {"type": "null"}]} if shape.get("nullable") is True else made


def schema_of(client: Client) -> dict[str, Any]:
    """The OpenAPI schema as a client gets it."""
    answer = client.get("/api/schema/", HTTP_ACCEPT="application/vnd.oai.openapi+json")
    assert answer.status_code == 200, answer.content[:500]
    found: dict[str, Any] = json.loads(answer.content)
    return found


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=True).encode()


def _payload(asked: Asked) -> dict[str, Any]:
    if isinstance(asked.body, dict):
        return {"data": encode_multipart(BOUNDARY, asked.body), "content_type": MULTIPART_CONTENT}
    return {"data": asked.body or b"", "content_type": asked.content_type}


def _uploads() -> Iterator[dict[str, Any]]:
    """Files that are no workbooks, none, two, and odd flags."""

    def file(content: bytes, name: str = "表.xlsx") -> SimpleUploadedFile:
        return SimpleUploadedFile(name, content)

    yield {}
    yield {"file": "text"}
    yield {"file": file(b"")}
    yield {"file": file(b"PK\x03\x04" + b"\x00" * 40)}
    yield {"file": file(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" * 90, "旧.xls")}
    yield {"file": file(b"a,b\n1,2", "表.csv")}
    yield {"file": [file(b"x"), file(b"y")]}
    yield {"file": file(b"x", "x" * 250 + ".xlsx")}
    yield {"file": file(b"x"), "dry_run": "也许"}
    yield {"file": file(b"x"), "partial": "\x00"}

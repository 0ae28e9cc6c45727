"""Personal data: encrypted columns, keyed blind indexes for search, and masking.

Envelope: version (1 byte), algorithm (1 byte), key id (1 byte), nonce (12), ciphertext and tag, base64 in a text
column. Additional authenticated data is `table|column|row UUID`, so a value cannot be moved to another row or column.
The key lives outside the database (`FIELD_ENCRYPTION_KEY`).
"""

import base64
import hmac
import os
from functools import cache
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

VERSION, AES_256_GCM, KEY_ID = 1, 1, 1


class Undecipherable(RuntimeError):
    """A stored value that does not open with this installation's key, or was moved between rows."""


def seal(text: str, *, table: str, column: str, row: UUID) -> str:
    """Encrypt; the empty text stays empty."""
    if not text:
        return ""
    nonce = os.urandom(12)
    sealed = _cipher().encrypt(nonce, text.encode(), _bound_to(table, column, row))
    return base64.b64encode(bytes([VERSION, AES_256_GCM, KEY_ID]) + nonce + sealed).decode()


def unseal(envelope: str, *, table: str, column: str, row: UUID) -> str:
    """Decrypt. Raises Undecipherable."""
    if not envelope:
        return ""
    try:
        data = base64.b64decode(envelope, validate=True)
        if tuple(data[:3]) != (VERSION, AES_256_GCM, KEY_ID):
            raise Undecipherable(f"unknown envelope {data[:3].hex()}")
        return _cipher().decrypt(data[3:15], data[15:], _bound_to(table, column, row)).decode()
    except (ValueError, InvalidTag) as error:
        raise Undecipherable(f"{table}.{column} of {row}") from error


def blind_index(text: str, *, column: str) -> str:
    """A keyed digest that lets equal values be found without being read; empty for the empty text."""
    if not text:
        return ""
    return hmac.digest(_index_key(settings.BLIND_INDEX_KEY), f"{column}|{text}".encode(), "sha256").hex()[:32]


def mask(text: str, *, head: int = 4, tail: int = 4) -> str:
    """3710**********1234; short texts are hidden whole."""
    if len(text) <= head + tail:
        return "*" * len(text)
    return text[:head] + "*" * (len(text) - head - tail) + text[-tail:]


class SealedAttribute:
    """A model attribute over two columns `<name>_sealed` and `<name>_index`: reads and writes plain text.

    The model needs a UUID primary key made in Python. `person.phone` is plain, `person.phone_masked` for pages.
    """

    def __set_name__(self, owner: Any, name: str) -> None:
        self.name = name
        self.owner = owner
        setattr(owner, f"{name}_masked", property(lambda row: mask(getattr(row, name))))

    def _place(self, row: Any) -> dict[str, Any]:
        return {"table": row._meta.db_table, "column": self.name, "row": row.pk}

    def __get__(self, row: Any, owner: type) -> Any:
        if row is None:
            return self
        return unseal(getattr(row, f"{self.name}_sealed"), **self._place(row))

    def __set__(self, row: Any, text: str) -> None:
        sealed, index = self.columns(text, row=row.pk)
        setattr(row, f"{self.name}_sealed", sealed)
        setattr(row, f"{self.name}_index", index)

    def columns(self, text: str, *, row: UUID) -> tuple[str, str]:
        """(sealed, index) of a plain text for the row of that key: for rows that are written without an object."""
        text = (text or "").strip()
        sealed = seal(text, table=self.owner._meta.db_table, column=self.name, row=row)
        return sealed, blind_index(text, column=self.name)


@cache
def _key() -> bytes:
    key = base64.b64decode(settings.FIELD_ENCRYPTION_KEY)
    if len(key) != 32:
        raise Undecipherable("FIELD_ENCRYPTION_KEY must be 32 bytes in base64")
    return key


@cache
def _cipher() -> AESGCM:
    return AESGCM(_key())


@cache
def _index_key(text: str) -> bytes:
    return base64.b64decode(text)


def _bound_to(table: str, column: str, row: UUID) -> bytes:
    return f"{table}|{column}|{row}".encode()

"""Ways to damage a workbook: its bytes, its parts, and what stands in its cells."""

import random
import re
import zipfile
from io import BytesIO
from xml.sax.saxutils import escape

_CONTENT = re.compile(rb"(<(t|v)(?: [^>]*)?>)([^<]*)(</(?:t|v)>)")
ODD = (
    "", "0", "-1", "99999999999999999999", "1e400", "很多", "2026-13-40", "=1+1", "无", "/", "合计", "示例", "1410公顷",
    "NULL",
    "\u0007", "长" * 3000, "371083101999", "371083102201", "是", "2026Q3", "2099-12-31", "'; DROP TABLE x; --", "😀",
)  # fmt: skip


def flip_bytes(data: bytes, chance: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.choice((1, 3, 20))):
        changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed[: chance.randrange(len(changed))] if chance.random() < 0.1 else changed)


def disturb_parts(data: bytes, chance: random.Random) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            part = bytearray(old.read(name))
            if chance.random() < 0.03:
                continue
            if chance.random() < 0.3 and part:
                at = chance.randrange(len(part))
                what = chance.random()
                if what < 0.5:
                    part[at] = chance.choice(b"0123456789abcXYZ<>&\"'/=")
                elif what < 0.8:
                    del part[at : at + chance.randrange(1, 30)]
                else:
                    start = chance.randrange(len(part))
                    part[at:at] = part[start : start + chance.randrange(40)]
            new.writestr(name, bytes(part))
    return out.getvalue()


def disturb_cells(data: bytes, chance: random.Random) -> bytes:
    """A sound workbook with odd contents: some texts and numbers are others, headings and sheet names too."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            part = old.read(name)
            if name.startswith("xl/worksheets/") or name.endswith("sharedStrings.xml"):
                part = _other_contents(part, chance, name.endswith("sharedStrings.xml"))
            new.writestr(name, part)
    return out.getvalue()


def _other_contents(part: bytes, chance: random.Random, shared: bool) -> bytes:
    share = chance.choice((0.0, 0.005, 0.05, 0.3))

    def other(found: re.Match[bytes]) -> bytes:
        if chance.random() >= share:
            return found[0]
        if found[2] == b"v" and not shared and chance.random() < 0.7:  # a number, or the place of a shared text
            return found[1] + str(chance.choice((0, 1, 2, 7, -3, 1e9, 45000.5))).encode() + found[4]
        return found[1] + escape(chance.choice(ODD).replace("\u0007", "")).encode() + found[4]

    return _CONTENT.sub(other, part)


MUTATIONS = (flip_bytes, disturb_parts, disturb_cells)

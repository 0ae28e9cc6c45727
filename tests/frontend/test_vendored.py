"""What the browser loads is ours: every vendored file is listed with its checksum, and nothing comes from elsewhere."""

import hashlib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
VENDOR = ROOT / "static" / "vendor"
LISTED = dict(re.findall(r"^\| `([^`]+)` \| [^|]* \| `([0-9a-f]{64})` \|$", (VENDOR / "VENDORED.md").read_text(), re.M))


def test_every_vendored_file_is_listed():
    there = {str(path.relative_to(VENDOR)) for path in VENDOR.rglob("*") if path.is_file()} - {"VENDORED.md"}
    assert there == set(LISTED)


@pytest.mark.parametrize("name", sorted(LISTED))
def test_a_vendored_file_is_as_listed(name):
    assert hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() == LISTED[name]


def test_htmx_is_version_2():
    assert 'version:"2.0.' in (VENDOR / "htmx" / "htmx.min.js").read_text()


@pytest.mark.parametrize(
    "name",
    [
        "tabler/tabler.min.css", "tabler/tabler.min.js", "htmx/htmx.min.js", "echarts/echarts.min.js",
        "tabulator/tabulator.min.css", "tabulator/tabulator.min.js", "leaflet/leaflet.js",
    ],
)  # fmt: skip
def test_no_file_names_a_source_map_that_is_not_shipped(name):
    assert "sourceMappingURL" not in (VENDOR / name).read_text()

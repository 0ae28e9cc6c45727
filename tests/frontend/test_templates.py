"""Rules for every template and module: nothing inline, nothing from elsewhere, no icon or import that is not there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "static"
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
MODULES = sorted((STATIC / "js").rglob("*.js"))
SHEETS = sorted((STATIC / "css").rglob("*.css"))
ICONS = set(re.findall(r'<symbol id="([^"]+)"', (STATIC / "vendor/tabler-icons/sprite.svg").read_text()))
COMMENT = re.compile(r"{% comment %}.*?{% endcomment %}", re.S)

INLINE = {
    "a style attribute": r"""\sstyle\s*=\s*["']""",
    "a style element": r"<style\b",
    "a script without src": r"<script(?![^>]*\bsrc=)(?![^>]*application/json)",
    "an event attribute": r"""\son[a-z]+\s*=\s*["']""",
    "a javascript: address": r"javascript:",
    "an address elsewhere": r"""(?:src|href|action)\s*=\s*["'](?:https?:)?//""",
    "hx-on, which needs eval": r"\shx-on[:-]",
    "output marked safe": r"\|\s*safe\b|autoescape off",
}


def name_of(path):
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
@pytest.mark.parametrize("what", INLINE)
def test_a_template_has_no(what, path):
    found = re.findall(INLINE[what], COMMENT.sub("", path.read_text()), re.I)
    assert not found, f"{name_of(path)} has {what}"


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_the_icons_of_a_template_are_in_the_sprite(path):
    used = set(re.findall(r'components/icon\.html" with name="([^"]+)"', path.read_text()))
    assert used <= ICONS, used - ICONS


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_the_static_files_of_a_template_are_there(path):
    for name in re.findall(r"{% static '([^']+)' %}", path.read_text()):
        assert (STATIC / name).is_file(), name


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_module_imports_only_what_is_there(path):
    text = path.read_text()
    for name in re.findall(r'from "([^"]+)"', text):
        assert (path.parent / name).is_file(), name
    assert not re.search(r"\beval\(|new Function|setAttribute\(\"style\"|cssText", text)


@pytest.mark.parametrize(
    "path", [sheet for sheet in SHEETS if sheet.name not in {"tokens.css", "print.css"}], ids=name_of
)
def test_colours_are_named_in_tokens_only(path):
    text = re.sub(r"url\([^)]*\)", "", path.read_text())
    assert not re.findall(r"#[0-9a-f]{3,8}\b(?![^{]*{)|rgba?\(", text, re.I)


def test_every_token_that_is_used_is_defined():
    defined = set(re.findall(r"^\s*(--lj-[\w-]+):", (STATIC / "css/tokens.css").read_text(), re.M))
    for sheet in SHEETS:
        used = set(re.findall(r"var\((--lj-[\w-]+)", sheet.read_text()))
        assert used <= defined, (sheet.name, used - defined)


def test_no_working_page_shouts():
    for path in TEMPLATES:
        assert "！" not in COMMENT.sub("", path.read_text()), name_of(path)

"""`make screenshots`: the pages of the demo county as they look today.

Those that the README shows go to docs/screenshots/, all others to var/screenshots/, to be looked at. A page that is
wider than its window is a complaint.

Runs on the empty services of `lianjian/local exec`: loads the demo county, starts the programs, and walks through the
pages as their users would. With names as arguments only those pictures are taken anew.
"""

import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lianjian.settings")
django.setup()

from PIL import Image  # noqa: E402
from playwright.sync_api import Browser, expect, sync_playwright  # noqa: E402

from tests.databases import CHECKOUT, database_exists, drop_database  # noqa: E402
from tests.e2e.browsing import CHROMIUM, DESK, PATIENCE_MS, PHONE, Visitor  # noqa: E402
from tests.e2e.house import House, make_template  # noqa: E402
from tests.screenshots import walks  # noqa: E402

SHOWN, OTHERS = CHECKOUT / "docs" / "screenshots", CHECKOUT / "var" / "screenshots"
LARGEST = 200_000  # bytes: a README is read over slow lines too
TEMPLATE = "lianjian_screenshots"


def main(names: list[str]) -> int:
    """Take the pictures; returns 1 where a browser complained on the way."""
    expect.set_options(timeout=PATIENCE_MS)
    wanted = {name: walk for name, walk in walks.WALKS.items() if not names or name in names}
    with tempfile.TemporaryDirectory() as scratch:
        keep = bool(os.environ.get("KEEP_DEMO"))
        if not (keep and database_exists(TEMPLATE)):
            make_template(TEMPLATE, Path(scratch))
        house = House(TEMPLATE, name=f"{TEMPLATE}_shown", folder=Path(scratch) / "house")
        try:
            house.start()
            with sync_playwright() as playwright:
                arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
                browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
                complaints = [one for name, walk in wanted.items() for one in take(browser, house, name, walk)]
                browser.close()
        finally:
            house.stop()
            if not keep:
                drop_database(TEMPLATE)
    for complaint in complaints:
        print(complaint, file=sys.stderr)
    return 1 if complaints else 0


def take(browser: Browser, house: House, name: str, walk: Callable[[Visitor], None]) -> list[str]:
    """One picture; returns what the browser complained of."""
    small = name.startswith("phone-")
    visitor = Visitor(browser, house.address, viewport=PHONE if small else DESK)
    visitor.sign_in(walks.WHO.get(name, "zhenjie"))
    walk(visitor)
    visitor.page.wait_for_load_state("networkidle")
    visitor.page.mouse.move(2, 2)  # nothing hovered
    shown = f"docs/screenshots/{name}.png" in (CHECKOUT / "README.md").read_text(encoding="utf-8")
    target = (SHOWN if shown else OTHERS) / f"{name}.png"
    target.parent.mkdir(parents=True, exist_ok=True)
    visitor.page.screenshot(path=target, animations="disabled")
    lost = visitor.page.get_by_text("没有这一页").count()
    beyond = visitor.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    if target.stat().st_size > LARGEST:  # see-through shapes make thousands of colours: 256 show them as well
        with Image.open(target) as picture:
            picture.convert("RGB").quantize(256, dither=Image.Dither.NONE).save(target, optimize=True)
    visitor.context.close()
    print(f"{target.relative_to(CHECKOUT)}\t{target.stat().st_size // 1024} KB", flush=True)
    problems = [f"{name}: {complaint}" for complaint in visitor.complaints]
    if lost:
        problems.append(f"{name}: there is no such page")
    if beyond > 0:
        problems.append(f"{name}: {beyond} px wider than its window")
    if shown and target.stat().st_size > LARGEST:
        problems.append(f"{name}: larger than {LARGEST // 1000} KB")
    return problems


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Journeys run in a real browser against a real server, worker, queue and database; see house.py."""

import os
import re
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests import databases
from tests.databases import CHECKOUT
from tests.e2e.browsing import CHROMIUM, PATIENCE_MS, Visitor
from tests.e2e.house import House, make_template

_serial = count(1)
_here = Path(__file__).parent
_worker = os.environ.get("PYTEST_XDIST_WORKER", "one")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    report = yield
    if report.when == "call" and report.failed and _here in item.path.parents:
        for n, visitor in enumerate(item.stash.get(_visitors, [])):
            folder = CHECKOUT / "var" / "log" / "journeys"
            folder.mkdir(parents=True, exist_ok=True)
            name = re.sub(r"\W+", "-", item.name)
            visitor.page.screenshot(path=folder / f"{name}-{n}.png", full_page=True)
            report.sections.append((f"page {n}", f"{visitor.page.url}\n{visitor.text()[:900]}"))
    return report


_visitors = pytest.StashKey[list[Visitor]]()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if not Path(CHROMIUM).exists():
        pytest.fail(f"{CHROMIUM} is missing: install chromium and fonts-noto-cjk (make test does, as root)")
    expect.set_options(timeout=PATIENCE_MS)
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def county(migrated: str, shared_folder: Path, request: pytest.FixtureRequest) -> str:
    """The name of the database that holds the demo county and is only ever copied; `--reuse-db` keeps it."""
    name = databases.name_for("journeys")

    def make() -> None:
        if not (request.config.getoption("reuse_db") and databases.database_exists(name)):
            make_template(name, shared_folder, migrated)

    databases.once(shared_folder, "journeys", make)
    return name


@pytest.fixture(scope="module")
def house(county: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    house = House(county, name=f"{county}_{_worker}_{next(_serial)}", folder=tmp_path_factory.mktemp("house"))
    try:
        house.start()
        yield house
    finally:
        house.stop()


@pytest.fixture
def visit(browser: Browser, house: House, request: pytest.FixtureRequest) -> Iterator[Callable[..., Visitor]]:
    """`visit("zhenjie")` is a signed-in person, `visit()` one before the sign-in page; checked when the test ends.

    Whoever has signed in once in a house comes back with his cookies: the sign-in has a journey of its own.
    """
    visitors: list[Visitor] = []
    request.node.stash[_visitors] = visitors

    def come(username: str = "", **kwargs: object) -> Visitor:
        visitor = Visitor(browser, house.address, cookies=house.cookies.get(username), **kwargs)
        visitors.append(visitor)
        if username in house.cookies:
            return visitor.open("/")
        if username:
            house.cookies[username] = visitor.sign_in(username).context.storage_state()
        return visitor

    yield come
    complaints = [complaint for visitor in visitors for complaint in visitor.complaints]
    for visitor in visitors:
        visitor.context.close()
    if complaints:
        pytest.fail("the browser complained:\n" + "\n".join(dict.fromkeys(complaints)))

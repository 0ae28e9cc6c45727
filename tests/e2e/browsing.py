"""A person at a browser: what a journey may do, and what it must never meet.

Errors in the console, scripts that fail, requests that leave the house and breaches of the content policy are
collected while the person goes about; `complaints` must be empty in the end.
"""

import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Locator, Page, Response, expect

from tests.e2e.house import PASSWORD

CHROMIUM = "/usr/bin/chromium"
DESK = {"width": 1366, "height": 768}
PHONE = {"width": 390, "height": 844}
PATIENCE_MS = 20_000
# Told by the page itself, because a blocked resource is not always an error in the console.
_TELL_BREACHES = """
document.addEventListener("securitypolicyviolation", (e) =>
  console.error(`content policy: ${e.violatedDirective} ${e.blockedURI} ${e.sourceFile ?? ""}:${e.lineNumber ?? ""}`));
"""


class Visitor:
    """One browser profile, from sign-in to closing."""

    def __init__(
        self, browser: Browser, address: str, *, viewport: dict[str, int] | None = None, cookies: Any = None
    ) -> None:
        self.address = address
        self.complaints: list[str] = []
        self._host = urlsplit(address).netloc
        small = viewport == PHONE
        self.context = browser.new_context(
            base_url=address, viewport=viewport or DESK, locale="zh-CN", has_touch=small, accept_downloads=True,
            storage_state=cookies,
        )  # fmt: skip
        self.context.set_default_timeout(PATIENCE_MS)
        self.context.add_init_script(_TELL_BREACHES)
        self.page = self.context.new_page()
        self._listen(self.page)

    def _listen(self, page: Page) -> None:
        page.on("console", lambda message: self._heard(message.type, message.text))
        page.on("pageerror", lambda error: self.complaints.append(f"script: {error}"))
        page.on("request", lambda request: self._left(request.url))
        page.on("response", self._answered)

    def _heard(self, kind: str, text: str) -> None:
        # Refused forms answer 400 and 409 on purpose; answers are judged one by one in `_answered`.
        if kind == "error" and not text.startswith("Failed to load resource"):
            self.complaints.append(f"console: {text}")

    def _left(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme in ("http", "https", "ws", "wss") and parts.netloc != self._host:
            self.complaints.append(f"a request left the house: {url}")

    def _answered(self, response: Response) -> None:
        is_page = response.request.is_navigation_request() or _is_grid(response)
        if response.status >= 500 or (response.status >= 400 and not is_page):
            self.complaints.append(f"{response.status} for {response.request.method} {response.url}")

    # -- doing

    def sign_in(self, username: str) -> "Visitor":
        self.page.goto("/accounts/login/")
        self.page.get_by_label("账号").fill(username)
        self.page.get_by_label("密码").fill(PASSWORD)
        self.page.get_by_role("button", name="登录").click()
        expect(self.heading("工作台")).to_be_visible()
        return self

    def open(self, path: str) -> "Visitor":
        self.page.goto(path)
        return self

    def menu(self, title: str) -> "Visitor":
        """Open a page by the side menu, unfolding its group first."""
        link = self.page.get_by_role("navigation", name="主菜单").get_by_role("link", name=title, exact=True)
        group = self.page.locator("nav.side-menu details", has=self.page.get_by_text(title, exact=True))
        if not link.is_visible():
            group.locator("summary").click()
        link.click()
        return self

    def link(self, name: str | re.Pattern[str]) -> Locator:
        return self.page.get_by_role("main").get_by_role("link", name=name)

    def button(self, name: str | re.Pattern[str]) -> Locator:
        return self.page.get_by_role("main").get_by_role("button", name=name)

    def heading(self, name: str | re.Pattern[str]) -> Locator:
        return self.page.get_by_role("heading", level=1).filter(has_text=name)

    def field(self, label: str, within: Locator | None = None) -> Locator:
        """The input with exactly this label, marked as required or not."""
        place = within or self.page.get_by_role("main")
        return place.get_by_label(re.compile(rf"^\s*{re.escape(label)}\s*(必填)?\s*$"))

    def pick(self, field: Locator, typed: str, label: str) -> None:
        """Type into a look-up and take a suggestion, as a hand does."""
        field.press_sequentially(typed)
        self.page.get_by_role("option").filter(has_text=label).first.click()

    def confirm(self) -> None:
        """Say yes in the page's own dialog."""
        dialog = self.page.locator("#confirm-dialog[open]")
        dialog.locator("[data-confirm-yes]").click()

    def download(self, trigger: Locator, folder: Path) -> Path:
        with self.page.expect_download() as caught:
            trigger.click()
        target = folder / caught.value.suggested_filename
        caught.value.save_as(target)
        return target

    def text(self) -> str:
        return self.page.get_by_role("main").inner_text()

    def overflow(self) -> int:
        """By how many pixels the page is wider than the screen."""
        return self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


def _is_grid(response: Response) -> bool:
    """A grid's save is refused with 400 and 409 on purpose, as a form is, but without leaving the page."""
    return urlsplit(response.url).path.endswith("/grid/") and response.status in (400, 409)

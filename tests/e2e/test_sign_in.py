"""Getting in, with the keyboard alone, and getting to a row and back."""

from playwright.sync_api import expect

from tests.e2e.house import PASSWORD


def test_a_clerk_works_with_the_keyboard_alone(visit):
    clerk = visit()
    page = clerk.page
    page.goto("/")
    expect(page.get_by_role("button", name="登录")).to_be_visible()
    for _ in range(10):
        if page.evaluate("document.activeElement.name") == "username":
            break
        page.keyboard.press("Tab")
    page.keyboard.type("zhenjie")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(clerk.heading("工作台")).to_be_visible()

    page.keyboard.press("/")
    page.keyboard.type("锅上")
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_contain_text("锅上村")

    page.keyboard.press("Tab")
    tab_to(page, "锅上村")
    page.keyboard.press("Enter")
    expect(clerk.heading("锅上村")).to_be_visible()
    tab_to(page, "编辑")
    page.keyboard.press("Enter")
    expect(clerk.heading("编辑")).to_be_visible()
    tab_to_field(page, "特色")
    page.keyboard.press("Control+A")
    page.keyboard.type("滩涂贝类与民宿")
    page.keyboard.press("Control+s")
    expect(page.get_by_role("main")).to_contain_text("已保存")
    expect(page.get_by_role("main")).to_contain_text("滩涂贝类与民宿")
    page.keyboard.press("g")
    page.keyboard.press("h")
    expect(clerk.heading("工作台")).to_be_visible()


def tab_to(page, text: str) -> None:
    """Go on by Tab until something with that text has the focus. Fails after a hundred steps."""
    for _ in range(100):
        if text in page.evaluate("(document.activeElement.innerText || '').trim()"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"“{text}” cannot be reached by Tab")


def tab_to_field(page, label: str) -> None:
    for _ in range(100):
        named = "Array.from(document.activeElement.labels ?? []).map((l) => l.innerText).join()"
        if label in page.evaluate(named):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"the field “{label}” cannot be reached by Tab")

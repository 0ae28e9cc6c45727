"""A cadre in a lane: every main page fits a small screen, its menu opens, its buttons can be hit."""

from playwright.sync_api import expect

from tests.e2e.browsing import PHONE

PAGES = (
    "/",
    "/villages/",
    "/villages/371083101223/",
    "/villages/371083101223/edit/",
    "/villages/371083101223/photos/",
    "/villages/371083101223/sheet/",
    "/map/",
    "/village-facts/",
    "/federations/",
    "/federations/1/",
    "/federations/new/",
    "/members/",
    "/claims/",
    "/claims/new/",
    "/claims/import/",
    "/claims/grid/",
    "/claims/samples/",
    "/duty-lists/1/",
    "/duty-boards/1/sheet/",
    "/point-accounts/",
    "/point-redemptions/",
    "/point-months/",
    "/point-objections/",
    "/closes/",
    "/closes/1/",
    "/schemes/",
    "/board/",
    "/board/?area=371083101",
    "/board/figure/population/?area=371083101",
    "/reports/",
    "/jobs/",
    "/files/",
    "/search/?q=锅上",
    "/accounts/profile/",
)


def test_no_page_is_wider_than_the_phone(visit):
    person = visit("zhenjie", viewport=PHONE)
    wide = {}
    for path in PAGES:
        person.open(path)
        assert person.page.locator("h1").count() == 1, path
        assert "没有" not in person.page.locator("h1").inner_text(), path
        if (pixels := person.overflow()) > 0:
            wide[path] = pixels
    assert not wide


def test_main_buttons_are_large_enough_for_a_thumb(visit):
    person = visit("zhenjie", viewport=PHONE)
    small = {}
    for path in ("/", "/villages/", "/claims/", "/villages/371083101223/edit/"):
        person.open(path)
        for button in person.page.locator("main a.btn:visible, main button.btn:visible").all():
            box = button.bounding_box()
            if box and box["height"] < 40:
                small[f"{path} {button.inner_text().strip()}"] = box["height"]
    assert not small


def test_values_of_a_card_end_at_one_edge(visit):
    person = visit("zhenjie", viewport=PHONE).open("/villages/371083101223/")
    indents = person.page.eval_on_selector_all(
        ".card:not(.table-card) .grid-table > * > tr > *", "all => all.map(one => getComputedStyle(one).paddingRight)"
    )
    assert indents and set(indents) == {"0px"}


def test_the_menu_opens_by_a_finger(visit):
    person = visit("zhenjie", viewport=PHONE)
    person.page.get_by_role("link", name="打开菜单").tap()
    menu = person.page.get_by_role("navigation", name="主菜单")
    expect(menu).to_be_visible()
    menu.locator("summary").filter(has_text="村居").tap()
    menu.get_by_role("link", name="村居", exact=True).tap()
    expect(person.heading("村居")).to_be_visible()

"""County settings: who decides, what holds, and what is refused with words."""

import pytest

from registers.deciding import decide, settings_of
from registers.errors import Invalid, NotAllowed, NotFound
from registers.models import CountySetting
from registers.models.setting import setting
from tests.world import CITY_STREET, COUNTY, OTHER_TOWN, TOWN

pytestmark = pytest.mark.django_db
SCALE, COVERS = "federations.villages_max", "claims.town_step_covers"


def of(user, area, key):
    return next(found for found in settings_of(user, area) if found.declaration.key == key)


def test_defaults_hold_until_the_county_decides(world):
    user = world.user("xianji")
    assert (of(user, COUNTY, SCALE).value, of(user, COUNTY, SCALE).source) == (5, "默认")
    decide(by=user, area_code=COUNTY, key=SCALE, text="6")
    assert setting(SCALE, TOWN) == 6 and of(user, COUNTY, SCALE).own
    decide(by=user, area_code=COUNTY, key=SCALE, text=" ")
    assert setting(SCALE, TOWN) == 5


def test_a_town_may_differ_only_where_it_is_allowed(world):
    user = world.user("xianji")
    decide(by=user, area_code=TOWN, key=COVERS, text="是")
    assert setting(COVERS, TOWN) is True and setting(COVERS, CITY_STREET) is False
    with pytest.raises(Invalid, match="没有这项设置"):
        decide(by=user, area_code=TOWN, key=SCALE, text="6")


@pytest.mark.parametrize(
    ("key", "text", "words"), [(SCALE, "六", "整数"), (COVERS, "也许", "是”或“否"), ("x", "1", "没有这项")]
)
def test_what_cannot_be_is_refused_with_words(world, key, text, words):
    with pytest.raises(Invalid, match=words):
        decide(by=world.user("xianji"), area_code=COUNTY, key=key, text=text)
    assert not CountySetting.objects.unscoped("test").exists()


def test_towns_read_and_do_not_decide(world):
    assert of(world.user("zhenshen"), TOWN, COVERS).value is False
    with pytest.raises(NotAllowed):
        decide(by=world.user("zhenshen"), area_code=TOWN, key=COVERS, text="是")
    for area in (OTHER_TOWN, COUNTY, "", "abc", "371083101223"):
        with pytest.raises(NotFound):
            settings_of(world.user("zhenshen"), area)


def test_the_page(world, django_assert_max_num_queries):
    client = world.client("xianji")
    with django_assert_max_num_queries(12):
        page = client.get("/settings/").content.decode()
    assert "联建村数上限" in page and 'name="value"' in page and '<option value="371083"' in page.replace("\n", "")
    answer = client.post("/settings/", {"area": COUNTY, "key": SCALE, "value": "七"})
    assert answer.status_code == 400 and "七" in answer.content.decode() and "整数" in answer.content.decode()
    assert client.post("/settings/", {"area": COUNTY, "key": SCALE, "value": "7"}).status_code == 302
    assert setting(SCALE, COUNTY) == 7


def test_the_page_of_others(world):
    page = world.client("zhenjie").get("/settings/").content.decode()
    assert "镇审定可一并办理前面的步骤" in page and "联建村数上限" not in page
    assert 'name="value"' not in page
    assert world.client("zhenjie").get(f"/settings/?area={OTHER_TOWN}").status_code == 404
    assert world.client("zhenjie").post("/settings/", {"area": TOWN, "key": COVERS, "value": "是"}).status_code == 403
    for who in ("cunji", "nobody", "sysadmin"):
        assert world.client(who).get("/settings/").status_code == 403

"""Loading the shipped divisions: a county in one command, twice without change, never over a county's own edits."""

import datetime as dt

import pytest
from django.core.management import CommandError, call_command

from lianjian import areacodes
from registers.errors import Invalid, NotAllowed, NotFound
from registers.scope import Scope
from tests.world import COUNTY
from villages.actions.areas import load_areas, name_on, rename_area
from villages.models import Area, Village

pytestmark = pytest.mark.django_db
EVERY = "the test looks at everything"


def test_a_county_starts_with_its_own_villages():
    loaded = load_areas("371083")
    assert (loaded.areas, loaded.villages, loaded.present) == (657, 639, 0)
    village = Village.objects.unscoped(EVERY).get(pk="371083101206")
    assert (village.name, village.kind, village.initials[:3]) == ("南唐家", "village", "ntj")
    community = Village.objects.unscoped(EVERY).get(pk="371083001022")
    assert (community.name, community.kind) == ("西里社区", "community")
    area = Area.objects.unscoped(EVERY).select_related("parent__parent").get(pk="371083101206")
    assert (area.name, area.parent.name, area.parent.parent.name) == ("南唐家村委会", "乳山口镇", "乳山市")


def test_a_second_load_changes_nothing():
    load_areas("371083")
    again = load_areas("371083")
    assert (again.areas, again.villages, again.present) == (0, 0, 657)


def test_a_county_keeps_its_own_edits(world):
    Village.objects.unscoped(EVERY).filter(pk="371083101206").update(name="唐家")
    Area.objects.unscoped(EVERY).filter(pk="371083101").update(name="乳山口新镇")
    load_areas("371083")
    assert Village.objects.unscoped(EVERY).get(pk="371083101206").name == "唐家"
    assert Area.objects.unscoped(EVERY).get(pk="371083101").name == "乳山口新镇"


def test_private_use_characters_survive():
    load_areas("371083")
    load_areas("440981")
    assert Area.objects.within(Scope.area("440981")).filter(pk="440981122210", name="朗练村委会").exists()


@pytest.mark.parametrize("which", ["37108", "abc", "", "3710831", "371083101"])
def test_what_is_no_county_is_refused_with_words(which):
    with pytest.raises(Invalid, match="县级区划代码"):
        load_areas(which)


def test_a_county_that_does_not_exist_is_refused():
    with pytest.raises(NotFound, match="999999"):
        load_areas("999999")
    with pytest.raises(CommandError, match="999999"):
        call_command("load_areas", "999999")


def test_progress_is_told(capsys):
    call_command("load_areas", COUNTY)
    told = capsys.readouterr()
    assert "完成：657" in told.err and "开通村居 639 个" in told.out


def test_a_rename_dates_the_name(world):
    area = world.area("371083101206")
    rename_area(area, name="南唐家新村委会", on=dt.date(2026, 7, 1), by=world.user("xianji"))
    assert name_on(area, dt.date(2026, 6, 30)) == "南唐家村委会"
    assert name_on(area, dt.date(2026, 7, 1)) == "南唐家新村委会"
    area.refresh_from_db()
    assert (area.name, area.initials) == ("南唐家新村委会", "ntjxcwh")


def test_only_the_county_renames(world):
    with pytest.raises(NotAllowed):
        rename_area(world.area("371083101206"), name="新名", on=dt.date(2026, 7, 1), by=world.user("zhenjie"))


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("南唐家村委会", "南唐家"),
        ("西里社区居委会", "西里社区"),
        ("府前居委会", "府前"),
        ("坦洲镇十四村股份合作经济联合社", "坦洲镇十四村股份合作经济联合社"),
        ("某某村村民委员会", "某某"),
        ("代村村委会", "代村"),
    ],
)
def test_short_names(name, short):
    assert areacodes.short_name(name) == short

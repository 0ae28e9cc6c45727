"""The commands that sum up and compare."""

import pytest
from django.contrib.auth.hashers import make_password
from django.core.management import CommandError, call_command

from accounts.demo import DEMO_ACCOUNTS
from accounts.models import User
from lianjian.local import demo as launcher
from members.models import Subject
from registers.models import DirtyScope
from reports.management.commands import load_demo
from reports.models import IndicatorValue
from reports.tasks import refresh_dirty_scopes, refresh_running_periods
from tests.reports import factories as make
from tests.world import COUNTY, TOWN

SOUTH, NORTH = "371083101206", "371083101207"


@pytest.fixture
def summed(world):
    make.facts(SOUTH, operating_income=100)
    make.federation(world, "唐家新村", [SOUTH, NORTH])
    make.member(SOUTH)
    call_command("refresh_indicators", "--area", COUNTY)
    return world


def test_a_full_refresh_leaves_nothing_waiting(summed, capsys):
    assert not DirtyScope.objects.exists()
    assert IndicatorValue.objects.unscoped("test").filter(place_key=COUNTY, indicator="operating_income").exists()
    call_command("refresh_indicators", "--period", "2026Q3")
    assert capsys.readouterr().out.endswith(f"{COUNTY}：已汇总 1 期\n")


def test_wrong_arguments_are_refused_in_words(world):
    with pytest.raises(CommandError, match="不是 6 位县代码"):
        call_command("refresh_indicators", "--area", TOWN)
    with pytest.raises(CommandError, match="不是统计期"):
        call_command("refresh_indicators", "--period", "sometime")


def test_what_is_equal_is_called_equal(summed, capsys):
    before = sorted(IndicatorValue.objects.unscoped("test").values_list("pk", "numerator", "refreshed_at"))
    call_command("check_consistency", "--area", COUNTY)
    assert "全部一致" in capsys.readouterr().out
    assert sorted(IndicatorValue.objects.unscoped("test").values_list("pk", "numerator", "refreshed_at")) == before


def test_a_changed_sum_and_a_wrong_copy_are_found(summed, capsys):
    values = IndicatorValue.objects.unscoped("test")
    values.filter(place_key=TOWN, indicator="operating_income").update(numerator=99)
    values.filter(place_key=SOUTH, indicator="debt").delete()
    Subject.objects.unscoped("test").update(village=NORTH)
    with pytest.raises(SystemExit) as ended:
        call_command("check_consistency")
    assert ended.value.code == 1
    told = capsys.readouterr().out
    assert f"operating_income town {TOWN} 2026：汇总表为 99.00，重新计算为 100.00" in told
    assert f"debt village {SOUTH} 2026：汇总表为 无" in told
    assert "现所在村居或党支部与所在记录不一致" in told


def test_the_tasks_do_what_they_say_and_twice_is_nothing_more(world):
    make.facts(SOUTH, operating_income=100)
    assert refresh_dirty_scopes() > 0 and refresh_dirty_scopes() == 0
    IndicatorValue.objects.unscoped("test").all().delete()
    assert refresh_running_periods() == 1
    periods = set(IndicatorValue.objects.unscoped("test").values_list("period", flat=True))
    assert periods == {"2026", "2026Q4"}


def test_a_demo_that_was_cut_off_is_told_from_a_whole_one(world, settings, monkeypatch):
    settings.DEMO = True
    monkeypatch.setenv("DEMO_PASSWORD", "new-words-2026")
    demo = User.objects.filter(username__in=[account.username for account in DEMO_ACCOUNTS])
    demo.update(password=make_password("old-words-2026"))
    call_command("load_demo")
    loader, _ = User.objects.get_or_create(username="xianji", defaults={"name": "王静"})
    demo.update(password=make_password(None))
    with pytest.raises(CommandError, match="只有一部分") as refused:
        call_command("load_demo")
    assert refused.value.returncode == load_demo.CUT_OFF == launcher.CUT_OFF
    loader.set_password("old-words-2026")
    loader.save()
    call_command("load_demo")  # whole: only the password of this start is taken
    loader.refresh_from_db()
    assert loader.check_password("new-words-2026")

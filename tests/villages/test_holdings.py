"""Rules of 三资 and the balance checks of yearly figures: what is refused, and what is only asked about."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from registers.register import register_of
from registers.single import check_one
from villages.checks import balance_warnings
from villages.models import CollectiveAsset, CollectiveFund, VillageFacts

VILLAGE = "371083101223"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("slug", "typed", "field", "said"),
    [
        ("collective-assets", {"original_value": "90", "net_value": "100"}, "net_value", "比原值 90.00 还大"),
        ("collective-assets", {"use": "出租", "contract_from": "", "contract_to": ""}, "contract_from", "没有填"),
        ("collective-assets", {"use": "闲置", "contract_from": "2024-01-01", "contract_to": ""}, "use", "还没有到"),
        (
            "collective-assets",
            {"contract_from": "2024-01-01", "contract_to": "2023-01-01"},
            "contract_to",
            "不晚于起始日",
        ),
        (
            "collective-assets",
            {"acquired_on": "2020-01-01", "disposed_on": "2019-01-01"},
            "disposed_on",
            "早于取得日期",
        ),
        ("collective-resources", {"contractor": "合作社", "contract_from": ""}, "contract_from", "没有填"),
        ("facilities", {"longitude": "121.5", "latitude": ""}, "latitude", "没有填"),
        ("specialties", {"scale": "30", "scale_unit": ""}, "scale_unit", "没有填"),
        ("collective-funds", {"balance": "-1"}, "balance", "应在 0 到"),
    ],
)
def test_what_contradicts_itself_is_told_at_its_cell(world, slug, typed, field, said):
    checked = check_one(register_of(slug), {"village_code": VILLAGE, **typed}, world.user("zhenjie"))
    told = {error.field: f"{error.problem}，{error.expected}" for error in checked.errors}
    assert said in told[field]


@pytest.mark.django_db
def test_an_account_number_is_never_taken(world):
    typed = {
        "village_code": VILLAGE, "quarter": "2026Q3", "kind": "bank", "name": "6228 4801 2345 6789 012", "balance": "1",
    }  # fmt: skip
    answer = world.client("zhenjie").post(reverse("collective-funds:new"), typed)
    assert answer.status_code == 400 and "请不要填写银行账号" in answer.content.decode()
    assert not CollectiveFund.objects.unscoped("test").exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "facts",
    [
        {"original_value": 1, "net_value": 2},
        {"use": "rented"},
        {"contract_from": dt.date(2024, 1, 1), "contract_to": dt.date(2024, 1, 1)},
    ],
)
def test_the_database_refuses_the_same(world, facts):
    with pytest.raises(IntegrityError), transaction.atomic():
        CollectiveAsset.objects.unscoped("test").create(village_id=VILLAGE, name="厂房", **facts)


def year(**facts) -> VillageFacts:
    return VillageFacts(year=2025, **{name: Decimal(value) for name, value in facts.items()})


@pytest.mark.parametrize(
    ("values", "before", "said"),
    [
        ({"population": 300}, None, "五项集体收入都是 0"),
        ({"population": 300, "operating_income": 90_000_000}, None, "是不是把单位弄错了"),
        ({"population": 300, "households": 400, "operating_income": 1}, None, "户数 400 比户籍人口 300 还多"),
        ({"operating_income": 1000, "expenditure": 9000}, None, "超过集体总收入 1,000.00 元的两倍"),
        ({"operating_income": 160_000}, {"operating_income": 50_000}, "是上年 50,000 的 3 倍以上"),
        ({"operating_income": 16_000}, {"operating_income": 50_000}, "不到上年 50,000 的三分之一"),
        (
            {"operating_income": 90_000, "debt": 200_000},
            {"operating_income": 80_000, "debt": 100_000},
            "收入比上年增加，年末负债却多了 100,000.00 元",
        ),
    ],
)
def test_what_looks_wrong_is_asked_about(values, before, said):
    told = list(balance_warnings(values, year(**before) if before else None))
    assert any(said in sentence for sentence in told), told


def test_a_plain_year_is_not_asked_about():
    before = {"population": 300, "operating_income": 50_000, "debt": 40_000, "party_members": 3}
    now = {"population": 297, "operating_income": 149_000, "debt": 40_000, "party_members": 9, "expenditure": 30_000}
    assert not list(balance_warnings(now, year(**before)))


@pytest.mark.django_db
def test_the_reason_is_asked_for_and_kept_with_the_figures(world):
    VillageFacts.objects.unscoped("test").create(village_id=VILLAGE, year=2025, operating_income=20_000)
    typed = {"village_code": VILLAGE, "year": "2026", "population": "300", "operating_income": "100000"}
    client = world.client("zhenjie")
    asked = client.post(reverse("village-facts:new"), typed)
    assert asked.status_code == 400 and "3 倍以上" in asked.context["warnings"][0]
    assert client.post(reverse("village-facts:new"), typed | {"explanation": "新建冷库出租"}).status_code == 302
    assert VillageFacts.objects.unscoped("test").get(year=2026).explanation == "新建冷库出租"

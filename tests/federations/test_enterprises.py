"""Enterprises: credit codes with their check character, names and codes once a place, look-up by pinyin."""

import pytest

from federations.credit_codes import CreditCode, check_character
from registers.rows.columns import CellError
from tests.federations.helpers import GUOSHANG

ADDRESS = "/api/v1/enterprises/"
REAL = ("914403001922038216", "91330100799655058B", "9144030071526726XG")


@pytest.mark.parametrize("code", REAL)
def test_the_codes_of_well_known_companies_are_right(code):
    assert check_character(code[:-1]) == code[-1]
    assert CreditCode().parse(f" {code.lower()[:9]} {code[9:]} ") == code


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("914403001922038217", "校验不符"),
        ("9144030019220382", "填了 16 位"),
        ("91440300192203821O", "不用 I、O、S、V、Z"),
        (914403001922038216, "以数字格式录入"),
    ],
)
def test_a_wrong_code_says_what_would_be_right(typed, said):
    with pytest.raises(CellError) as error:
        CreditCode().parse(typed)
    assert said in f"{error.value.problem}{error.value.expected}"


def test_name_and_code_stand_once_in_a_place(world):
    given = {"name": "锅上果品公司", "kind": "leading", "area_code": GUOSHANG, "credit_code": REAL[0]}
    assert world.api("cunji").post(ADDRESS, given).status_code == 201
    again = world.api("zhenjie").post(ADDRESS, given | {"name": "另一家公司"})
    assert again.status_code == 400 and "统一社会信用代码" in again.json()["errors"][0]["message"]
    elsewhere = world.api("zhenjie").post(ADDRESS, given | {"area_code": "371083101"})
    assert elsewhere.status_code == 201
    backward = {"from": "2026-03-01", "to": "2026-03-01", "name": "新公司", "credit_code": ""}
    refused = world.api("zhenjie").post(ADDRESS, given | backward)
    assert refused.status_code == 400 and refused.json()["errors"][0]["message"] == "终止日期应晚于起始日期"


def test_an_enterprise_is_found_by_initials(world):
    world.api("zhenjie").post(ADDRESS, {"name": "锅上果品公司", "kind": "leading", "area_code": GUOSHANG})
    found = world.client("zhenjie").get("/lookup/enterprises/?q=gsgp").json()["results"]
    assert [one["label"] for one in found] == ["锅上果品公司"]
    assert world.client("qita").get("/lookup/enterprises/?q=gsgp").json()["results"] == []

"""The grid's own answers: what it reads, what it recognises in pasted cells, carrying forward, and what it refuses."""

import json

import pytest
from django.urls import reverse

from members.models import Person
from registers.pages.grid.carrying import button
from registers.register import register_of
from tests.members.samples_people import PEOPLE_SAMPLES
from tests.world import COUNTY, OTHER_TOWN, TOWN
from villages.models import VillageFacts

pytestmark = pytest.mark.django_db
GRID = "/village-facts/grid/"
OWN, NEXT, FOREIGN = f"{TOWN}223", f"{TOWN}224", f"{OTHER_TOWN}201"


def post(world, body, username="zhenjie", url=GRID):
    return world.client(username).post(url, json.dumps(body), content_type="application/json")


def paste(world, text, fields=("village_code", "year", "households")):
    cells = [line.split("\t") for line in text.split("\n")]
    answer = post(world, {"do": "paste", "cells": cells, "fields": list(fields)})
    assert answer.status_code == 200, answer.content
    return answer.json()


def facts(code, year, **more):
    return VillageFacts.objects.unscoped("test").create(village_id=code, year=year, **more)


def data(world, query="", username="zhenjie"):
    return world.client(username).get(GRID + query).context["data"]


def field(page, row, name):
    return row[[column["field"] for column in page["columns"]].index(name)]


# -- what is read


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"{", b'"x"', b"{}", b'{"do": "drop", "rows": []}', b'{"do": "save"}', b'{"do": "save", "rows": [1]}',
     b'{"do": "save", "rows": []}', b'{"do": "save", "rows": [{"n": 0, "cells": {}}]}',
     b'{"do": "save", "rows": [{"n": true, "cells": {}}]}', b'{"do": "save", "rows": [{"n": 1, "cells": []}]}',
     b'{"do": "save", "rows": [{"n": 1, "key": 5, "cells": {}}]}',
     b'{"do": "save", "rows": [{"n": 1, "key": "\\u0000", "cells": {}}]}',
     b'{"do": "save", "rows": [{"n": 1, "version": "1", "key": "5", "cells": {}}]}',
     b'{"do": "save", "rows": [{"n": 1, "cells": {}}, {"n": 1, "cells": {}}]}',
     b'{"do": "check", "rows": [{"n": 1, "cells": {"year": "\\ud800"}}]}',
     b'{"do": "paste", "cells": []}', b'{"do": "paste", "cells": [[1]], "fields": []}',
     b'{"do": "paste", "cells": [["x"]], "fields": [1]}'],
    ids=repr,
)  # fmt: skip
def test_what_is_no_grid_is_refused_in_words(world, body):
    answer = world.client("zhenjie").post(GRID, body, content_type="application/json")
    assert answer.status_code == 400
    assert answer.json()["detail"]


def test_no_more_rows_are_taken_than_are_done_at_once(world):
    rows = [{"n": number, "cells": {"year": "2020"}} for number in range(1, 2_002)]
    assert "2,000" in post(world, {"do": "save", "rows": rows}).json()["detail"]
    assert "2,000" in post(world, {"do": "paste", "cells": [["x"]] * 2_031, "fields": []}).json()["detail"]


def test_odd_cells_are_errors_of_their_cells(world):
    cells = {"village_code": OWN, "year": "2020", "households": ["3"], "debt": {"x": 1}, "note": "a\x00b", "who": "x"}
    errors = post(world, {"do": "save", "rows": [{"n": 7, "cells": cells}]}).json()["errors"]
    assert {(error["n"], error["field"]) for error in errors} >= {(7, "households"), (7, "debt")}
    assert not VillageFacts.objects.unscoped("test").exists()


def test_rows_are_numbered_as_on_the_screen_and_computed_columns_take_nothing_in(world):
    row = {"village_code": OWN, "year": "2020", "total_income": "999999", "operating_income": "5"}
    rows = [{"n": 12, "cells": row}, {"n": 40, "cells": row}]
    errors = post(world, {"do": "check", "rows": rows}).json()["errors"]
    assert [error["n"] for error in errors] == [12, 40]
    assert "第 12、40 行" in errors[0]["message"]
    assert post(world, {"do": "save", "rows": rows[:1]}).json()["created"] == 1
    assert VillageFacts.objects.unscoped("test").get().total_income == 5


# -- which row it is


def test_a_new_row_that_is_there_already_is_told_and_never_overwritten_unseen(world):
    facts(OWN, 2020, population=500)
    row = {"n": 3, "cells": {"village_code": "锅上", "year": "2020", "population": "600"}}
    (there,) = post(world, {"do": "check", "rows": [row]}).json()["there"]
    page = data(world)
    assert (there["n"], field(page, there["cells"], "population")) == (3, "500")
    answer = post(world, {"do": "save", "rows": [row]})
    assert answer.status_code == 409
    (conflict,) = answer.json()["conflicts"]
    assert (conflict["key"], conflict["version"]) == (there["key"], there["version"])
    assert VillageFacts.objects.unscoped("test").get().population == 500
    # The same figures as are stored overwrite nobody.
    same = row | {"cells": row["cells"] | {"population": "500"}}
    assert post(world, {"do": "save", "rows": [same]}).json()["unchanged"] == 1
    # Told which row it is, in its version, it is a change.
    known = row | {"key": there["key"], "version": there["version"]}
    assert post(world, {"do": "save", "rows": [known]}).json()["updated"] == 1


def test_one_row_told_twice_is_refused(world):
    stored = facts(OWN, 2020, population=500)
    rows = [
        {"n": 1, "key": str(stored.pk), "version": 1, "cells": {"village_code": OWN, "year": "2020", "debt": "1"}},
        {"n": 2, "key": str(stored.pk), "version": 1, "cells": {"village_code": OWN, "year": "2021", "debt": "2"}},
    ]
    answer = post(world, {"do": "save", "rows": rows})
    assert answer.status_code == 400
    assert "与第 1 行是同一条记录" in answer.json()["errors"][0]["message"]


def test_a_stale_row_keeps_the_good_ones_out_too(world):
    stored = facts(OWN, 2020, population=500)
    VillageFacts.objects.unscoped("test").filter(pk=stored.pk).update(population=501)
    rows = [
        {"n": 1, "key": str(stored.pk), "version": 1,
         "cells": {"village_code": OWN, "year": "2020", "population": "502"}},
        {"n": 2, "cells": {"village_code": NEXT, "year": "2020", "population": "700"}},
    ]  # fmt: skip
    answer = post(world, {"do": "save", "rows": rows})
    assert answer.status_code == 409
    assert [conflict["n"] for conflict in answer.json()["conflicts"]] == [1]
    assert VillageFacts.objects.unscoped("test").get().population == 501


def test_a_village_elsewhere_answers_as_one_that_is_nowhere(world):
    answers = [
        post(world, {"do": do, "rows": [{"n": 1, "cells": {"village_code": code, "year": "2020"}}]})
        for do in ("check", "save")
        for code in (FOREIGN, "371083102999")
    ]
    texts = [answer.content.decode().replace(FOREIGN, "CODE").replace("371083102999", "CODE") for answer in answers]
    assert texts[0] == texts[1] and texts[2] == texts[3]
    assert "没有找到" in texts[0]


def test_a_village_clerk_gets_his_village_only(world):
    facts(OWN, 2020), facts(NEXT, 2020), facts(FOREIGN, 2020)
    assert [field(data(world), row["cells"], "village_code") for row in data(world)["rows"]] == ["锅上", "院前"]
    page = data(world, username="cunji")
    assert [field(page, row["cells"], "village_code") for row in page["rows"]] == ["锅上"]
    assert len(data(world, f"?area={NEXT}")["rows"]) == 1
    assert data(world, "?area=37010")["rows"] == []


def test_a_masked_number_stays_as_it_is(world):
    url = reverse("members:grid")
    sample = PEOPLE_SAMPLES["members"]
    person = sample.make(world, TOWN, 1).person
    phone = person.phone
    page = world.client("zhenjie").get(url).context["data"]
    names = [column["field"] for column in page["columns"]]
    row = page["rows"][0]
    cells = dict(zip(names, row["cells"], strict=True))
    assert "*" in cells["phone"] and phone not in json.dumps(page)
    cells["name"] = "改了名"
    sent = {"n": 1, "key": row["key"], "version": row["version"], "cells": cells}
    answer = post(world, {"do": "save", "rows": [sent]}, url=url)
    assert answer.status_code == 200, answer.content.decode()
    assert Person.objects.unscoped("test").get(pk=person.pk).phone == phone
    # In a new row it is nobody's number.
    new = {"n": 2, "cells": sample.texts(world, TOWN, 5) | {"phone": cells["phone"]}}
    assert "隐去" in post(world, {"do": "save", "rows": [new]}, url=url).json()["errors"][0]["message"]


# -- pasted cells


def test_pasted_headings_are_recognised_and_rows_find_theirs(world):
    stored = facts(OWN, 2020, population=500)
    rows = ["某镇村情表\t\t\t", "序号\t村名\t人口\t年度", "1\t锅上村\t600\t2020"]
    rows += ["2\t院前\t700\t2020", "\t合计\t1,300\t"]
    told = paste(world, "\n".join(rows))
    assert told["headings"] and told["errors"] == []
    assert told["fields"] == ["village_code", "population", "year"]
    assert [row["cells"] for row in told["rows"]] == [["锅上村", "600", "2020"], ["院前", "700", "2020"]]
    assert [row.get("stored", {}).get("key") for row in told["rows"]] == [str(stored.pk), None]
    assert "“合计”行，未读取" in told["notes"][0]


def test_a_wrong_cell_does_not_hide_which_row_it_is(world):
    facts(OWN, 2020)
    told = paste(world, "村名\t年度\t户数\n锅上\t2020\t三百户")
    assert "stored" in told["rows"][0]


def test_pasted_headings_with_another_unit_are_refused(world):
    told = paste(world, "村名\t年度\t耕地面积（公顷）\n锅上\t2020\t94")
    assert "公顷" in told["errors"][0]


def test_cells_without_headings_are_matched_by_their_columns(world):
    facts(OWN, 2020)
    told = paste(world, "锅上\t2020\t326\n院前\t2020\t100\n海阳所\t2020\t5")
    assert not told["headings"]
    assert ["stored" in row for row in told["rows"]] == [True, False, False]
    assert told["rows"][1]["cells"] == ["院前", "2020", "100"]
    narrow = paste(world, "326\n100", fields=["households"])
    assert ["stored" in row for row in narrow["rows"]] == [False, False]


# -- carrying forward


def test_last_years_figures_start_the_rows_that_this_year_lacks(world):
    facts(OWN, 2025, population=500, note="旧"), facts(NEXT, 2025, population=700), facts(NEXT, 2026, population=701)
    facts(FOREIGN, 2025, population=900)
    answer = world.client("zhenjie").get(f"{GRID}?carry=2026&year=2026")
    page = answer.context["data"]
    assert page["rows"] == []
    (row,) = page["carried"]
    assert [field(page, row, name) for name in ("village_code", "year", "population", "note", "total_income")] == [
        "锅上", "2026", "500", "旧", ""
    ]  # fmt: skip
    assert "已把2025年的 1 行带到2026年" in answer.content.decode()
    assert "另有 1 行2026年已经填报" in answer.content.decode()
    names = [column["field"] for column in page["columns"] if not column["readonly"]]
    cells = {name: field(page, row, name) for name in names if field(page, row, name)}
    saved = post(world, {"do": "save", "rows": [{"n": 1, "cells": cells | {"population": "505"}}]})
    assert saved.json()["created"] == 1
    assert VillageFacts.objects.unscoped("test").get(village_id=OWN, year=2026).population == 505
    assert VillageFacts.objects.unscoped("test").get(village_id=OWN, year=2025).population == 500


@pytest.mark.parametrize("asked", ["", "2026Q3", "next", "99999", "0001"])
def test_what_is_no_year_carries_nothing(world, asked):
    facts(OWN, 2025)
    page = data(world, f"?carry={asked}")
    assert page["carried"] == [] and len(page["rows"]) == 1


def test_the_button_leads_to_the_year_that_is_looked_at(world):
    register = register_of("village-facts")
    assert button(register, {}) == {"label": "结转上年数据", "query": "carry=2026"}
    kept = button(register, {"year": "2024", "area": COUNTY, "cursor": "x", "q": ""})
    assert kept is not None and kept["query"] == f"area={COUNTY}&carry=2024"
    assert button(register_of("grids"), {}) is None
    page = world.client("zhenjie").get("/village-facts/?year=2024").content.decode()
    assert f"{GRID}?carry=2024" in page
    assert "结转上年数据" not in world.client("lingdao").get("/village-facts/").content.decode()

"""How names sound follows the names by every door: page, import, pasted cells, API, copies made in bulk, merges."""

import json

import pytest
from django.urls import reverse

from members.models import PartyOrganization
from registers.exchange import import_rows
from registers.ordering import is_stored
from registers.register import register_of, registers
from registers.sounds import with_sounds
from services.models import Grid
from tests.world import TOWN
from villages.models import Village

pytestmark = pytest.mark.django_db
GUOSHANG, YUANQIAN = f"{TOWN}223", f"{TOWN}224"


def heard(model=Grid):
    """(pinyin, initials) of the only row."""
    return model.objects.unscoped("test").values_list("pinyin", "initials").get()


def found(world, slug, text, username="zhenjie"):
    return [one["label"] for one in world.client(username).get(f"/lookup/{slug}/?q={text}").json()["results"]]


def test_a_branch_is_found_by_its_own_initials_and_only_in_the_own_scope(world):
    world.api("zhenjie").post(
        "/api/v1/party-organizations/", {"name": "海沟党支部", "kind": "branch", "area_code": GUOSHANG}
    )
    assert heard(PartyOrganization) == ("hai gou dang zhi bu", "hgdzb")
    for text in ("hg", "HGDZB", "dzb", "hai+gou", "海沟"):
        assert found(world, "party-organizations", text) == ["海沟党支部"], text
    assert found(world, "party-organizations", "hg", "qita") == []
    page = world.client("zhenjie").get(reverse("search"), {"q": "hgdzb"}).content.decode()
    assert "海沟党支部" in page


def test_the_sound_follows_the_name_by_every_door(world):
    by, client, api = world.user("zhenjie"), world.client("zhenjie"), world.api("zhenjie")
    facts = {"village_code": GUOSHANG, "name": "一号网格"}
    assert client.post("/grids/new/", facts).status_code == 302
    assert heard() == ("yi hao wang ge", "yhwg")
    row = Grid.objects.unscoped("test").get()
    changed = client.post(f"/grids/{row.pk}/edit/", facts | {"name": "西山网格", "version": row.version})
    assert changed.status_code == 302 and heard()[1] == "xswg"
    assert api.patch(f"/api/v1/grids/{row.pk}/", {"name": "东山网格", "version": row.version + 1}).status_code == 200
    assert heard()[1] == "dswg"
    cells = {
        "n": 1,
        "key": str(row.pk),
        "version": row.version + 2,
        "cells": {"village_code": GUOSHANG, "name": "南山网格"},
    }
    saved = client.post("/grids/grid/", json.dumps({"do": "save", "rows": [cells]}), content_type="application/json")
    assert saved.status_code == 200, saved.content
    assert heard() == ("nan shan wang ge", "nswg")
    row.refresh_from_db()
    register = register_of("grids")
    register.save_many(by=by, items=[({"name": "北山网格"}, row)])  # as an import changes many at once
    assert heard()[1] == "bswg"
    assert import_rows(register, by=by, data="村居\t网格名称\n院前\t锅底网格").created == 1
    rows = Grid.objects.unscoped("test").filter(village=YUANQIAN)
    assert rows.values_list("initials", flat=True).get() == "gdwg"
    rows.update(**with_sounds(Grid, "name", "湾头网格"))  # as a merge of villages renames what is named twice
    assert rows.values_list("name", "initials").get() == ("湾头网格", "wtwg")


def test_a_renamed_village_is_found_by_its_new_name(world):
    client = world.client("zhenjie")
    village = Village.objects.unscoped("test").get(pk=GUOSHANG)
    rows = [({"name": "海沟"}, village)]
    register_of("villages").save_many(by=world.user("zhenjie"), items=rows)
    village.refresh_from_db()
    assert (village.pinyin, village.initials) == ("haigoucun", "hgc")
    for text in ("hg", "haigou", "hai gou"):
        assert client.get("/villages/", {"q": text}).content.decode().count("海沟") >= 1, text
    assert "海沟" not in world.client("qita").get("/villages/", {"q": "hg"}).content.decode()


def test_whatever_a_register_searches_by_name_it_searches_by_initials_too():
    known_otherwise = {("villages", "area__name")}  # the village bears the name itself
    for register in registers():
        for path in register.search_fields:
            stem, _, rest = path.rpartition("name")
            if rest or not path.endswith("name") or (register.slug, path) in known_otherwise:
                continue
            if is_stored(register.model, f"{stem}initials"):
                assert f"{stem}initials" in register.search_fields, (register.slug, path)

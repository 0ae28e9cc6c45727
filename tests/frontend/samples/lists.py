"""Lists: none, one and many rows."""

# ruff: noqa: E501  (sample rows read better on one line)

from django import forms

from tests.frontend.samples.shell import TOWNS, VILLAGES

COLUMNS = [
    {
        "key": "name",
        "heading": "村名",
        "unit": "",
        "css": "name",
        "main": True,
        "sort_url": "?ordering=name",
        "sorted": "asc",
    },
    {"key": "code", "heading": "代码", "unit": "", "css": "quiet", "main": False},
    {"key": "town", "heading": "镇街", "unit": "", "css": "", "main": True},
    {"key": "federation", "heading": "所属新村", "unit": "", "css": "name", "main": False},
    {
        "key": "households",
        "heading": "户数",
        "unit": "户",
        "css": "num",
        "main": False,
        "sort_url": "?ordering=households",
    },
    {"key": "people", "heading": "人口", "unit": "人", "css": "num", "main": True},
    {"key": "land", "heading": "耕地面积", "unit": "亩", "css": "num", "main": False},
    {"key": "income", "heading": "集体经营性收入", "unit": "元", "css": "num", "main": False},
    {"key": "status", "heading": "状态", "unit": "", "css": "", "main": False},
    {"key": "updated", "heading": "更新日期", "unit": "", "css": "date quiet", "main": False},
]


def row(number):
    name = VILLAGES[number % len(VILLAGES)]
    tones = [("已填报", "done"), ("待审核", "waiting"), ("逾期", "late")]
    status, tone = tones[number % 3]
    texts = [
        name,
        f"371083103{200 + number}",
        TOWNS[number % 4],
        "湛江路新村",
        f"{180 + number * 37 % 400}",
        f"{1000 + number * 211 % 2400:,}",
        f"{900 + number * 133 % 3000:,}",
        f"{84000 + number * 71_333 % 2_000_000:,}.00",
        status,
        "2026-09-30",
    ]
    cells = [
        {"text": text, "css": column["css"], "column": column} for text, column in zip(texts, COLUMNS, strict=True)
    ]
    cells[3]["url"] = "/n/1/"
    cells[8]["tone"] = tone
    return {"url": f"/v/{number}/", "pk": 1000 + number, "cells": cells, "actions": [{"label": "编辑", "url": "#"}]}


class FilterForm(forms.Form):
    q = forms.CharField(label="村名", required=False)
    town = forms.ChoiceField(label="镇街", required=False, choices=[("", "全部"), ("1", "乳山口镇")])
    status = forms.ChoiceField(label="状态", required=False, choices=[("", "全部"), ("1", "已填报")])
    people_min = forms.IntegerField(label="人口不少于", required=False)
    people_max = forms.IntegerField(label="人口不超过", required=False)
    leader = forms.CharField(label="书记", required=False)


def list_page(rows=30, query="", **more):
    totals = [{"text": "", "css": column["css"], "column": column} for column in COLUMNS]
    for place, text in {0: "合计", 4: "12,461", 5: "25,104", 6: "61,200", 7: "18,340,000.00"}.items():
        totals[place]["text"] = text
    context = {
        "breadcrumbs": [{"title": "村情", "url": "/v/"}, {"title": "行政村", "url": ""}],
        "register": {
            "title": "行政村",
            "slug": "villages",
            "empty_text": "还没有行政村，可以从区划库一次载入本县的村。",
        },
        "columns": COLUMNS,
        "rows": [row(number) for number in range(rows)],
        "count": {0: "0", 1: "1"}.get(rows, "10,000+"),
        "totals": totals if rows > 1 else None,
        "totals_note": "合计按村去重，可能小于各新村之和。" if rows > 1 else "",
        "filter_form": FilterForm({"q": query}),
        "primary_filters": ["q", "town", "status"],
        "next_url": "?after=30" if rows > 1 else None,
        "previous_url": None,
        "page_size": 50,
        "query": f"q={query}" if query else "",
        "can_add": True,
        "urls": {
            "new": "/v/new/",
            "import": "/v/import/",
            "export": "/v/export.xlsx",
            "template": "/v/t.xlsx",
            "grid": "/v/grid/",
        },
        "row_actions": True,
        "bulk_actions": [
            {"label": "批量修改", "url": "/v/bulk/", "tone": "", "confirm": ""},
            {"label": "删除", "url": "/v/delete/", "tone": "danger", "confirm": "删除所选的行政村？"},
        ],
    }
    return context | more

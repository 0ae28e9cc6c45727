"""One record: its page, and its form with errors and after a conflict."""

# ruff: noqa: E501  (sample rows read better on one line)

from django import forms

from tests.frontend.samples.lists import COLUMNS, row
from tests.frontend.samples.shell import LONGEST


def detail_page(related_rows=5):
    related_columns = [COLUMNS[0], COLUMNS[2], COLUMNS[5], COLUMNS[8]]

    def short(number):
        whole = row(number)
        return whole | {"cells": [whole["cells"][place] for place in (0, 2, 5, 8)]}

    return {
        "breadcrumbs": [
            {"title": "联建", "url": "/n/"},
            {"title": "新村", "url": "/n/"},
            {"title": LONGEST, "url": ""},
        ],
        "object_title": LONGEST,
        "object_code": "371083103203",
        "status": {"text": "运行", "tone": "done"},
        "key_facts": [("镇街", "乳山口镇"), ("成员村", "6 个"), ("人口", "3,218 人")],
        "actions": [
            {"label": "编辑", "url": "/e/", "method": "get", "tone": "primary", "icon": "edit", "confirm": ""},
            {"label": "调整成员村", "url": "/a/", "method": "get", "tone": "", "confirm": ""},
            {
                "label": "撤销",
                "url": "/x/",
                "method": "post",
                "tone": "danger",
                "confirm": f"撤销“{LONGEST}”？撤销后积分按原村统计。",
            },
        ],
        "notices": [
            {"tone": "waiting", "text": "人口超过 2,000 人的参考上限，已记录理由。", "url": "#", "label": "查看理由"}
        ],
        "tabs": [
            {"title": "概况", "url": "#", "active": True, "badge": ""},
            {"title": "成员村", "url": "#", "active": False, "badge": "6"},
            {"title": "班子", "url": "#", "active": False, "badge": "5"},
            {"title": "项目", "url": "#", "active": False, "badge": ""},
            {"title": "积分", "url": "#", "active": False, "badge": ""},
        ],
        "fact_groups": [
            {
                "title": "基本情况",
                "facts": [
                    {"label": "类型", "value": "新村", "unit": "", "url": ""},
                    {"label": "联建模式", "value": "强村带弱村", "unit": "", "url": ""},
                    {"label": "联合党组织", "value": "湛江路新村联合党总支", "unit": "", "url": "#"},
                    {"label": "成立日期", "value": "2024-03-18", "unit": "", "url": ""},
                    {"label": "耕地面积", "value": "6,120.5", "unit": "亩", "url": ""},
                    {"label": "联系电话", "value": "", "unit": "", "url": ""},
                    {
                        "label": "联建理由",
                        "value": "同在湛江路沿线，强村合作社缺地缺劳力，周边小村有闲置土地，产业互补，历史上同属一个管区。",
                        "unit": "",
                        "url": "",
                        "wide": True,
                    },
                ],
            },
            {
                "title": "班子",
                "facts": [
                    {"label": "书记", "value": "唐明礼", "unit": "", "url": "#"},
                    {"label": "第一书记", "value": "宋晓敏", "unit": "", "url": "#"},
                ],
            },
        ],
        "related": [
            {
                "title": "成员村",
                "columns": related_columns,
                "rows": [short(number) for number in range(related_rows)],
                "all_url": "/v/",
                "empty": "",
                "count": "6",
                "add_url": "/v/new/",
                "add_label": "增加成员村",
            },
            {"title": "共建项目", "columns": related_columns, "rows": [], "all_url": "/", "empty": "还没有共建项目。"},
        ],
        "history": [
            {
                "when": "2026-11-18 09:12",
                "who": "于海燕",
                "what": "修改",
                "changes": [("人口", "3,190", "3,218"), ("联系电话", "0631-6688888", "")],
            },
            {"when": "2026-10-09 16:40", "who": "宋晓敏", "what": "班子换人", "changes": [("副书记", None, "姜洪波")]},
            {"when": "2024-03-18 10:00", "who": "市委组织部", "what": "批复", "changes": []},
        ],
        "version": 12345,
    }


# A number typed wrongly must come back as typed, so a text field with the digits' keyboard.
NUMBER = forms.TextInput(attrs={"inputmode": "decimal"})


class VillageForm(forms.Form):
    name = forms.CharField(label="村名", max_length=40, help_text="按民政部门批准的全称填写。")
    federation = forms.CharField(
        label="所属新村",
        required=False,
        widget=forms.TextInput(attrs={"data-lookup": "/lookup/", "data-lookup-label": "湛江路新村"}),
        help_text="输入名称或拼音首字母。",
    )
    kind = forms.ChoiceField(label="类别", choices=[("", "请选择"), ("v", "行政村"), ("c", "社区")])
    people = forms.IntegerField(label="户籍人口", min_value=0, widget=NUMBER)
    land = forms.DecimalField(label="耕地面积", max_value=100_000, required=False, widget=NUMBER)
    mode = forms.ChoiceField(
        label="联建模式", choices=[("a", "强村带弱村"), ("b", "优势互补"), ("c", "强强联合")], widget=forms.RadioSelect
    )
    public = forms.BooleanField(label="在村内公开", required=False)
    reason = forms.CharField(label="理由", required=False, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["people"].unit = "人"
        self.fields["land"].unit = "亩"
        self.fields["people"].help_text = "上一期 1,410 人。"


class MemberForm(forms.Form):
    village = forms.CharField(label="成员村")
    role = forms.ChoiceField(label="角色", choices=[("c", "中心村"), ("m", "成员村")])


def form_page(state=""):
    data = (
        {"name": LONGEST, "federation": "1", "kind": "", "people": "一千", "land": "1410", "mode": "a"}
        if state
        else None
    )
    form = VillageForm(
        data, initial=None if state else {"name": LONGEST, "people": 1410, "land": "1410.5", "mode": "a", "kind": "v"}
    )
    if state:
        form.is_valid()
    formset = forms.formset_factory(MemberForm, extra=2, can_delete=True)(prefix="members")
    conflict = None
    if state == "conflict":
        conflict = {
            "by": "宋晓敏",
            "at": "2026-11-20 09:31",
            "fields": [
                {"label": "户籍人口", "theirs": "1,402 人", "yours": "一千", "name": "people", "theirs_raw": "1402"},
                {"label": "类别", "theirs": "行政村", "yours": "", "name": "kind", "theirs_raw": "v"},
            ],
        }
    return {
        "breadcrumbs": [{"title": "行政村", "url": "/v/"}, {"title": "编辑", "url": ""}],
        "form_title": f"编辑“{LONGEST}”",
        "form": form,
        "groups": [
            {"title": "基本情况", "fields": [form["name"], form["federation"], form["kind"]]},
            {"title": "人口与土地", "fields": [form["people"], form["land"]]},
            {"title": "联建", "fields": [form["mode"], form["public"], form["reason"]]},
        ],
        "formsets": [{"formset": formset, "title": "成员村", "add_label": "加一个村"}],
        "version": 12345,
        "submit_label": "保存",
        "submit_again_label": "" if state else "保存并再新增",
        "cancel_url": "/v/",
        "warnings": ["人口 3,218 人，超过 2,000 人的参考上限，请在“理由”里说明。"] if state == "errors" else [],
        "conflict": conflict,
    }

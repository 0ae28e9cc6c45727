"""Contexts for every page kind, as views would hand them over: none, one and many rows, long names, errors."""

# ruff: noqa: E501  (sample rows read better on one line)

from types import SimpleNamespace

from django import forms

LONGEST = "坦洲镇十四村股份合作经济联合社"
VILLAGES = [
    "锅上村",
    "唐家村",
    "北唐家村",
    "小曲家埠村",
    "寨前村",
    "到根见村",
    LONGEST,
    "西海庄村",
    "秦家庄村",
    "安家村",
]
TOWNS = ["乳山口镇", "张家产镇", "成山镇", "河头店镇"]

SHELL = {
    "county_name": "乳山市",
    "user_role": "乳山口镇 · 填报人",
    "footer_note": "演示数据：人物与金额均为虚构",
    "user": SimpleNamespace(is_authenticated=True, name="于海燕", get_username="zhenjie"),
    "navigation": [
        {
            "title": "工作",
            "icon": "home",
            "items": [
                {"title": "工作台", "url": "/", "active": False, "badge": ""},
                {"title": "报送", "url": "/r/", "active": False, "badge": "3"},
            ],
        },
        {
            "title": "村情",
            "icon": "building-community",
            "items": [
                {"title": "行政村", "url": "/v/", "active": True, "badge": ""},
                {"title": "村基本情况", "url": "/f/", "active": False, "badge": "12"},
                {"title": "三资台账", "url": "/z/", "active": False, "badge": ""},
                {"title": "地图", "url": "/m/", "active": False, "badge": ""},
            ],
        },
        {
            "title": "党员与积分",
            "icon": "users",
            "items": [{"title": "党员", "url": "/p/", "active": False, "badge": ""}],
        },
        {
            "title": "联建",
            "icon": "affiliate",
            "items": [{"title": "新村", "url": "/n/", "active": False, "badge": ""}],
        },
        {
            "title": "服务",
            "icon": "heart-handshake",
            "items": [{"title": "网格", "url": "/g/", "active": False, "badge": ""}],
        },
        {
            "title": "报表",
            "icon": "chart-bar",
            "items": [{"title": "看板", "url": "/b/", "active": False, "badge": ""}],
        },
    ],
}

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


def import_page(state=""):
    errors = [
        {
            "sheet": "行政村",
            "row": 12 + number,
            "column": "耕地面积（亩）",
            "value": "1410公顷",
            "message": f"第 {12 + number} 行“耕地面积（亩）”填了“1410公顷”，这里按亩填，请换算后填写。",
            "right": "21150",
        }
        for number in range(8)
    ]
    errors.append(
        {"sheet": "行政村", "row": 31, "column": "村名", "value": "", "message": "第 31 行没有填村名，请补上。"}
    )
    result = {
        "file_name": "乳山口镇行政村2026三季度.xlsx",
        "saved": state == "saved",
        "created": "28",
        "updated": "13",
        "unchanged": "1,204",
        "errors": errors if state == "errors" else [],
        "error_count": len(errors) if state == "errors" else 0,
        "more_errors": 112 if state == "errors" else 0,
        "notes": [{"sheet": "行政村", "row": 5, "column": "耕地面积（亩）", "message": "“1410亩”已按 1410 录入。"}],
        "warning_count": 1,
        "warnings": [{"sheet": "行政村", "row": 9, "column": "户数", "message": "比上年少一半以上，请核对。"}],
        "confirm": None,
        "marked_url": "/marked.xlsx",
        "good": 33,
        "can_partial": True,
        "ambiguous": [
            {
                "name": "choose-12",
                "label": "第 12 行“王建国”有两位，是哪一位？",
                "choices": [
                    {"value": 1, "label": "王建国", "hint": "锅上村 · 1968年生 · 3710**********1234"},
                    {"value": 2, "label": "王建国", "hint": "唐家村 · 1981年生"},
                ],
            }
        ]
        if state == "ambiguous"
        else [],
        "token": "t0",
    }
    return {
        "breadcrumbs": [{"title": "行政村", "url": "/v/"}, {"title": "导入", "url": ""}],
        "register": {"title": "行政村", "slug": "villages"},
        "urls": {"template": "/t.xlsx", "list": "/v/"},
        "max_rows": "50,000",
        "max_size": "20 MB",
        "hints": ["村名可以写简称，有重名时会请您选一下。"],
        "result": result if state else None,
    }


def job_page(state="running"):
    results = [
        {"label": "查看结算结果", "url": "/r/", "main": True},
        {"label": "下载工作簿", "url": "/r.xlsx", "icon": "file-download"},
    ]
    return {
        "breadcrumbs": [{"title": "我的文件", "url": "/files/"}, {"title": "任务", "url": ""}],
        "job": {
            "title": "2026年第三季度积分试算",
            "state": state,
            "finished": state in {"done", "failed", "cancelled"},
            "step": "第 2 步，共 4 步：计算各村得分",
            "done": 100000 if state == "done" else 25104,
            "total": 100000 if state != "queued" else None,
            "elapsed": "1 分 20 秒",
            "remaining": "4 分钟",
            "progress_url": "/jobs/1/progress/",
            "cancel_url": "/jobs/1/cancel/",
            "retry_url": "/jobs/1/retry/",
            "message": "有 3 个村没有积分办法，未能试算。" if state == "failed" else "",
            "results": results if state == "done" else [],
            "errors": ["锅上村：没有 2026 年第三季度生效的积分办法。"] if state == "failed" else [],
        },
    }


def files_page(rows=3):
    file = {
        "name": "乳山口镇全镇台账2026年第三季度.xlsx",
        "url": "/f/1",
        "size": "1.2 MB",
        "made_at": "2026-11-20 09:31",
        "expires_at": "2026-12-20",
        "job_url": "/j/1",
        "job_title": "导出全镇台账",
    }
    job = {
        "title": "导入党员",
        "url": "/j/2",
        "state_text": "进行中",
        "tone": "info",
        "done": 1200,
        "total": 4000,
        "started": "09:40 开始",
    }
    return {"files": [file] * rows, "jobs": [job] if rows else [], "next_url": None, "previous_url": None}


FIGURES = [
    {"label": "行政村", "value": "41", "unit": "个", "url": "#", "trend": "flat", "trend_text": "与上季相同"},
    {"label": "新村", "value": "14", "unit": "个", "url": "#", "trend": "up", "trend_text": "比上季 +2"},
    {"label": "党员", "value": "1,812", "unit": "人", "url": "#", "trend": "down", "trend_text": "比上季 −6"},
    {"label": "人口", "value": "25,104", "unit": "人", "url": "#"},
    {
        "label": "集体经营性收入",
        "value": "1,834.00",
        "unit": "万元",
        "url": "#",
        "trend": "up",
        "trend_text": "同比 +8.3%",
        "meaning": "本年累计，不含补助收入；拆迁补偿不计。",
        "source_time": "2026-11-20 08:00",
    },
    {"label": "群众事项办结率", "value": "96.4", "unit": "%", "url": "#", "trend": "up", "trend_text": "比上季 +1.2"},
    {
        "label": "逾期事项",
        "value": "3",
        "unit": "件",
        "url": "#",
        "tone": "late",
        "trend": "down",
        "trend_text": "比上季 −4",
    },
    {"label": "本季议事", "value": "27", "unit": "次", "url": "#", "trend": "up", "trend_text": "比上季 +5"},
]


def home_page(rows=7):
    kinds = [
        ("late", "逾期 3 天", "填写", "第三季度村基本情况", LONGEST, "41 个村还差 3 个"),
        ("waiting", "今天到期", "复核", "党员积分申报", "湛江路新村", "待复核 12 条"),
        ("waiting", "还有 2 天", "填写", "党员议事代表活动", "唐家新村", ""),
        ("info", "还有 9 天", "报送", "联建工作季报", "", "县委组织部布置"),
    ]
    obligations = []
    for number in range(rows):
        tone, due_text, label, title, thing, note = kinds[min(number, 3)]
        item = {
            "title": title,
            "object": thing,
            "due": "2026-11-20",
            "due_text": due_text,
            "tone": tone,
            "url": "#",
            "label": label,
            "note": note,
        }
        obligations.append(item)
    recent = [
        {
            "when": "11-20 09:31",
            "who": "宋晓敏",
            "what": "审核通过",
            "object": "湛江路新村 2026年第三季度积分申报",
            "url": "#",
        },
        {"when": "11-19 17:02", "who": "于海燕", "what": "修改了", "object": LONGEST, "url": "#"},
    ]
    return {
        "period_text": "2026年第四季度",
        "obligations": obligations,
        "obligations_count": str(rows),
        "obligations_url": "#",
        "figures": FIGURES,
        "figures_title": "乳山口镇",
        "recent": recent if rows else [],
    }


def search_page(rows=3):
    groups = [
        {
            "title": "行政村",
            "icon": "building-community",
            "count": "12",
            "more_url": "#",
            "results": [
                {"title": name, "url": "#", "code": "371083103203", "hint": "乳山口镇"} for name in VILLAGES[:rows]
            ],
        },
        {
            "title": "新村",
            "icon": "affiliate",
            "results": [
                {"title": "唐家新村", "url": "#", "hint": "2 个成员村", "status": {"text": "运行", "tone": "done"}}
            ],
        },
    ]
    return {"query": "唐家", "groups": groups if rows else []}


def chart(kind="bar", **more):
    names = ["湛江路新村", "唐家新村", "寨前新村", "到根见新村", "西海庄新村", "秦家庄新村"]
    series = [
        {"name": "本期", "data": [96, 92, 88.5, 84, 80, 61]},
        {"name": "上年同期", "data": [90, 91, 80, 70, 82, 66]},
    ]
    if kind in {"pie", "hbar"}:
        series = series[:1]
    spec = {"type": kind, "unit": "分", "categories": names, "urls": ["/x/"] * 6, "series": series}
    columns = [{"heading": "新村", "css": ""}] + [{"heading": one["name"], "css": "num"} for one in series]
    rows = [[name, *[one["data"][place] for one in series]] for place, name in enumerate(names)]
    return {
        "id": f"chart-{kind}",
        "title": "新村积分均分",
        "meaning": "本季度各新村党员总分的平均数。",
        "source_time": "2026-11-20 08:00",
        "rows_url": "#",
        "export_url": "#",
        "spec": spec,
        "columns": columns,
        "rows": rows,
    } | more


PAGES = {
    "list-30": ("registers/list.html", lambda: list_page(30)),
    "list-1": ("registers/list.html", lambda: list_page(1, bulk_actions=None, row_actions=False)),
    "list-0": ("registers/list.html", lambda: list_page(0)),
    "list-none": ("registers/list.html", lambda: list_page(0, query="唐家", can_add=False)),
    "detail": ("registers/detail.html", detail_page),
    "detail-empty": ("registers/detail.html", lambda: detail_page(0)),
    "form": ("registers/form.html", form_page),
    "form-errors": ("registers/form.html", lambda: form_page("errors")),
    "form-conflict": ("registers/form.html", lambda: form_page("conflict")),
    "import": ("registers/import.html", import_page),
    "import-errors": ("registers/import.html", lambda: import_page("errors")),
    "import-ambiguous": ("registers/import.html", lambda: import_page("ambiguous")),
    "import-saved": ("registers/import.html", lambda: import_page("saved")),
    "job-queued": ("registers/job.html", lambda: job_page("queued")),
    "job-running": ("registers/job.html", lambda: job_page("running")),
    "job-done": ("registers/job.html", lambda: job_page("done")),
    "job-failed": ("registers/job.html", lambda: job_page("failed")),
    "files": ("registers/files.html", files_page),
    "files-0": ("registers/files.html", lambda: files_page(0)),
    "home": ("registers/home.html", home_page),
    "home-0": ("registers/home.html", lambda: home_page(0)),
    "search": ("registers/search.html", search_page),
    "search-0": ("registers/search.html", lambda: search_page(0)),
    "403": ("403.html", dict),
    "404": ("404.html", dict),
    "400": ("400.html", dict),
    "403-csrf": ("403_csrf.html", dict),
    "locked": ("errors/locked.html", lambda: {"minutes": 15}),
}

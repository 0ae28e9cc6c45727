"""The first page and what it opens: figures, search, charts."""

# ruff: noqa: E501  (sample rows read better on one line)

from tests.frontend.samples.shell import LONGEST, VILLAGES

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

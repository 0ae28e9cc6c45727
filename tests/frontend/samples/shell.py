"""What stands around every page, and names long enough to break it."""

# ruff: noqa: E501  (sample rows read better on one line)

from types import SimpleNamespace

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

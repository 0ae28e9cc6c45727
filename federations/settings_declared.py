"""What a county decides about its federations: the usual scale (P06), who approves, and what it calls them."""

from collections.abc import Callable

from members.models import PartyOrganization
from registers.models.setting import SettingDeclaration, declare_setting, setting

LOCAL_WORDS = ("新村", "联建片区")


def _whole(least: int, most: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not str(text).strip().isdigit() or not least <= int(text) <= most:
            raise ValueError(f"请填 {least} 到 {most} 之间的整数")
        return int(text)

    return parse


def _kinds(text: str) -> list[str]:
    """Organisation kinds by code or name, separated by 、 or commas; nothing means: the towns approve all."""
    known = {label: code for code, label in PartyOrganization.Kind.choices}
    found = []
    for part in filter(None, (part.strip() for part in str(text).replace("，", "、").replace(",", "、").split("、"))):
        code = known.get(part, part)
        if code not in PartyOrganization.JOINT_KINDS:
            names = "、".join(PartyOrganization.Kind(kind).label for kind in PartyOrganization.JOINT_KINDS)
            raise ValueError(f"“{part}”不是联合党组织类别，可填：{names}")
        found.append(str(code))
    return found


def _named(codes: list[str]) -> str:
    return "、".join(str(PartyOrganization.Kind(code).label) for code in codes)


def _word(text: str) -> str:
    if text.strip() not in LOCAL_WORDS:
        raise ValueError(f"请填{'或'.join(f'“{word}”' for word in LOCAL_WORDS)}")
    return text.strip()


def _items(text: str) -> list[str]:
    """Names separated by 、 or commas, each once."""
    parts = [part.strip() for part in str(text).replace("，", "、").replace(",", "、").split("、")]
    found = list(dict.fromkeys(filter(None, parts)))
    if not 1 <= len(found) <= 20:
        raise ValueError("请填 1 到 20 项，用顿号隔开")
    if long := next((item for item in found if len(item) > 18), ""):
        raise ValueError(f"“{long}”太长，每项不超过 18 个字")
    return found


VILLAGES_MIN, VILLAGES_MAX = "federations.villages_min", "federations.villages_max"
POPULATION_MIN, POPULATION_MAX = "federations.population_min", "federations.population_max"
COUNTY_APPROVES = "federations.county_approves"
LOCAL_WORD = "federations.local_word"
PREMISES_ITEMS = "federations.premises_items"
HANDOVER_MONTHS = "federations.handover_months"
# The items that the towns name (P13); what stands behind 三办一中心 and 7+1 a county spells out as it likes.
STANDARD = ["联合会议室", "党员活动室", "党群服务中心", "三办一中心", "“7+1”服务事项", "服务热线公示"]

for declaration in (
    SettingDeclaration(VILLAGES_MIN, "联建村数下限（个）", 3, _whole(1, 100), "低于下限须在批复前说明理由"),
    SettingDeclaration(VILLAGES_MAX, "联建村数上限（个）", 5, _whole(1, 100), "超过上限须在批复前说明理由"),
    SettingDeclaration(POPULATION_MIN, "联建人口下限（人）", 1000, _whole(0, 1_000_000), "户籍人口合计"),
    SettingDeclaration(POPULATION_MAX, "联建人口上限（人）", 2000, _whole(1, 1_000_000), "户籍人口合计"),
    SettingDeclaration(
        COUNTY_APPROVES,
        "由县级批复的联合党组织类别",
        ["joint_committee", "chain_committee"],
        _kinds,
        "其余类别由镇党委批复，报县委组织部备案。用顿号隔开",
        show=_named,
    ),
    SettingDeclaration(LOCAL_WORD, "本县对联建单位的叫法", "新村", _word, "“新村”或“联建片区”，用作新建时的默认类别"),
    SettingDeclaration(
        PREMISES_ITEMS,
        "联建场所建设标准",
        STANDARD,
        _items,
        "全部达到才算达标，用顿号隔开。改后在列表和指标里立即按新标准算",
        show="、".join,
    ),
    SettingDeclaration(
        HANDOVER_MONTHS,
        "模式B过渡期限（月）",
        24,
        _whole(1, 120),
        "镇领导任书记满这个期限的，提醒交接给强村书记；登记时可以另填应交接日期",
    ),
):
    declare_setting(declaration)


def approved_by_county(organization_kind: str, area_code: str) -> bool:
    """Whether the county, not the town, approves a federation with that kind of joint organisation."""
    return organization_kind in setting(COUNTY_APPROVES, area_code)

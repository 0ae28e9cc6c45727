"""What a county or a town may decide about points."""

from registers.models.setting import SettingDeclaration, declare_setting

_YES, _NO = {"是", "true", "1", "yes"}, {"否", "false", "0", "no", ""}


def _yes_or_no(text: str) -> bool:
    word = str(text).strip().lower()
    if word not in _YES | _NO:
        raise ValueError("请填写“是”或“否”")
    return word in _YES


def _working_days(text: str) -> int:
    if not str(text).strip().isdigit() or not 1 <= int(text) <= 60:
        raise ValueError("请填写 1–60 的整数（工作日）")
    return int(text)


TOWN_STEP_COVERS = declare_setting(
    SettingDeclaration(
        "claims.town_step_covers",
        "镇审定可一并办理前面的步骤",
        False,
        _yes_or_no,
        "开启后，镇审核人可以直接审定还没有初审、复核的申报，流转记录照样写明。",
        per_town=True,
    )
)
PUBLICATION_DAYS = declare_setting(
    SettingDeclaration("closes.publication_days", "季度结算公示期（工作日）", 5, _working_days)
)

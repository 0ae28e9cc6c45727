"""What a county or a town may decide about points."""

from collections.abc import Callable

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
STEP_DAYS = declare_setting(
    SettingDeclaration(
        "claims.step_days", "积分申报每一步的办理期限（工作日）", 5, _working_days,
        "从申报或上一步办理之日起算，过了期限的在待办和“办理期限”里标出。",
    )
)  # fmt: skip
PUBLICATION_DAYS = declare_setting(
    SettingDeclaration("closes.publication_days", "季度结算公示期（工作日）", 5, _working_days)
)


def _months(text: str) -> int:
    if not str(text).strip().isdigit() or int(text) > 120:  # noqa: PLR2004 -- ten years
        raise ValueError("请填写 0–120 的整数（月），0 为不作废")
    return int(text)


def _line(longest: int) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if len(text.strip()) > longest:
            raise ValueError(f"最多 {longest} 个字")
        return text.strip()

    return parse


SUPERVISION_PHONE = declare_setting(
    SettingDeclaration("closes.supervision_phone", "积分公示的监督电话", "", _line(40), "印在公示表上", per_town=True)
)
OBJECTION_RECEIVER = declare_setting(
    SettingDeclaration(
        "closes.objection_receiver", "积分公示的异议受理人", "", _line(40), "姓名和职务，印在公示表上", per_town=True
    )
)
MASK_IN_VILLAGE = declare_setting(
    SettingDeclaration(
        "closes.mask_in_village", "村内公示隐去姓名中间字", False, _yes_or_no, "默认村内公示全名。", per_town=True
    )
)
MASK_BEYOND_VILLAGE = declare_setting(
    SettingDeclaration(
        "closes.mask_beyond_village", "村外公示隐去姓名中间字", True, _yes_or_no,
        "联建单位、镇街的公示表贴到别的村，默认隐去。", per_town=True,
    )
)  # fmt: skip
REDEEM_MEMBERS = declare_setting(
    SettingDeclaration(
        "points.redeem_members", "党员积分可以兑换物品", False, _yes_or_no,
        "村民户、村民代表的积分可以兑换；党员的默认不兑换。开启后，此后审定的季度入账。",
    )
)  # fmt: skip
EXPIRE_MONTHS = declare_setting(
    SettingDeclaration(
        "points.expire_months", "可兑换积分多久作废（月）", 0, _months,
        "从入账之日算起，先入账的先用；0 为不作废。只影响兑换，不影响得分和名次。",
    )
)  # fmt: skip

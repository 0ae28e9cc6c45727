"""The demo's accounts, one for each role (DESIGN 5), and a second for what two people of the county must do."""

from dataclasses import dataclass


@dataclass(frozen=True)
class DemoAccount:
    username: str
    name: str
    unit: str
    role: str
    scope_kind: str
    scope_key: str


DEMO_ACCOUNTS = (
    DemoAccount("zhenjie", "于海燕", "乳山口镇", "town_clerk", "area", "371083101"),
    DemoAccount("zhenshen", "宋立新", "乳山口镇", "town_reviewer", "area", "371083101"),
    DemoAccount("zhenzhang", "姜卫东", "乳山口镇", "town_signer", "area", "371083101"),
    DemoAccount("xianji", "王静", "乳山市委组织部", "county_reviewer", "area", "371083"),
    DemoAccount("xianfu", "周文博", "乳山市委组织部", "county_reviewer", "area", "371083"),
    DemoAccount("lingdao", "刘建国", "乳山市", "county_leader", "area", "371083"),
    DemoAccount("lianjian", "常德胜", "湛江路新村", "federation_secretary", "federation", "湛江路新村"),
    DemoAccount("cunji", "郭秀英", "锅上村", "village_clerk", "area", "371083101223"),
    DemoAccount("qita", "徐明", "海阳所镇", "town_clerk", "area", "371083102"),
    DemoAccount("sysadmin", "系统管理员", "乳山市", "system_administrator", "installation", ""),
    DemoAccount("secadmin", "安全管理员", "乳山市", "security_administrator", "installation", ""),
    DemoAccount("auditor", "安全审计员", "乳山市", "security_auditor", "installation", ""),
)

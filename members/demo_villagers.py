"""The demo's books of villagers (P22): the representatives' and the households', never ranked together."""

from collections.abc import Mapping
from dataclasses import dataclass

from members.models.subjects import SubjectKind
from members.points.content import CategoryContent, GradeContent, ItemContent, SchemeContent


@dataclass(frozen=True)
class Book:
    """A scheme, what its entries say by item, how often each comes, and what their sources begin with."""

    scheme: SchemeContent
    reasons: Mapping[str, str]
    weights: tuple[int, ...]
    prefix: str


HOUSEHOLDS = Book(
    SchemeContent(
        code="CMH",
        name="乳山市村民自治积分管理办法",
        subject_kind=SubjectKind.HOUSEHOLD,
        from_quarter="2025Q4",
        base=600,
        floor=0,
        categories=(
            CategoryContent("HJ", "环境整治", 120),
            CategoryContent("GY", "公益服务", 150),
            CategoryContent("WM", "文明新风", 100),
        ),
        items=(
            ItemContent("HJ01", "房前屋后整洁", "HJ", 20, 60),
            ItemContent("HJ02", "参加村庄清理", "HJ", 20, 80),
            ItemContent("HJ03", "乱堆乱放，经提醒未改", "HJ", -20),
            ItemContent("GY01", "参加志愿服务", "GY", 15, 90),
            ItemContent("GY02", "护林防火值班", "GY", 10, 60),
            ItemContent("GY03", "照料邻里老人", "GY", 20, 80),
            ItemContent("WM01", "参加农民夜校", "WM", 10, 40),
            ItemContent("WM02", "评为村级文明户", "WM", 50),
        ),
        grades=(GradeContent("优秀", 750), GradeContent("良好", 680), GradeContent("合格", 0)),
    ),
    reasons={
        "HJ01": "月度评比合格",
        "HJ02": "清理沟渠一次",
        "HJ03": "柴草堆放占道",
        "GY01": "为老人理发、打扫",
        "GY02": "山头值守一班",
        "GY03": "为邻居老人送饭",
        "WM01": "夜校一课",
        "WM02": "年度文明户",
    },
    weights=(12, 10, 1, 9, 7, 6, 6, 1),
    prefix="户",
)
REPRESENTATIVES = Book(
    SchemeContent(
        code="CMDB",
        name="乳山市村民代表模范积分管理办法",
        subject_kind=SubjectKind.REPRESENTATIVE,
        from_quarter="2025Q4",
        base=600,
        floor=0,
        categories=(
            CategoryContent("YS", "议事履职", 150),
            CategoryContent("LX", "联系群众", 120),
            CategoryContent("DT", "带头示范", 120),
        ),
        items=(
            ItemContent("YS01", "参加村民代表会议", "YS", 20, 80),
            ItemContent("YS02", "参加圆桌协商", "YS", 15, 60),
            ItemContent("YS03", "提出建议并被采纳", "YS", 30, 60),
            ItemContent("YS04", "无故缺席村民代表会议", "YS", -20),
            ItemContent("LX01", "走访联系户", "LX", 10, 60),
            ItemContent("LX02", "反映并跟进村民意见", "LX", 15, 60),
            ItemContent("DT01", "带头参加村庄清理", "DT", 20, 60),
            ItemContent("DT02", "护林防火值班", "DT", 10, 60),
        ),
        grades=(GradeContent("优秀", 860), GradeContent("良好", 780), GradeContent("合格", 0)),
    ),
    reasons={
        "YS01": "季度村民代表会议",
        "YS02": "村头圆桌议事",
        "YS03": "关于路灯布点的建议被采纳",
        "YS04": "无故缺席一次",
        "LX01": "走访联系的几户",
        "LX02": "反映用水问题并答复",
        "DT01": "清理沟渠一次",
        "DT02": "山头值守一班",
    },
    weights=(12, 8, 2, 1, 12, 6, 9, 6),
    prefix="代表",
)

"""What may not be scored, and what only sounds like it (design §1.7, P24)."""

import pytest

from members.points.forbidden import TOPICS, refusal

REFUSED = {
    "信访": (
        "本季度无信访",
        "越级上访",
        "化解信 访积案",
        "进京访扣分",
        "不越级反映问题",
        "息诉罢访",
        "无12345投诉扣分",
        "拨打12345热线扣分",
        "向上级举报扣分",
    ),
    "宗教": ("不参加宗教活动", "举报非法传教", "带头不信教", "不进教堂", "不参加教会活动", "不拜佛", "没有入教"),
    "保险缴费": (
        "按时缴纳医保",
        "养老保险缴费",
        "居民医保全家参保",
        "代收合作医疗费并缴清",
        "农业保险投保",
        "交医保",
        "交清全家养老保险",
        "参加城乡居民基本医疗保险",
        "代收医保费",
        "保险费收缴",
        "购买惠民保",
        "买商业保险",
    ),
    "捐款捐物": (
        "向慈善总会捐款",
        "向农家书屋捐书",
        "爱心捐赠",
        "捐资修路",
        "为灾区募捐",
        "捐 1000 元",
        "慈善一日捐",
        "献爱心捐粮",
        "赞助村集体活动",
        "自愿出资修路",
    ),
    "点赞转发": (
        "为视频点赞",
        "转发朋友圈",
        "关注“乳山先锋”公众号",
        "抖音号加关注",
        "每周转发 3 条",
        "转载正能量文章",
        "转评赞任务",
        "分享村视频号",
        "一键三连",
    ),
    "同意拆迁征地": (
        "带头签订拆迁协议",
        "征地签字",
        "配合房屋征收",
        "主动腾退宅基地",
        "支持整村搬迁",
        "同意征收",
        "同意棚改",
        "签订征收补偿协议",
        "旧村改造带头签约",
        "支持房屋拆除",
        "同意自家院墙拆除",
    ),
    "子女成绩": (
        "子女考上大学",
        "孩子成绩优秀",
        "儿女被重点高中录取",
        "子女升学",
        "孩子期末前三名",
        "家中学生获奖学金",
        "小孩成绩优异",
        "孙子保送名校",
        "子女优秀",
    ),
    "登录打卡": ("每日登录学习强国", "ＡＰＰ签到", "学习强国积分", "手机打卡", "下载注册小程序"),
}
ALLOWED = (
    "参加主题党日", "参加环境整治义务劳动", "走访困难户", "入户走访", "宣传教育群众", "诚信教育课", "街道教育活动",
    "担任信访接待员", "网上访谈嘉宾", "晚上访问独居老人", "通过微信访谈搜集意见", "关注困难老人", "关注留守儿童",
    "搬运捐赠物资", "分拣捐赠物资", "宣传医保政策", "帮老人代办医保报销", "帮扶搬迁户", "支持搬迁户就业",
    "拆除自家违建", "不办升学宴", "大学生志愿服务", "高考志愿服务接送学生", "礼拜天义务劳动", "会议签到引导",
    "教老人使用手机", "党课考试成绩优秀", "无偿献血", "护林防火值班", "教会老人做操", "举办庙会秩序维护",
    "捐献造血干细胞", "防范非法集资宣传", "帮助提交医保材料", "参加医保政策宣传", "收集社保卡信息", "办理 12345 工单",
    "水费征收公示", "拆除危墙", "投入教育帮扶", "分享种植经验", "照看留守孩子", "接送孩子上学", "环保费用公示",
    "反映上级惠农政策",
    "被上级通报批评扣分",
    "及时向上级反映群众困难",
)  # fmt: skip


@pytest.mark.parametrize("topic", REFUSED)
def test_each_topic_is_refused_with_its_name_and_reason(topic):
    why = next(one.why for one in TOPICS if one.name == topic)
    for text in REFUSED[topic]:
        sentence = refusal(text)
        assert f"“{text}”涉及{topic}（" in sentence and sentence.endswith(why), (text, sentence)


def test_every_topic_is_drilled():
    assert {topic.name for topic in TOPICS} == set(REFUSED)


def test_words_that_only_contain_them_are_let_through():
    assert [(text, refusal(text)) for text in ALLOWED if refusal(text)] == []


def test_nothing_is_made_innocent_by_standing_beside_something_innocent():
    assert "信访" in refusal("信访接待和劝返上访") and "同意拆迁征地" in refusal("帮扶搬迁户并带头拆迁")

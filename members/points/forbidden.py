"""What is never scored (P24; design §1.7): petitions, religion, insurance payments, donations, likes and shares,
consent to demolition, children's marks, and the use of an app.

One place for every list by which people or villages are measured: the items of point schemes, and whoever assesses
cadres or villages. A topic is met by a word, or by two words that stand in one text (关注 and 公众号), because many
of the words alone are innocent: 关注困难老人 is care, 宣传教育 merely contains 传教. Phrases that contain a word and
mean something else are taken out before looking.
"""

import re
import unicodedata
from dataclasses import dataclass


@dataclass(frozen=True)
class Topic:
    """`words` alone tell it; so does a phrase of `forms`, or one of `things` together with one of `deeds`.

    `innocent` phrases are passed over. `why` ends the sentence that refuses it: the reason, and what would be right.
    """

    name: str
    why: str
    words: tuple[str, ...] = ()
    forms: tuple[re.Pattern[str], ...] = ()
    things: tuple[str, ...] = ()
    deeds: tuple[str, ...] = ()
    innocent: tuple[str, ...] = ()

    def met(self, text: str) -> str:
        """The word (or words, joined by 、) of a plain text that tell this topic; empty where there is none."""
        # Longer phrases first: “微信访谈” goes before “信访” could be seen in what is left of it.
        for phrase in sorted(self.innocent, key=len, reverse=True):
            text = text.replace(phrase, "　")
        for word in self.words:
            if word in text:
                return word
        for form in self.forms:
            if found := form.search(text):
                return found.group()
        thing = next((word for word in self.things if word in text), "")
        deed = next((word for word in self.deeds if word in text), "")
        return f"{thing}、{deed}" if thing and deed else ""


# Insurances as people call them: “城乡居民基本医疗保险”, “新农合”. What follows may make it advice and not a payment.
_INSURANCE = (
    "(?:城乡|居民|农村|基本|新型|个人|全家|商业|意外|农业|财产|补充|大病|医疗|养老|社会|职工)*"
    "(?:保险|医保|社保|合作医疗|新农合|惠民保)(?!卡|政策|宣传|知识|培训|讲座|业务|材料|资料|档案|报销)"
)
_CHILD = "(?:子女|孩子|小孩|儿女|儿子|女儿|孙子|孙女|孙辈|娃)"

TOPICS = (
    Topic(
        "信访",
        "反映问题是群众的权利，不能拿来加分或扣分。",
        words=("信访", "上访", "越级", "进京访", "缠访", "闹访", "非访", "息访", "罢访", "息诉",
               "上级举报", "上级投诉", "上级告状"),
        # Complaints by telephone are the same right; handling what others complained of is work.
        things=("12345", "市长热线", "政务热线"),
        deeds=("拨打", "不打", "举报", "扣分", "无投诉", "零投诉", "不投诉", "被投诉", "投诉扣"),
        # Receiving visitors is an office one holds; the others only contain the characters.
        innocent=("信访接待", "信访专员", "信访代理员", "微信访", "通信访",
                  "晚上访", "早上访", "网上访", "线上访", "马上访", "上访谈", "上访友"),
    ),
    Topic(
        "宗教",
        "信不信教是个人的自由，不能拿来加分或扣分。",
        words=("宗教", "信教", "传教", "入教", "基督教", "天主教", "伊斯兰教", "佛教", "道教", "教徒", "信徒", "信佛",
               "教堂", "寺庙", "寺院", "清真寺", "做礼拜", "拜佛", "念佛", "礼佛", "诵经", "家庭教会",
               "参加教会", "去教会", "教会活动", "教会聚会"),
        innocent=("诚信教", "微信教", "信教育", "信教学", "宣传教", "传教育", "传教学", "投入教", "融入教", "入教育",
                  "入教学", "入教室", "街道教", "频道教", "道教育", "道教学"),
    ),
    Topic(
        "保险缴费",
        "参保缴费由各人自愿，不能拿来加分或扣分；可以改记帮办代办等服务。",
        words=("参保", "投保", "续保", "保险费", "医保费", "社保费"),
        forms=(re.compile(f"(?:交|收|买|购|参加|加入)(?:清|齐|纳|了)?{_INSURANCE}"),),
        things=("医保", "医疗保险", "合作医疗", "新农合", "养老保险", "社保", "社会保险", "居民保险", "农业保险",
                "惠民保"),
        deeds=("缴", "交费", "交纳", "交钱", "购买"),
    ),
    Topic(
        "捐款捐物",
        "捐不捐、捐多少全凭自愿，不能换积分；可以改记参加志愿服务。",
        words=("捐款", "捐资", "捐钱", "捐物", "捐书", "捐衣", "捐赠", "捐助", "捐献", "捐出", "募捐", "认捐", "义捐",
               "捐", "善款", "赞助", "出资", "集资"),
        # The work done with what others gave; and what is given of one's own body to a sick person.
        innocent=("搬运捐赠物资", "整理捐赠物资", "分拣捐赠物资", "分发捐赠物资",
                  "捐赠物资搬运", "捐赠物资整理", "捐赠物资分拣", "捐赠物资分发",
                  "捐献造血干细胞", "造血干细胞捐献", "非法集资"),
    ),
    Topic(
        "点赞转发",
        "网上点赞、转发、关注属于指尖上的形式主义，不得计分；可以改记线下做的事。",
        words=("点赞", "集赞", "转评", "评赞", "转发", "转载", "加关注", "涨粉", "刷屏", "朋友圈", "一键三连", "跟帖",
               "网络投票", "阅读量", "浏览量", "播放量"),
        things=("关注", "分享"),
        deeds=("公众号", "视频号", "抖音", "快手", "微信", "微博", "账号", "官微", "小程序", "平台", "链接"),
    ),
    Topic(
        "同意拆迁征地",
        "签不签、搬不搬要依法由本人决定，不能拿来加分或扣分。",
        forms=(re.compile("(?:同意|签字).{0,6}拆"), re.compile("征收(?:补偿|安置)?协议")),
        things=("拆迁", "征地", "征迁", "房屋征收", "土地征收", "征收", "棚改", "棚户区改造", "旧村改造", "旧改",
                "搬迁", "腾退", "拆旧", "拆房", "房屋拆除", "拆除房屋", "合村并居", "撤村并居"),
        deeds=("签", "同意", "配合", "支持", "带头", "主动", "率先", "按期", "按时", "协议"),
        innocent=("搬迁户", "搬迁群众", "搬迁安置点", "拆迁户", "费征收", "费用征收", "税款征收"),
    ),
    Topic(
        "子女成绩",
        "孩子的成绩和升学与大人的表现无关，也不得收集未成年人的信息。",
        words=("升学", "高考成绩", "中考成绩", "考上大学", "考上高中", "考取大学", "奖学金"),
        forms=(re.compile(
            f"{_CHILD}.{{0,8}}(?:成绩|优秀|优异|名次|前[一二三四五六七八九十0-9]+|重点|名校|985|211|研究生|博士"
            "|保送|考上|考取|考入|考出)"
        ),),
        things=("子女", "孩子", "小孩", "儿女", "学生", "学子"),
        deeds=("成绩", "考上", "考取", "考入", "录取", "三好"),
        innocent=("升学宴",),  # doing without the feast is a custom, not a mark
    ),
    Topic(
        "登录打卡",
        "用不用手机软件不计分，这里也不做打卡和登录排名；可以改记实际参加的活动。",
        words=("登录", "登陆", "打卡", "日活"),
        things=("app", "学习强国", "小程序", "平台", "软件", "客户端", "公众号", "手机端"),
        deeds=("签到", "注册", "下载", "安装", "积分", "时长"),
        innocent=("帮老人安装", "帮助老人安装", "教老人安装"),
    ),
)  # fmt: skip


def refusal(text: str) -> str:
    """Why something of this name may not be scored or assessed, as a sentence; empty where nothing stands against it.

    >>> refusal("参加志愿服务")
    ''
    >>> refusal("爱心捐 款")[:22]
    '“爱心捐 款”涉及捐款捐物（捐款），不能'
    """
    plain = _plain(text)
    for topic in TOPICS:
        if word := topic.met(plain):
            return f"“{text.strip()}”涉及{topic.name}（{word}），不能列入：{topic.why}"
    return ""


def _plain(text: str) -> str:
    """Letters and figures only, half-width and small: 信 访 and ＡＰＰ are read as what they say."""
    return "".join(sign for sign in unicodedata.normalize("NFKC", text).lower() if sign.isalnum())

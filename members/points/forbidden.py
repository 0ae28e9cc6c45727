"""What is never scored (P24; design §1.7): petitions, religion, insurance payments, donations, likes and shares,
consent to demolition, children's marks, and the use of an app.

One place for every list by which people or villages are measured: the items of point schemes, and whoever assesses
cadres or villages. A topic is met by a word, or by two words that stand in one text (关注 and 公众号), because many
of the words alone are innocent: 关注困难老人 is care, 宣传教育 merely contains 传教. Phrases that contain a word and
mean something else are taken out before looking.
"""

import unicodedata
from dataclasses import dataclass


@dataclass(frozen=True)
class Topic:
    """`words` alone tell it; so does one of `things` together with one of `deeds`. `innocent` phrases are passed over.

    `why` ends the sentence that refuses it: the reason, and what would be right.
    """

    name: str
    why: str
    words: tuple[str, ...] = ()
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
        thing = next((word for word in self.things if word in text), "")
        deed = next((word for word in self.deeds if word in text), "")
        return f"{thing}、{deed}" if thing and deed else ""


TOPICS = (
    Topic(
        "信访",
        "反映问题是群众的权利，不能拿来加分或扣分。",
        words=("信访", "上访", "越级访", "进京访", "缠访", "闹访", "非访"),
        # Receiving visitors is an office one holds; the others only contain the characters.
        innocent=("信访接待", "信访专员", "信访代理员", "微信访", "通信访",
                  "晚上访", "早上访", "网上访", "线上访", "马上访", "上访谈", "上访友"),
    ),
    Topic(
        "宗教",
        "信不信教是个人的自由，不能拿来加分或扣分。",
        words=("宗教", "信教", "传教", "基督教", "天主教", "伊斯兰教", "佛教", "道教", "教徒", "信徒",
               "教堂", "寺庙", "寺院", "清真寺", "做礼拜", "烧香拜佛"),
        innocent=("诚信教", "微信教", "信教育", "信教学", "宣传教", "传教育", "传教学",
                  "街道教", "频道教", "道教育", "道教学"),
    ),
    Topic(
        "保险缴费",
        "参保缴费由各人自愿，不能拿来加分或扣分；可以改记帮办代办等服务。",
        words=("参保", "投保", "续保"),
        things=("医保", "医疗保险", "合作医疗", "新农合", "养老保险", "社保", "社会保险", "居民保险", "农业保险"),
        deeds=("缴", "交费", "交纳", "交钱", "购买"),
    ),
    Topic(
        "捐款捐物",
        "捐不捐、捐多少全凭自愿，不能换积分；可以改记参加志愿服务。",
        words=("捐款", "捐资", "捐钱", "捐物", "捐书", "捐衣", "捐赠", "捐助", "捐献", "捐出",
               "募捐", "认捐", "义捐", "善款"),
        # The work done with what others gave.
        innocent=("搬运捐赠物资", "整理捐赠物资", "分拣捐赠物资", "分发捐赠物资",
                  "捐赠物资搬运", "捐赠物资整理", "捐赠物资分拣", "捐赠物资分发"),
    ),
    Topic(
        "点赞转发",
        "网上点赞、转发、关注属于指尖上的形式主义，不得计分；可以改记线下做的事。",
        words=("点赞", "集赞", "转发", "加关注", "涨粉", "刷屏", "朋友圈"),
        things=("关注",),
        deeds=("公众号", "视频号", "抖音", "快手", "微信", "微博", "账号", "官微", "小程序", "平台"),
    ),
    Topic(
        "同意拆迁征地",
        "签不签、搬不搬要依法由本人决定，不能拿来加分或扣分。",
        things=("拆迁", "征地", "征迁", "房屋征收", "土地征收", "搬迁", "腾退", "拆旧"),
        deeds=("签", "同意", "配合", "支持", "带头", "主动", "率先", "按期", "按时", "协议"),
        innocent=("搬迁户", "搬迁群众", "搬迁安置点", "拆迁户"),
    ),
    Topic(
        "子女成绩",
        "孩子的成绩和升学与大人的表现无关，也不得收集未成年人的信息。",
        words=("升学", "高考成绩", "中考成绩", "考上大学", "考上高中", "考取大学"),
        things=("子女", "孩子", "儿女", "学生", "学子"),
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

"""Pinyin of names, for search by sound and for sorting (the database has no Chinese collation).

pypinyin reads single characters by their commonest sound; places and surnames with another reading are loaded here.
Syllables come without tones, ü as v: 湛江路 → `zhan jiang lu` and `zjl`.
"""

import re
from functools import cache

from pypinyin import Style, lazy_pinyin, load_phrases_dict
from pypinyin.constants import PHRASES_DICT

_SHORT = 4  # characters of a person's name; its readings are looked up one by one, a rosterful of them fast
_IDEOGRAPHS = re.compile("[\u4e00-\u9fff]+")

# Readings that pypinyin 0.55 gets wrong, or right only with the word's usual ending beside it.
_PLACES = {
    "单县": "shàn xiàn",
    "长治": "cháng zhì",
    "郫都": "pí dū",
    "乐陵": "lào líng",
    "莘县": "shēn xiàn",
    "东阿": "dōng ē",
    "阿城": "ē chéng",
    "六安": "lù ān",
    "六合": "lù hé",
    "铅山": "yán shān",
    "蚌埠": "bèng bù",
    "亳州": "bó zhōu",
    "歙县": "shè xiàn",
    "黟县": "yī xiàn",
    "浚县": "xùn xiàn",
    "泌阳": "bì yáng",
    "番禺": "pān yú",
    "大埔": "dà bù",
    "东莞": "dōng guǎn",
    "高要": "gāo yāo",
    "台州": "tāi zhōu",
    "天台": "tiān tāi",
    "丽水": "lí shuǐ",
    "乐清": "yuè qīng",
    "勐海": "měng hǎi",
    "朝阳": "cháo yáng",
    "渑池": "miǎn chí",
    "洪洞": "hóng tóng",
    "临朐": "lín qú",
    "即墨": "jí mò",
    "牟平": "mù píng",
    "曲阜": "qū fù",
    "兖州": "yǎn zhōu",
    "郯城": "tán chéng",
    "鄄城": "juàn chéng",
    "茌平": "chí píng",
    "无棣": "wú dì",
    "莒县": "jǔ xiàn",
    "荥阳": "xíng yáng",
    "盱眙": "xū yí",
    "邗江": "hán jiāng",
    "长子县": "zhǎng zǐ xiàn",
    "尉犁": "yù lí",
    "巴音郭楞": "bā yīn guō léng",
    "蔚县": "yù xiàn",
    "蠡县": "lǐ xiàn",
    "井陉": "jǐng xíng",
    "乐亭": "lào tíng",
    "大城县": "dài chéng xiàn",
    "珲春": "hún chūn",
    "桦甸": "huà diàn",
    "繁峙": "fán shì",
    "隰县": "xí xiàn",
    "解州": "xiè zhōu",
    "汝南": "rǔ nán",
    "监利": "jiàn lì",
    "黄陂": "huáng pí",
    "郧阳": "yún yáng",
    "秭归": "zǐ guī",
    "耒阳": "lěi yáng",
    "郴州": "chēn zhōu",
    "涪陵": "fú líng",
    "綦江": "qí jiāng",
    "犍为": "qián wéi",
    "筠连": "jūn lián",
    "会理": "huì lǐ",
    "枞阳": "zōng yáng",
    "涡阳": "guō yáng",
}

# A surname's reading where the character is commonly read otherwise.
_SURNAMES = {
    "单": "shan",
    "曾": "zeng",
    "解": "xie",
    "仇": "qiu",
    "区": "ou",
    "查": "zha",
    "任": "ren",
    "盖": "ge",
    "朴": "piao",
    "覃": "qin",
    "乐": "yue",
    "员": "yun",
    "召": "shao",
    "折": "she",
    "种": "chong",
    "秘": "bi",
    "繁": "po",
    "能": "nai",
    "隗": "wei",
    "都": "du",
    "洗": "xian",
    "尉": "wei",
    "万": "wan",
}
_DOUBLE_SURNAMES = {
    "尉迟": ["yu", "chi"],
    "万俟": ["mo", "qi"],
    "单于": ["chan", "yu"],
    "长孙": ["zhang", "sun"],
    "令狐": ["ling", "hu"],
    "澹台": ["tan", "tai"],
    "宰父": ["zai", "fu"],
}


@cache
def _load() -> None:
    load_phrases_dict({name: [[syllable] for syllable in sound.split()] for name, sound in _PLACES.items()})


def syllables(name: str) -> list[str]:
    """The syllables of a place's or organisation's name; runs of other letters and digits stay whole."""
    _load()
    if len(name) <= _SHORT and _IDEOGRAPHS.fullmatch(name) and not _holds_a_phrase(name):
        return [_syllable(character) for character in name]
    return [part.strip().lower() for part in lazy_pinyin(name, style=Style.NORMAL) if part.strip()]


def _holds_a_phrase(name: str) -> bool:
    """Whether characters of it belong together, so that their readings may differ from those they have alone."""
    length = len(name)
    return any(name[at:end] in PHRASES_DICT for at in range(length) for end in range(at + 2, length + 1))


@cache
def _syllable(character: str) -> str:
    return "".join(lazy_pinyin(character, style=Style.NORMAL)).strip().lower()


def person_syllables(name: str) -> list[str]:
    """The same for a person, whose surname has its own readings: 单 is Shàn, 尉迟 Yùchí."""
    name = name.strip()
    if name[:2] in _DOUBLE_SURNAMES:
        return [*_DOUBLE_SURNAMES[name[:2]], *syllables(name[2:])]
    if name[:1] in _SURNAMES:
        return [_SURNAMES[name[0]], *syllables(name[1:])]
    return syllables(name)


def columns(name: str, *, person: bool = False) -> dict[str, str]:
    """Values for the columns `pinyin` and `initials` of a row with that name (cut to fit them: 120 and 40)."""
    parts = person_syllables(name) if person else syllables(name)
    return {"pinyin": " ".join(parts)[:120], "initials": "".join(part[0] for part in parts)[:40]}


def pinyin(name: str) -> str:
    """zhan jiang lu, for places and organisations."""
    return columns(name)["pinyin"]


def initials(name: str) -> str:
    """zjl."""
    return columns(name)["initials"]

"""What a county decides about its villages' pages: the map's tiles, and whom villagers may call."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings

from registers.models.setting import SettingDeclaration, declare_setting, setting

_PHONE = re.compile(r"[\d\-－—() （）转,，、 ]{7,40}")
_PLACES = ("{z}", "{x}", "{y}")


def parse_tiles(text: str) -> str:
    """A tile address of one host with {z}, {x} and {y}. Raises ValueError with what would be right."""
    address = text.strip()
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        host = ""
    plain = re.fullmatch(r"[A-Za-z0-9.\-]+", host or "")
    if not plain or urlsplit(address).scheme not in ("http", "https") or "@" in urlsplit(address).netloc:
        raise ValueError("请填以 http:// 或 https:// 开头的瓦片地址，主机名写全，不用 {s} 子域")
    if any(place not in address for place in _PLACES) or re.search(r"[\s;,'\"]", address):
        raise ValueError("瓦片地址里要有 {z}、{x}、{y}，不能有空格、逗号和分号")
    return address


def _parse_phone(text: str) -> str:
    phone = text.strip()
    if not _PHONE.fullmatch(phone) or not re.search(r"\d{3}", phone):
        raise ValueError("请填电话号码，如 0631-6660000，多个用顿号隔开")
    return phone


MAP_TILES = "villages.map_tiles"
MAP_TILES_SOURCE = "villages.map_tiles_source"
SUPERVISION_PHONE = "villages.supervision_phone"

for declaration in (
    SettingDeclaration(
        MAP_TILES, "村情地图的底图地址", "", parse_tiles,
        "不填则不用底图，地图离线可用。可填内网瓦片服务，如 http://10.1.2.3:8080/tiles/{z}/{x}/{y}.png；"
        "坐标为 WGS-84（天地图的 CGCS2000 可直接使用，GCJ-02 的底图会偏移数百米）",
    ),
    SettingDeclaration(MAP_TILES_SOURCE, "底图来源", "", str.strip, "显示在地图右下角，如“天地图 GS(2024)0650号”"),
    SettingDeclaration(
        SUPERVISION_PHONE, "村情公开的监督电话", "", _parse_phone, "印在村情公开表下方；各镇可另设", per_town=True
    ),
):  # fmt: skip
    declare_setting(declaration)


@dataclass(frozen=True)
class Tiles:
    """Where map pictures come from; `origin` is the one host that pages may load them from, "" without tiles."""

    address: str = ""
    source: str = ""

    @property
    def origin(self) -> str:
        parts = urlsplit(self.address)
        return f"{parts.scheme}://{parts.netloc}" if self.address else ""


def tiles_of(area_code: str) -> Tiles:
    """The county's tiles, else those of the installation (MAP_TILE_URL), else none: the map works without."""
    address = setting(MAP_TILES, area_code) or settings.MAP_TILE_URL
    return Tiles(address, setting(MAP_TILES_SOURCE, area_code)) if address else Tiles()

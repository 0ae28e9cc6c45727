"""What every page's shell shows: the menu by rights, the county and the office of the person, the footer."""

from collections.abc import Callable
from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import URLResolver, get_resolver, get_script_prefix, get_urlconf, reverse

from registers import sockets

ICONS = {
    "工作台": "layout-dashboard",
    "村居": "building-community",
    "党员": "users",
    "联建": "affiliate",
    "产业": "plant-2",
    "积分": "medal",
    "服务": "heart-handshake",
    "数据": "chart-bar",
    "管理": "settings",
}
_COUNTY_DIGITS = 6


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context of templates/base.html. One query for the names of places; the bell asks for itself."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"navigation": [], "footer_note": _footer()}
    return {"navigation": _navigation(request, user), "footer_note": _footer(), **_place(user)}


def _navigation(request: HttpRequest, user: Any) -> list[dict[str, Any]]:
    addresses = _addresses(get_resolver(get_urlconf()), get_script_prefix())
    items = [(item, addresses(item.url_name)) for item in sockets.menu() if not item.right or user.can(item.right)]
    # The longest address that the page lies under is where one is: / lies above everything.
    active = max((url for _, url in items if request.path.startswith(url)), key=len, default="")
    groups: dict[str, list[dict[str, Any]]] = {}
    if sockets.MENU_GROUPS[0] not in {item.group for item, _ in items}:
        groups[sockets.MENU_GROUPS[0]] = []
    for item, url in items:
        part = sockets.menu_part(item)
        entry = {"title": item.title, "url": url, "active": url == active, "badge": "", "part": part}
        groups.setdefault(item.group, []).append(entry)
    home = reverse("home")
    first = groups[sockets.MENU_GROUPS[0]]
    first.insert(0, {"title": "待办与动态", "url": home, "active": request.path == home, "badge": ""})
    for entries in groups.values():
        _head(entries)
    return [{"title": title, "icon": ICONS.get(title, "list"), "items": items} for title, items in groups.items()]


@cache
def _addresses(resolver: URLResolver, prefix: str) -> Callable[[str], str]:
    """`reverse` that remembers: each page asks for the menu's fifty addresses, which hang on both of these alone."""
    return cache(reverse)


def _head(entries: list[dict[str, Any]]) -> None:
    """`heading` at the first entry of each part, where a person sees more than one part of the group."""
    parts = [entry.get("part", "") for entry in entries]
    for entry, part, before in zip(entries, parts, ["", *parts], strict=False):
        entry["heading"] = part if part != before and len(set(parts)) > 1 else ""


def _place(user: Any) -> dict[str, str]:
    """The county's name and, for the user menu, place and offices: 乳山口镇 · 镇填报人."""
    keys = [grant.scope_key for grant in user.current_grants if grant.scope_kind == "area"]
    wanted = {*keys, *(key[:_COUNTY_DIGITS] for key in keys)}
    names = sockets.area_names.ask(sorted(wanted)) if wanted else {}
    county = next((names[key[:_COUNTY_DIGITS]] for key in keys if key[:_COUNTY_DIGITS] in names), "")
    places = "、".join(dict.fromkeys(names[key] for key in keys if key in names))
    return {"county_name": county, "user_role": " · ".join(filter(None, (places, user.role_names)))}


def _footer() -> str:
    return "演示数据：人员、证件号码、电话和金额均为虚构" if settings.DEMO else ""

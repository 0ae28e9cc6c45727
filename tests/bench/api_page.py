"""api-page: a page of 100 of 1,000,000 members against a stock DRF ModelViewSet with COUNT and OFFSET.

Both are asked with a token through the whole stack of one process, in turn; requests a second are told.
"""

import time
from collections.abc import Callable, Iterator
from statistics import median
from urllib.parse import urlsplit

from django.conf import settings
from django.test import Client
from knox.models import AuthToken

from tests.bench._county import make_county
from tests.figures import Figure, at_least, at_most, figure, note, timed

MEMBERS = 1_000_000
PAGE, DEEP = 100, 5_001
ROUNDS, ASKED = 5, 20
FIRST = f"/api/v1/members/?page_size={PAGE}"


@figure("api-page")
def api_page() -> Iterator[Figure]:
    settings.ROOT_URLCONF = "tests.bench._stock"
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "testserver"]
    with timed(f"{MEMBERS:,} members"):
        user = make_county(MEMBERS, 1_000)
    client = Client(headers={"Authorization": f"Token {AuthToken.objects.create(user=user)[1]}"})
    deep = _address_of_page(client, DEEP)
    ways: dict[str, Callable[[], int]] = {
        "first": lambda: _get(client, FIRST),
        "deep": lambda: _get(client, deep),
        "stock": lambda: _get(client, "/stock/members/"),
    }
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(ROUNDS + 1):
        for name, ask in ways.items():
            start = time.perf_counter()
            for _ in range(ASKED if name != "stock" else 4):
                ask()
            if number:  # the first round warms up
                seconds[name].append((time.perf_counter() - start) / (ASKED if name != "stock" else 4))
    rates = {name: 1 / median(taken) for name, taken in seconds.items()}
    for name, rate in rates.items():
        note(f"  {name}: {rate:.1f} requests/s")
    yield Figure("api-page rates", ", ".join(f"{name} {rate:.1f}/s" for name, rate in rates.items()), "-", True)
    yield at_least("api-page", rates["first"] / rates["stock"], 4, " ×")
    yield at_most("api-page deep", rates["first"] / rates["deep"], 1.3, " ×")


def _get(client: Client, address: str) -> int:
    answer = client.get(address)
    rows = len(answer.json()["results"])
    if answer.status_code != 200 or rows != PAGE:
        raise RuntimeError(f"{address}: {answer.status_code}, {rows} rows")
    return rows


def _address_of_page(client: Client, number: int) -> str:
    """The address of a page as a client gets it who turns a thousand rows at a time."""
    address = "/api/v1/members/?page_size=1000"
    for _ in range((number - 1) * PAGE // 1000):
        found = urlsplit(client.get(address).json()["next"])
        address = f"{found.path}?{found.query}"
    return address.replace("page_size=1000", f"page_size={PAGE}")

"""Who may do what at every address: the whole table, as an office would write it; each app tells its part.

`tests/<app>/matrix.py` has `ROUTES`, and `put(stage)` where the app puts rows of its own on the stage.
"""

from importlib import import_module
from pathlib import Path
from types import ModuleType

from tests.matrix.route import ALL, Route
from tests.world import PASSWORD


def parts() -> list[ModuleType]:
    """The part of each app, in the order of the apps' names."""
    here = Path(__file__).parents[1]
    return [import_module(f"tests.{file.parent.name}.matrix") for file in sorted(here.glob("*/matrix.py"))]


ROUTES = tuple(route for part in parts() for route in part.ROUTES)

# Answered without signing in: the way in, and the words "no such address".
OPEN = (
    Route("accounts:login", ALL, "post", given={"username": "zhenjie", "password": PASSWORD}),
    Route("api:token", ALL, "post", given={"username": "zhenjie", "password": PASSWORD}),
    Route("api:unknown", ALL),
)

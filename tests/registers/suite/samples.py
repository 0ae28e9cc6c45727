"""What a register must tell the inherited tests: how its rows are made, typed, changed and refused.

Each app has `tests/<app>/samples.py` with `SAMPLES = {slug: Sample(…)}`. A registered register without a sample fails
the suite, so that no route goes untested.
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from registers.register import Register, register_of, registers
from tests.world import OTHER_TOWN, TOWN, World

UNKNOWN_VILLAGE = "371083101999"


@dataclass(frozen=True)
class Sample:
    """How the inherited tests deal with one register.

    make    (world, town, number) → a stored row lying in that town (9 digits), another one for each number from 1
    texts   (world, town, number) → what a person types for such a row, by column field; None where no row may be added
    change  (column field, another text): a change that the writer may make to any made row
    wrong   (column field, text): a cell that is refused
    place   the column that names where a row lies, with a code that exists nowhere; "" where no column does
    writer  who may add and change rows in `home`; `reader` sees them and may not, `stranger` works elsewhere
    home    the town where the writer works; `away` lies outside his scope
    """

    make: Callable[[World, str, int], Any]
    texts: Callable[[World, str, int], dict[str, str]] | None = None
    change: tuple[str, str] | None = None
    wrong: tuple[str, str] | None = None
    place: tuple[str, str] = ("", "")
    writer: str = "zhenjie"
    reader: str = "lingdao"
    stranger: str = "qita"
    home: str = TOWN
    away: str = OTHER_TOWN


def sample_of(register: Register) -> Sample:
    """Raises AssertionError where an app has declared a register and no sample for it."""
    app = register.model._meta.app_label
    try:
        samples = import_module(f"tests.{app}.samples").SAMPLES
    except ModuleNotFoundError:
        samples = {}
    assert register.slug in samples, f"add a Sample for “{register.slug}” to tests/{app}/samples.py"
    return samples[register.slug]


def slugs(condition: Callable[[Register], bool] = lambda register: True) -> list[str]:
    """Slugs of the registers that a test is for."""
    return [register.slug for register in registers() if condition(register)]


@dataclass
class Case:
    """One register with its sample in a world."""

    register: Register
    sample: Sample
    world: World

    @classmethod
    def of(cls, slug: str, world: World) -> "Case":
        register = register_of(slug)
        return cls(register, sample_of(register), world)

    @property
    def url(self) -> str:
        return f"/api/v1/{self.register.slug}/"

    def address(self, row: Any) -> str:
        return f"{self.url}{self.register.key_of(row)}/"

    def make(self, numbers: range | int, town: str = "") -> Any:
        """Stored rows in the writer's town; one row for a number."""
        if isinstance(numbers, int):
            return self.sample.make(self.world, town or self.sample.home, numbers)
        return [self.sample.make(self.world, town or self.sample.home, number) for number in numbers]

    def texts(self, number: int, town: str = "") -> dict[str, str]:
        assert self.sample.texts is not None, f"{self.register.slug} takes new rows: its Sample needs texts"
        return self.sample.texts(self.world, town or self.sample.home, number)

    @property
    def writer(self) -> Any:
        return self.world.api(self.sample.writer)

    @property
    def reader(self) -> Any:
        return self.world.api(self.sample.reader)

    @property
    def stranger(self) -> Any:
        return self.world.api(self.sample.stranger)

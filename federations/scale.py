"""The rule of thumb about size (P06): it warns and asks for a reason, it never forbids."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from federations import settings_declared as declared
from registers.models.setting import setting
from villages.models import VillageFacts


@dataclass(frozen=True)
class Scale:
    """Villages and people of a federation (户籍人口 of each village's latest figures), beside the county's limits."""

    villages: int
    population: int
    without_figures: tuple[str, ...]  # codes of villages that have no figures yet
    villages_limits: tuple[int, int]
    population_limits: tuple[int, int]

    @property
    def villages_fit(self) -> bool:
        return self.villages_limits[0] <= self.villages <= self.villages_limits[1]

    @property
    def population_fits(self) -> bool | None:
        """None where figures are missing and the rest does not exceed the upper limit already."""
        least, most = self.population_limits
        if self.population > most:
            return False
        return None if self.without_figures else least <= self.population

    @property
    def fits(self) -> bool:
        return self.villages_fit and self.population_fits is True

    @property
    def needs_reason(self) -> bool:
        """Surely outside; figures that are merely missing warn and ask for nothing."""
        return not self.villages_fit or self.population_fits is False

    def warnings(self, *, show_population: bool = True) -> list[str]:
        """What is out of the ordinary, in words. Without `show_population` figures of people are left out."""
        found = []
        least, most = self.villages_limits
        if not self.villages_fit:
            found.append(f"共 {self.villages} 个村居，一般为 {least}–{most} 个")
        least, most = self.population_limits
        if self.population_fits is None:
            found.append(f"有 {len(self.without_figures)} 个村居还没有填报人口，合计人口无法核对")
        elif not self.population_fits:
            figure = f"{self.population:,} 人，" if show_population else ""
            found.append(f"人口合计{figure}不在一般要求的 {least:,}–{most:,} 人之内")
        return found


def latest_populations(codes: Collection[str], on: dt.date) -> dict[str, int]:
    """户籍人口 of each village by its latest figures up to that year; villages without figures are left out."""
    facts = VillageFacts.objects.unscoped("the scale rule counts every member village; callers hide what is foreign")
    latest = facts.filter(village_id__in=codes, year__lte=on.year, population__gt=0).order_by("village_id", "-year")
    return dict(latest.distinct("village_id").values_list("village_id", "population"))


def latest_figures(codes: Collection[str], on: dt.date) -> dict[str, VillageFacts]:
    """Each village's latest figures up to that year. Callers ask for villages whose figures the user may see."""
    facts = VillageFacts.objects.unscoped("of villages that went through the guard")
    latest = facts.filter(village_id__in=codes, year__lte=on.year).order_by("village_id", "-year")
    return {row.village_id: row for row in latest.distinct("village_id")}


def check_scale(villages: Collection[str], on: dt.date, *, area_code: str) -> Scale:
    """The scale of villages (codes) on a day, against the limits of the county of `area_code`."""
    people = latest_populations(villages, on)
    return Scale(
        villages=len(set(villages)),
        population=sum(people.values()),
        without_figures=tuple(sorted(set(villages) - set(people))),
        villages_limits=(setting(declared.VILLAGES_MIN, area_code), setting(declared.VILLAGES_MAX, area_code)),
        population_limits=(setting(declared.POPULATION_MIN, area_code), setting(declared.POPULATION_MAX, area_code)),
    )

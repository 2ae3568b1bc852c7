"""The factors of a source at its units, and their ends: chosen once, the same in both scenarios, with the reason."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from mollisol.methodology.activity import SiteConditions
from mollisol.methodology.factors.climate import AnnualClimate, Moisture, moisture_of
from mollisol.methodology.factors.factor import End, Factor
from mollisol.methodology.project import Project
from mollisol.methodology.trace import Quantity, Trace

_LIKE_FIRST: End = "central"


def sites_of(project: Project) -> dict[str, SiteConditions]:
    """Give the site conditions by unit."""
    return {site.quantification_unit: site for site in project.site_conditions}


def moisture_at(site: SiteConditions) -> Moisture:
    """Tell whether a site is wet or dry; raises :class:`FactorError` where the document leaves it open."""
    return moisture_of(
        AnnualClimate(
            zone=site.zone,
            precipitation_mm=site.precipitation_mm,
            potential_evapotranspiration_mm=site.potential_evapotranspiration_mm,
        )
    )


@dataclass(frozen=True, slots=True)
class Picked:
    """The factors of a source with one end each, as arrays over units and categories.

    ``ends`` maps a factor's name to its end; what is not in it takes the central value. ``entered`` holds what has
    been looked up.
    """

    source: str
    at: str
    factors: Mapping[str, Factor]
    ends: Mapping[str, End]
    reasons: Mapping[str, str]
    trace: Trace
    entered: dict[str, Quantity] = field(default_factory=dict)

    def array(self, argument: str, names: Sequence[Sequence[str]]) -> Quantity:
        """Give an argument as an array (units, categories) of the named factors."""
        used = list(dict.fromkeys(name for row in names for name in row))
        parts = [self._one(name) for name in used]
        value = {name: float(part.value) for name, part in zip(used, parts, strict=True)}
        return self.trace.arrange(
            f"{argument}.{self.source}{self.at}",
            np.array([[value[name] for name in row] for row in names], dtype=np.float64),
            parts,
        )

    def by_unit(self, argument: str, names: Sequence[str]) -> Quantity:
        """Give an argument as an array (units,) of the named factors."""
        parts = [self._one(name) for name in dict.fromkeys(names)]
        value = {part.name: float(part.value) for part in parts}
        values = np.array([value[self._called(name)] for name in names], dtype=np.float64)
        return self.trace.arrange(f"{argument}.{self.source}{self.at}", values, parts)

    def _called(self, name: str) -> str:
        return f"factor.{self.source}.{name}{self.at}"

    def _one(self, name: str) -> Quantity:
        if name in self.entered:
            return self.entered[name]
        factor, end = self.factors[name], self.ends.get(name, _LIKE_FIRST)
        value = factor.number(end, factor.unit)
        reason = self.reasons.get(name, "central value, to see which way the source goes")
        where = f"{factor.id} ({end}): {reason}; {factor.citation}"
        self.entered[name] = self.trace.given(self._called(name), value, factor.unit, [where])
        return self.entered[name]


class FactorBook:
    """Gathers the factors of a source, as they are in force, while its names are made."""

    def __init__(self, trace: Trace) -> None:
        self._trace = trace
        self.factors: dict[str, Factor] = {}

    def name[**P](self, name: str, look_up: Callable[P, Factor], *args: P.args, **keys: P.kwargs) -> str:
        """Enter what a look-up gives under a name, once; raises as the look-up."""
        if name not in self.factors:
            self.factors[name] = self._trace.factor(look_up(*args, **keys))
        return name

"""The factors of a source at its units, and their ends: chosen once, the same in both scenarios, with the reason."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from mollisol.methodology.activity import SiteConditions
from mollisol.methodology.context import PeriodContext
from mollisol.methodology.factors.climate import AnnualClimate, Moisture, moisture_of
from mollisol.methodology.factors.factor import End, Factor
from mollisol.methodology.project import Project
from mollisol.methodology.trace import Quantity, Trace

_FIRST_LOOK = "central value, to see which way the source goes"


def sites_of(project: Project) -> dict[str, SiteConditions]:
    """Return the site conditions by unit."""
    return {site.quantification_unit: site for site in project.site_conditions}


def moisture_at(site: SiteConditions) -> Moisture:
    """Return whether a site is wet or dry; raises :class:`FactorError` where the document leaves it open."""
    return moisture_of(
        AnnualClimate(
            zone=site.zone,
            precipitation_mm=site.precipitation_mm,
            potential_evapotranspiration_mm=site.potential_evapotranspiration_mm,
        )
    )


@dataclass(frozen=True, slots=True)
class Picked:
    """The factors of a source with one end each.

    Parameters
    ----------
    end
        What stands behind the name of each factor: nothing where its own end was chosen.
    ends, reasons
        By the factor's name; what is not in them takes the central value.
    entered
        What has been looked up.
    """

    source: str
    end: str
    factors: Mapping[str, Factor]
    ends: Mapping[str, End]
    reasons: Mapping[str, str]
    context: PeriodContext
    entered: dict[str, Quantity] = field(default_factory=dict)

    def array(self, argument: str, names: Sequence[str] | Sequence[Sequence[str]]) -> Quantity:
        """Return an argument as an array of named factors: (units,), or (units, categories)."""
        table = np.array(names, dtype=np.str_)
        parts = [self._one(name) for name in dict.fromkeys(table.ravel().tolist())]
        values = [float(self.entered[name].value) for name in table.ravel().tolist()]
        name = f"{argument}.{self.source}{self.end}"
        return self.context.arrange(name, np.array(values, dtype=np.float64).reshape(table.shape), parts)

    def _one(self, name: str) -> Quantity:
        if name not in self.entered:
            factor, end = self.factors[name], self.ends.get(name, "central")
            where = f"{factor.id} ({end}): {self.reasons.get(name, _FIRST_LOOK)}; {factor.citation}"
            called = f"factor.{self.source}.{name}{self.end}"
            value = factor.number(end, factor.unit)
            self.entered[name] = self.context.given(called, value, factor.unit, [where])
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

"""What the samples of a project say before any period: stocks, likeness of units and control sites, calibrations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from mollisol.methodology.context import Context
from mollisol.methodology.findings import Finding
from mollisol.methodology.trace import Quantity
from mollisol.stocks.calibrations import Calibration, calibrations_of
from mollisol.stocks.groups import Comparisons
from mollisol.stocks.measured import UnitStocks, quantify_stocks
from mollisol.uncertainty.comparison.similarity import welch_p_value


@dataclass(frozen=True, eq=False)
class Similarity:
    """Stocks of units and of their control sites at the first campaign, and how likely they differ, unit by unit."""

    campaign: str
    comparisons: Comparisons
    units: Quantity
    controls: Quantity
    p_value: Quantity

    @cached_property
    def number(self) -> dict[str, int]:
        """Return the number of each quantification unit among those that were compared."""
        return {name: number for number, name in enumerate(self.comparisons.names)}


@dataclass(frozen=True, slots=True, eq=False)
class Samples:
    """What a run starts from.

    Parameters
    ----------
    similarity
        Of the quantification units that have two values or more on both sides; None where none has.
    calibrations
        By id.
    """

    stocks: UnitStocks
    similarity: Similarity | None
    calibrations: Mapping[str, Calibration]


def quantify_samples(context: Context) -> tuple[Samples, list[Finding]]:
    """Return what the samples say, with what is to be said of how far each reference mass was sampled."""
    stocks, findings = quantify_stocks(context)
    return Samples(stocks, _similarity(context, stocks), calibrations_of(context)), findings


def _similarity(context: Context, stocks: UnitStocks) -> Similarity | None:
    """Compare units with their control sites at the first campaign (Table 7); None where none can be compared.

    At equal soil mass the mean content is the stock over the reference mass, so the test on stocks is the test on
    contents.
    """
    project, trace, head = context.project, context.trace, context.project.head
    if not head.verification_periods or not project.measured_controls:
        return None
    first = head.campaigns[0].name if project.ledger else head.verification_periods[0].first_campaign
    found = Comparisons.of(project, stocks.members(first), frozenset())
    if not found.names:
        return None
    units, controls = found.sides(trace, "similarity", stocks.by_campaign[first])
    chance = trace.compute(
        "similarity_p_value",
        welch_p_value,
        index=found.names,
        first=units,
        second=controls,
        first_entry=found.entry.tolist(),
        second_entry=found.controls.entry.tolist(),
    )
    return Similarity(first, found, units, controls, chance)

"""What the mass of burned biomass is, and the combustion factor that goes with it (VM0042 v2.2 section 8.2.8; E-31)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from mollisol.methodology.base import DomainObject, Identifier
from mollisol.methodology.factors.factor import Factor
from mollisol.methodology.findings import Finding, finding

LEAST_PLOTS = 3

ALL_OF_IT = Factor(
    id="mollisol/combustion-of-a-measured-loss",
    central=1.0,
    unit="fraction of pre-fire biomass",
    status="verified",
    range_kind="none",
    citation="mollisol 0.1, E-31",
    note="the measured loss is what burned: a combustion factor would count combustion twice",
)


class BurnedBiomass(DomainObject):
    """Biomass of one residue type in both scenarios.

    Parameters
    ----------
    baseline_basis, project_basis
        ``pre_fire``: what stood before the fire; ``measured_loss``: the difference of before and after.
    grassland
        Grassland is measured in plots of 1 m by 1 m before burning.
    plots
        How many, in the project.
    """

    residue: Identifier
    baseline_basis: Literal["pre_fire", "measured_loss"]
    project_basis: Literal["pre_fire", "measured_loss"]
    grassland: bool = False
    plots: Annotated[int, Field(ge=0, le=100_000)] = 0


def combustion_factor_for(basis: Literal["pre_fire", "measured_loss"], factor: Factor) -> Factor:
    """Give the combustion factor that goes with a mass: that of the table for pre-fire biomass, else 1."""
    return factor if basis == "pre_fire" else ALL_OF_IT


def check_burned_biomass(burned: BurnedBiomass) -> list[Finding]:
    """Hold the measurement against the parameter table, and say which basis was taken."""
    thing = f"burned {burned.residue}"
    before, after = burned.baseline_basis.replace("_", " "), burned.project_basis.replace("_", " ")
    found = [finding("burning-basis", thing, f"baseline {before}, project {after}")]
    if burned.baseline_basis != burned.project_basis:
        found.append(
            finding("burning-basis-differs", thing, "another basis in the project than in the baseline")
        )
    if burned.grassland and burned.plots < LEAST_PLOTS:
        found.append(finding("burning-too-few-plots", thing, f"{burned.plots} plots"))
    return found

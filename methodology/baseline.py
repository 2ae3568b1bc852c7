"""The baseline as one typed union: what the project is compared with, per pool and quantification unit.

VM0042 v2.2 knows three kinds: a modelled schedule (approach 1), measured control sites (approach 2) and default
factors (approach 3). A hybrid and a blended baseline stand outside it: they are computed, marked, and never issued from
unless a rule set credits them.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field

from mollisol.methodology.base import DomainObject, Identifier, Items, Text

type BaselineKind = Literal[
    "modelled_schedule", "measured_controls", "hybrid", "blended", "static", "default_factors"
]

SOIL: Final = "soil_organic_carbon"

APPROACH_OF: Final[dict[str, str]] = {
    "modelled_schedule": "measure_and_model",
    "blended": "measure_and_model",
    "measured_controls": "measure_and_remeasure",
    "hybrid": "measure_and_remeasure",
    "static": "measure_and_remeasure",
    "default_factors": "default_factors",
}
"""The approach that each kind goes with: both scenarios of a unit take the same one. The project side of a hybrid is
measured: where it is modelled too, the correction would be in both scenarios and cancel."""

WORDS: Final[dict[str, str]] = {
    "modelled_schedule": "modelled schedule",
    "measured_controls": "measured control sites",
    "hybrid": "hybrid, modelled and corrected by control sites",
    "blended": "blended over rotation phases",
    "static": "static: the stock stays as it began",
    "default_factors": "default factors",
}


class _Declared(DomainObject):
    """Where a baseline holds.

    Parameters
    ----------
    pool
        A pool or gas of Tables 2 and 3.
    units
        Quantification units; empty means all.
    """

    pool: Identifier = SOIL
    units: Items[Identifier] = ()


class ModelledSchedule(_Declared):
    """The schedule of activities of the look-back, repeated, through the process model."""

    kind: Literal["modelled_schedule"]


class MeasuredControls(_Declared):
    """Control sites, measured and re-measured."""

    kind: Literal["measured_controls"]


class HybridBaseline(_Declared):
    """The modelled schedule, corrected by what the model missed at the control sites.

    Parameters
    ----------
    model_bias_sd_t_co2e_per_ha
        Prior sd of the model's bias over the period, with its source; left out, the validation's prediction error.
        0 gives the model alone, a very large one the control sites alone.
    """

    kind: Literal["hybrid"]
    model_bias_sd_t_co2e_per_ha: Annotated[float, Field(gt=0, le=1e6, allow_inf_nan=False)] | None = None
    source: Text = ""


class BlendedBaseline(_Declared):
    """The mean of the modelled schedule over all phases of its rotation, draw by draw.

    Parameters
    ----------
    rotation_years
        Length of the rotation: the schedule is run from each of its years.
    """

    kind: Literal["blended"]
    rotation_years: Annotated[int, Field(ge=2, le=20)]


class StaticBaseline(_Declared):
    """No change without the project: shown beside control sites, and credited under no rule set."""

    kind: Literal["static"]


class DefaultFactors(_Declared):
    """Activity times a default factor."""

    kind: Literal["default_factors"]


type Baseline = Annotated[
    ModelledSchedule | MeasuredControls | HybridBaseline | BlendedBaseline | StaticBaseline | DefaultFactors,
    Field(discriminator="kind"),
]


def baselines_of(declared: tuple[Baseline, ...], approach: str) -> tuple[Baseline, ...]:
    """Return the baselines of soil carbon in their order; without one, that of the approach."""
    soil = tuple(item for item in declared if item.pool == SOIL)
    if soil:
        return soil
    if approach == "measure_and_model":
        return (ModelledSchedule(kind="modelled_schedule"),)
    return (MeasuredControls(kind="measured_controls"),)


def credited_kinds(value: str) -> frozenset[str]:
    """Read the rule that lists what a rule set credits."""
    return frozenset(word.strip() for word in value.split(","))

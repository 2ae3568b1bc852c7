"""What a project says of its process model: parameter set, validation, initial stocks, practices by stratum."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import Field

from mollisol.methodology.base import DomainObject, Identifier, Items, RequiredText, Text
from mollisol.methodology.findings import Finding
from mollisol.methodology.soil_models.calibrated import CalibratedSet
from mollisol.methodology.soil_models.inputs import ModelInputs
from mollisol.methodology.validation import ValidationResult

MODEL_FOLDER: Final = "model"


class ModelledStrata(DomainObject):
    """What strata stand for in a validation; ``strata`` empty means all."""

    practice_category: Text
    crop_group: Text
    climate_zone: Identifier
    texture_class: Identifier
    strata: Items[Identifier] = ()


class ScenarioCorrelation(DomainObject):
    """Correlation of the model's errors in both scenarios, where the validation has single sites only (Eq. 61)."""

    value: Annotated[float, Field(ge=-1, le=1)]
    trials: Annotated[int, Field(ge=0)]
    source: RequiredText


class ModelHead(DomainObject):
    """The table ``[project.model]``; the model's own tables lie in the folder ``model``.

    Parameters
    ----------
    parameter_set
        A calibrated set: the id of a shipped one, or a folder below ``model``; empty takes the published set of
        ``model/model.toml``, which has no draws.
    validation_file
        ``validation.json`` of that set, below ``model``; without one nothing is issued.
    initial_campaign
        The campaign whose stocks start the runs.
    strata
        Practice, crops, climate zone and texture of each stratum, as the validation names them.
    weather_station_km
        Distance from the field that lies farthest from its station; 0 for a synthetic station.
    scenario_correlation
        Only for a validation without practice effects.
    """

    parameter_set: Text = ""
    validation_file: Text = ""
    initial_campaign: Identifier
    strata: Items[ModelledStrata] = ()
    weather_station_km: Annotated[float, Field(ge=0, le=20000, allow_inf_nan=False)]
    scenario_correlation: ScenarioCorrelation | None = None

    def stands_for(self, stratum: str) -> ModelledStrata | None:
        """Return what a stratum stands for: an entry that names it before one for all."""
        named = [item for item in self.strata if stratum in item.strata]
        return next(iter([*named, *(item for item in self.strata if not item.strata)]), None)


class ProjectModel(DomainObject):
    """What was read: the model's tables, its calibrated set and its validation, with all that the checks of each found.

    ``scenario`` of the schedule is ``baseline`` or ``project``; ``site`` of all tables is a sample point.
    """

    inputs: ModelInputs
    calibrated: CalibratedSet | None = None
    validation: ValidationResult | None = None
    findings: tuple[Finding, ...] = ()

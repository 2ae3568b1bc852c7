"""Soil models by name: those that ship, and those that other packages register."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mollisol.extensions import extension, extension_names
from mollisol.methodology.soil_models.catalogue import MODELS
from mollisol.methodology.soil_models.parameters import register_parameter_set

if TYPE_CHECKING:
    from mollisol.quantification.models.scenarios import SoilModel

GROUP: Final = "mollisol.soil_models"


def is_model(name: str) -> bool:
    """Return whether there is a soil model of a name; one that another package registers is then known to all rooms."""
    if name not in MODELS and name in extension_names(GROUP):
        from mollisol.quantification.models.scenarios import RUNNERS

        found: SoilModel = extension(GROUP, name)
        MODELS[name], RUNNERS[name] = found.card, found.run
        for one in found.parameter_sets:
            register_parameter_set(one)
    return name in MODELS


def model_names() -> tuple[str, ...]:
    """Return the names of the soil models that are here, those that ship first."""
    return tuple(name for name in extension_names(GROUP) if is_model(name))

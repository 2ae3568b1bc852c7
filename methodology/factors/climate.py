"""Climate and irrigation splits of the nitrogen factors (VM0042 section 9.2, Tables 11.1 and 11.3)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from mollisol.methodology.activity import NitrogenForm
from mollisol.methodology.base import DomainObject
from mollisol.methodology.factors.factor import Factor, FactorError
from mollisol.methodology.factors.tables import look_up

type Moisture = Literal["wet", "dry"]
type Zone = Literal["boreal", "temperate", "tropical"]
type Irrigation = Literal["none", "drip", "other"]
type NitrogenKind = Literal["synthetic", "organic", "residue"]

WET_TROPICS_MM = 1000.0
"""Annual precipitation above which a tropical climate is wet."""


class AnnualClimate(DomainObject):
    """Annual means of the place. Evapotranspiration decides outside the tropics, precipitation alone inside."""

    zone: Zone
    precipitation_mm: Annotated[float, Field(ge=0, le=15000, allow_inf_nan=False)]
    potential_evapotranspiration_mm: Annotated[float, Field(gt=0, le=5000, allow_inf_nan=False)] | None = None


def moisture_of(climate: AnnualClimate) -> Moisture:
    """Return whether a climate is wet or dry.

    Raises
    ------
    FactorError
        Where evapotranspiration is needed and not given, or the two are equal, a case the document leaves open.
    """
    if climate.zone == "tropical":
        bound, name = WET_TROPICS_MM, "1000 mm"
    elif climate.potential_evapotranspiration_mm is None:
        raise FactorError(f"a {climate.zone} climate needs potential_evapotranspiration_mm to be wet or dry")
    else:
        bound, name = climate.potential_evapotranspiration_mm, "potential evapotranspiration"
    if climate.precipitation_mm == bound:
        raise FactorError(
            f"precipitation equals {name}: the document says neither wet nor dry; "
            "take the one that gives fewer credits, and say so"
        )
    return "wet" if climate.precipitation_mm > bound else "dry"


def direct_factor(nitrogen: NitrogenKind, moisture: Moisture, rice: str | None = None) -> Factor:
    """Return EF1 by climate and kind of nitrogen: the split is for wet climates only; flooded rice has its own."""
    if rice not in (None, "no"):
        return look_up("11.1", factor="EF1_FR", input="all", condition=f"flooded rice, {rice}")
    if moisture == "dry":
        return look_up("11.1", factor="EF1", input="all", condition="dry")
    kind = "synthetic" if nitrogen == "synthetic" else "other (organic, residue, mineralised N)"
    return look_up("11.1", factor="EF1", input=kind, condition="wet")


def pasture_factor(animal: str, moisture: Moisture | Literal["aggregated"]) -> Factor:
    """Return EF3 of manure on pasture: cattle, buffalo, poultry and pigs by climate, all others one value.

    Parameters
    ----------
    animal
        As in Table 10.19; the word before ``-`` decides.
    moisture
        Of the place, or ``aggregated`` where it is not known.
    """
    if animal.partition("-")[0] in ("cattle", "buffalo", "poultry", "swine"):
        return look_up(
            "11.1", factor="EF3_PRP_CPP", input="cattle, buffalo, poultry, pigs", condition=moisture
        )
    return look_up("11.1", factor="EF3_PRP_SO", input="sheep and other animals", condition="all")


def manure_n2o_factor(animal: str, system: str, moisture: Moisture | Literal["aggregated"]) -> Factor:
    """Return EF3 of a manure system; pasture stands in Table 11.1, not in 10.21 (E-8)."""
    return pasture_factor(animal, moisture) if system == "pasture" else look_up("10.21", system=system)


def volatilised_factor(moisture: Moisture | Literal["aggregated"]) -> Factor:
    """Return EF4."""
    return look_up("11.3", factor="EF4", condition=moisture)


def leached_factor() -> Factor:
    """Return EF5."""
    return look_up("11.3", factor="EF5", condition="all")


def volatilised_synthetic(form: NitrogenForm = "aggregated") -> Factor:
    """Return Frac_GASF by the form of the nitrogen; the aggregated one where it is a mixture or not known."""
    return look_up("11.3", factor="Frac_GASF", condition=form)


def volatilised_organic() -> Factor:
    """Return Frac_GASM."""
    return look_up("11.3", factor="Frac_GASM", condition="all organic N and dung/urine")


def leached_share(moisture: Moisture, irrigation: Irrigation) -> Factor:
    """Return Frac_LEACH: above 0 in wet climates, and in dry ones under irrigation other than drip (E-11)."""
    leaches = moisture == "wet" or irrigation == "other"
    condition = "wet, or irrigated other than drip" if leaches else "dry, not irrigated or drip only"
    return look_up("11.3", factor="Frac_LEACH", condition=condition)

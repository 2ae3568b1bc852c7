"""What each core increment does to the credit: the trace of a bundle walked backwards, and the records to vouch.

The effect of a record is the change of the credited total of the moment form, over all verification periods, before
buffer and leakage, if the record's value were wrong by its whole size: the derivative by its relative error.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mollisol.bundle.read import Bundle
from mollisol.methodology.findings import UserError
from mollisol.methodology.units import CO2E_PER_C
from mollisol.programmes.registry import programme
from mollisol.quantification.equivalent_soil_mass import carbon_at_equivalent_soil_mass_t_per_ha
from mollisol.uncertainty.audit.misstatement import replicate_influence_ha

type FloatArray = NDArray[np.float64]

_STEP = 1e-4
_TIE = 1e-9
_MEAN, _CHANGE, _AT_REFERENCE = "mollisol:mean-by-group", "mollisol:stock-change", "vm0042:8.2.1.6"
_OF_PARTS = "mollisol:mean-over-parts"


class RecordsError(UserError):
    """A bundle whose records have no effect that can be told; the message says why."""


@dataclass(frozen=True, slots=True)
class Effects:
    """The effect of each row of ``core_increments.csv``.

    Parameters
    ----------
    rows
        ``file:row``.
    carbon, mass
        Change of the credited total for a relative error of 1 in the carbon content, and in the soil mass. [t CO2e]
    credited
        The credited total that they change. [t CO2e]
    """

    rows: tuple[str, ...]
    carbon: FloatArray
    mass: FloatArray
    credited: float

    @property
    def size(self) -> FloatArray:
        """Both effects, whatever their sign: what the probability of being picked is proportional to."""
        return np.abs(self.carbon) + np.abs(self.mass)


def effects_of_records(bundle: Bundle) -> Effects:
    """Return the effect of each record of a bundle.

    Raises
    ------
    RecordsError
        If the trace holds no measured change that was credited, or the programme credits by another deduction.
    """
    if not programme(bundle.results.programme).second_implementation:
        raise RecordsError(
            f"{bundle.source.place}: the effect of a record is told on the moment form of VM0042 against control "
            f"sites, and the programme {bundle.results.programme} credits otherwise: no records are picked. "
            "Follow single figures with mollisol explain"
        )
    quantities = bundle.quantities
    periods = [period.name for period in bundle.results.periods]
    try:
        return _effects(quantities, periods)
    except (KeyError, IndexError, TypeError, ValueError):
        raise RecordsError(
            f"{bundle.source.place}: its trace does not lead from cores to a measured change; "
            "only projects that measure and re-measure have such records. "
            "Follow single figures with mollisol explain"
        ) from None


def _effects(quantities: Mapping[str, Mapping[str, Any]], periods: Sequence[str]) -> Effects:
    back = _Backwards(quantities)
    credited = 0.0
    for period in periods:
        area = _array(quantities[f"area_ha@{period}"]["value"])
        credited += float(quantities[f"credited_mean.corrected@{period}"]["value"]) * float(area.sum())
        _start(back, quantities, period, area)
    back.run()
    rows = tuple(quantities["soc_g_per_kg"]["index"])
    effects = Effects(rows, np.zeros(len(rows)), np.zeros(len(rows)), credited)
    for name in filter(back.slope.__contains__, quantities):
        if quantities[name]["equation"] == _AT_REFERENCE:
            _of_profiles(effects, quantities, quantities[name], back.slope[name][:, 0])
    return effects


def _start(
    back: _Backwards, quantities: Mapping[str, Mapping[str, Any]], period: str, area: FloatArray
) -> None:
    """Put the influence of each replicate of a period on its change."""
    strata = quantities[f"project_change_of_stratum@{period}"]["inputs"]
    groups = [(strata["values"], _array(strata["group"]).astype(np.int64))]
    control = quantities[f"control_change@{period}"]
    if control["equation"]:
        of = control["inputs"]
        groups.append((of["values"], area.size + _array(of["group"]).astype(np.int64)))
    for number, label in enumerate(() if control["equation"] else control["index"]):  # up to release 0.1.0
        replicates = quantities[f"control_change.{label}@{period}"]["inputs"]["values"]
        count = len(quantities[replicates]["value"])
        groups.append((replicates, np.full(count, area.size + number)))
    weight = _array(quantities[f"control_group_weight@{period}"]["value"])
    influence = np.asarray(
        replicate_influence_ha(
            lever_ha=np.concatenate([area, -(area @ weight)]),
            group=np.concatenate([of.astype(np.float64) for _, of in groups]),
            change_t_co2e_per_ha=np.concatenate([_array(quantities[name]["value"]) for name, _ in groups]),
            multiplier=float(quantities[f"t_quantile.corrected@{period}"]["value"]),
        )
    )
    ends = np.cumsum([of.size for _, of in groups])[:-1]
    for (name, _), part in zip(groups, np.split(influence, ends), strict=True):
        back.add(name, part)


class _Backwards:
    """Carries derivatives from the replicates back to the stocks of profiles; each step on the way is linear."""

    def __init__(self, quantities: Mapping[str, Mapping[str, Any]]) -> None:
        self._quantities = quantities
        self.slope: dict[str, FloatArray] = {}

    def add(self, name: str, slope: FloatArray) -> None:
        if name not in self.slope:
            self.slope[name] = np.zeros(_array(self._quantities[name]["value"]).shape)
        self.slope[name] += slope.reshape(self.slope[name].shape)

    def run(self) -> None:
        for name in reversed(list(self._quantities)):
            if name in self.slope:
                self._step(self._quantities[name], self.slope[name])

    def _step(self, quantity: Mapping[str, Any], slope: FloatArray) -> None:
        inputs = quantity["inputs"]
        match quantity["equation"]:
            case "":
                self._picked(quantity, slope)
            case id if id == _MEAN:
                group = _array(inputs["group"]).astype(np.int64)
                count = np.bincount(group, minlength=slope.size)
                self.add(inputs["values"], slope[group] / count[group])
            case id if id == _OF_PARTS:
                part, unit = (_array(inputs[name]).astype(np.int64) for name in ("part", "unit_of_part"))
                area = _array(self._quantities[inputs["area_ha"]]["value"])
                share = area / np.bincount(unit, weights=area)[unit] / np.bincount(part)
                self.add(inputs["values"], (slope[unit] * share)[part])
            case id if id == _CHANGE:
                self.add(inputs["stock_end_t_c_per_ha"], slope * CO2E_PER_C)
                self.add(inputs["stock_start_t_c_per_ha"], -slope * CO2E_PER_C)
            case id if id != _AT_REFERENCE:
                raise ValueError(f"{quantity['name']} is made by {id}")

    def _picked(self, quantity: Mapping[str, Any], slope: FloatArray) -> None:
        names = [name for _, name in _in_order(quantity["inputs"])]
        lengths = [len(self._quantities[name]["value"]) for name in names]
        whole = np.zeros(sum(lengths))
        places = quantity.get("places") or range(sum(lengths))
        np.add.at(whole, np.ravel(places).astype(np.int64), np.ravel(slope))
        for name, part in zip(names, np.split(whole, np.cumsum(lengths)[:-1]), strict=True):
            self.add(name, part)


def _of_profiles(
    effects: Effects,
    quantities: Mapping[str, Mapping[str, Any]],
    stock: Mapping[str, Any],
    slope: FloatArray,
) -> None:
    """Go from the stock of each profile to its increments, and to the profile that sets the reference mass."""
    inputs = stock["inputs"]
    cumulative = {part: quantities[inputs[f"cumulative_{part}_t_per_ha"]] for part in ("soil_mass", "carbon")}
    mass, carbon = (
        np.diff(_array(cumulative[part]["value"]), axis=1, prepend=0.0) for part in ("soil_mass", "carbon")
    )
    reference = quantities[inputs["reference_soil_mass_t_per_ha"]]
    rows = np.array(quantities[cumulative["carbon"]["inputs"]["values"]]["places"], dtype=np.int64)

    def stocks(by_mass: FloatArray, by_carbon: FloatArray, by_reference: float = 1.0) -> FloatArray:
        found: FloatArray = carbon_at_equivalent_soil_mass_t_per_ha(
            cumulative_soil_mass_t_per_ha=np.cumsum(mass * by_mass, axis=1),
            cumulative_carbon_t_per_ha=np.cumsum(carbon * by_mass * by_carbon, axis=1),
            reference_soil_mass_t_per_ha=_array(reference["value"]) * by_reference,
            interpolation=inputs["interpolation"],
        )[:, 0]
        return found

    ones = np.ones_like(mass)
    for column in range(mass.shape[1]):
        up, down = ones.copy(), ones.copy()
        up[:, column] += _STEP
        down[:, column] -= _STEP
        np.add.at(
            effects.carbon, rows[:, column], slope * (stocks(ones, up) - stocks(ones, down)) / (2 * _STEP)
        )
        np.add.at(
            effects.mass, rows[:, column], slope * (stocks(up, ones) - stocks(down, ones)) / (2 * _STEP)
        )
    by_reference = (stocks(ones, ones, 1 + _STEP) - stocks(ones, ones, 1 - _STEP)) / (2 * _STEP)
    _of_reference(effects, quantities, reference, float((slope * by_reference).sum()))


def _of_reference(
    effects: Effects,
    quantities: Mapping[str, Mapping[str, Any]],
    reference: Mapping[str, Any],
    effect: float,
) -> None:
    """Put the effect of the reference mass on the increments of the densest profile; on each, if several are."""
    densest = quantities[reference["inputs"]["of"]]
    profiles = quantities[densest["inputs"]["soil_mass_at_reporting_depth_t_per_ha"]]
    largest = float(densest["value"]) * (1 - _TIE)
    for _, name in _in_order(profiles["inputs"]):
        at_depth = quantities[name]
        given = at_depth["inputs"]
        mass = quantities[given["cumulative_value"]]
        depth = float(np.ravel(given["reference_soil_mass_t_per_ha"])[0])
        for place in np.flatnonzero(_array(at_depth["value"])[:, 0] >= largest):
            lower = _array(quantities[given["cumulative_soil_mass_t_per_ha"]]["value"])[place]
            upper = np.concatenate([[0.0], lower[:-1]])
            inside = np.clip((depth - upper) / (lower - upper), 0.0, 1.0)
            share = inside * np.diff(_array(mass["value"])[place], prepend=0.0)
            rows = np.array(quantities[mass["inputs"]["values"]]["places"][place], dtype=np.int64)
            np.add.at(effects.mass, rows, effect * share / share.sum())


def _in_order(inputs: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return sorted(inputs.items(), key=lambda part: int(part[0][3:] or 0))


def _array(value: Any) -> FloatArray:
    return np.asarray(value, dtype=np.float64)

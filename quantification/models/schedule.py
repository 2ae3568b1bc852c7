"""From schedules of activities to arrays: carbon, cover, water and tillage by month or year, site and scenario."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np

from mollisol.methodology.findings import Finding, finding
from mollisol.methodology.soil_models.inputs import ActivityRow, SiteRow
from mollisol.methodology.soil_models.tables import Crop, crops, manures, residues
from mollisol.quantification.models.arrays import FloatArray
from mollisol.quantification.models.plant_inputs import (
    below_ground_carbon,
    manure_carbon,
    root_carbon,
    straw_carbon,
)
from mollisol.quantification.models.tier2 import TILLAGE

LIGNIN, NITROGEN = 0.073, 0.0083
"""The IPCC's generic residue, used where a crop has no line of its own; the plan says where it was."""


@dataclass(frozen=True, slots=True)
class Plan:
    """One scenario as arrays. Months run from January of the first year.

    Parameters
    ----------
    plant_c_t_ha, manure_c_t_ha, covered, irrigation_mm
        (month, site).
    humified_t_ha
        Humified carbon for AMG, (year, site).
    lignin_fraction, nitrogen_fraction
        Of the year's input, weighted by carbon, (year, site).
    tillage
        Place of the class in ``TILLAGE``, (year, site).
    findings
        What was assumed because the schedule does not say it.
    """

    plant_c_t_ha: FloatArray
    manure_c_t_ha: FloatArray
    covered: FloatArray
    irrigation_mm: FloatArray
    humified_t_ha: FloatArray
    lignin_fraction: FloatArray
    nitrogen_fraction: FloatArray
    tillage: FloatArray
    findings: tuple[Finding, ...]

    def part(self, sites: slice) -> Plan:
        """Return the plan of some of the sites."""
        return replace(self, **{name: getattr(self, name)[:, sites] for name in ARRAYS})

    def equals(self, other: Plan) -> bool:
        """Return whether all arrays agree to the last bit."""
        return all(np.array_equal(getattr(self, name), getattr(other, name)) for name in ARRAYS)

    def yearly(self, name: str) -> FloatArray:
        """Return the sum of a monthly array by year, (year, site)."""
        monthly: FloatArray = getattr(self, name)
        return np.asarray(monthly.reshape(-1, 12, monthly.shape[1]).sum(axis=1))


ARRAYS = tuple(field.name for field in fields(Plan) if field.name != "findings")


@dataclass(frozen=True, slots=True)
class _Carbon:
    """Carbon of one activity: what it adds, how much of it AMG humifies, and its quality."""

    plant: float = 0.0
    manure: float = 0.0
    humified: float = 0.0
    lignin: float = LIGNIN
    nitrogen: float = NITROGEN
    known_quality: bool = True
    known_humification: bool = True


def crop_carbon(crop: Crop, *, dry_t_ha: float, depth_cm: float, exported: bool) -> tuple[float, float]:
    """Return above-ground and below-ground carbon that a crop leaves in a layer [t C/ha, t C/ha].

    The amount is the dry yield, or the above-ground matter of a cover crop that is not harvested.
    """
    if crop.kind == "cover":
        above, shoots = dry_t_ha * crop.c_above, dry_t_ha
    else:
        share = crop.stubble_share if exported else 1.0
        above = float(
            straw_carbon(
                yield_dry_t_ha=dry_t_ha,
                harvest_index=crop.harvest_index,
                returned_share=share,
                carbon_fraction=crop.c_above,
            )
        )
        shoots = dry_t_ha / crop.harvest_index
    roots = root_carbon(
        above_ground_dry_t_ha=shoots, shoot_root_ratio=crop.shoot_root_ratio, carbon_fraction=crop.c_below
    )
    return above, float(below_ground_carbon(root_carbon_t_ha=roots, beta=crop.beta, depth_cm=depth_cm))


def _quality(what: str) -> tuple[float, float, bool]:
    """Return lignin and nitrogen of a crop's residue, and whether the table has the crop."""
    line = residues().get(what)
    return (line.lignin, line.nitrogen, True) if line else (LIGNIN, NITROGEN, False)


def _carbon_with_quality(row: ActivityRow, site: SiteRow) -> _Carbon:
    """Return the carbon of one activity, with the quality that was measured where it was."""
    part = _carbon(row, site)
    if row.lignin_fraction is None or row.nitrogen_fraction is None:
        return part
    return replace(part, lignin=row.lignin_fraction, nitrogen=row.nitrogen_fraction, known_quality=True)


def _carbon(row: ActivityRow, site: SiteRow) -> _Carbon:
    """Return the carbon of one activity; nothing for those that bring none."""
    lignin, nitrogen, known = _quality(row.what)
    if row.activity in ("harvest", "cover-crop"):
        kinds = ("cover",) if row.activity == "cover-crop" else ("main", "harvested-cover")
        crop = next(crops()[kind, row.what] for kind in kinds if (kind, row.what) in crops())
        above, below = crop_carbon(
            crop, dry_t_ha=row.amount, depth_cm=site.depth_cm, exported=row.residues == "exported"
        )
        humified = above * crop.h_above + below * crop.h_below
        return _Carbon(above + below, 0.0, humified, lignin, nitrogen, known)
    if row.activity == "plant-input":
        plant = next((c for (_, name), c in crops().items() if name == row.what), None)
        humified = row.amount * plant.h_above if plant else 0.0
        return _Carbon(row.amount, 0.0, humified, lignin, nitrogen, known, plant is not None)
    if row.activity in ("manure", "manure-carbon"):
        kind = manures().get(row.what)
        carbon = row.amount
        if row.activity == "manure" and kind is not None:
            carbon = float(manure_carbon(fresh_t_ha=row.amount, carbon_kg_t=kind.c_kg_t))
        humified = carbon * kind.humified if kind else 0.0
        return _Carbon(0.0, carbon, humified, LIGNIN, NITROGEN, False, kind is not None)
    return _Carbon()


def plan(
    rows: Sequence[ActivityRow],
    *,
    scenario: str,
    sites: Sequence[SiteRow],
    years: tuple[int, int],
) -> Plan:
    """Expand the schedule of a scenario to arrays.

    Parameters
    ----------
    rows
        The schedule, checked; entries of other scenarios are passed over.
    scenario
        Its name.
    sites, years
        The site axis, and the first and last year.

    Returns
    -------
    Plan
        Arrays (month or year, site), and notes on what was assumed.

    Notes
    -----
    Carbon comes in the month of its entry. The cover holds from its month on until the next entry, and is "under
    plants" before the first one. Tillage holds for its year, the strongest of several; a year without an entry takes
    the class of the year before, and ``unknown`` before the first.
    """
    span = years[1] - years[0] + 1
    at = {site.site: place for place, site in enumerate(sites)}
    plant, manure, water = (np.zeros((12 * span, len(sites))) for _ in range(3))
    humified, lignin, nitrogen, carbon = (np.zeros((span, len(sites))) for _ in range(4))
    cover = np.full((12 * span, len(sites)), np.nan)
    tillage = np.full((span, len(sites)), np.nan)
    assumed: dict[str, set[str]] = {}
    for row in rows:
        if row.scenario != scenario:
            continue
        s, year = at[row.site], row.year - years[0]
        month = 12 * year + row.month - 1
        if row.activity == "cover":
            cover[month, s] = row.amount
        elif row.activity == "irrigation":
            water[month, s] += row.amount
        elif row.activity == "tillage":
            kind = float(TILLAGE.index(row.what))
            tillage[year, s] = np.fmin(tillage[year, s], kind)
        else:
            part = _carbon_with_quality(row, sites[s])
            amount = part.plant + part.manure
            plant[month, s] += part.plant
            manure[month, s] += part.manure
            humified[year, s] += part.humified
            carbon[year, s] += amount
            lignin[year, s] += amount * part.lignin
            nitrogen[year, s] += amount * part.nitrogen
            if not part.known_quality:
                assumed.setdefault("residue-quality-generic", set()).add(row.what)
            if not part.known_humification:
                assumed.setdefault("humification-unknown", set()).add(row.what)
    for code, first in (("cover-assumed", cover[0]), ("tillage-unknown", tillage[0])):
        for place in np.flatnonzero(np.isnan(first)):
            assumed.setdefault(code, set()).add(sites[int(place)].site)
    some = carbon > 0.0
    return Plan(
        plant,
        manure,
        _carried_on(cover, 1.0),
        water,
        humified,
        np.where(some, lignin / np.where(some, carbon, 1.0), LIGNIN),
        np.where(some, nitrogen / np.where(some, carbon, 1.0), NITROGEN),
        _carried_on(tillage, float(TILLAGE.index("unknown"))),
        tuple(
            finding(
                code,
                f"scenario {scenario}",
                f"not given for {', '.join(sorted(names)[:5])}",
                more=max(0, len(names) - 5),
            )
            for code, names in sorted(assumed.items())
        ),
    )


def _carried_on(values: FloatArray, before_first: float) -> FloatArray:
    """Fill each gap with the value before it."""
    filled = values.copy()
    filled[0] = np.where(np.isnan(filled[0]), before_first, filled[0])
    for i in range(1, len(filled)):
        filled[i] = np.where(np.isnan(filled[i]), filled[i - 1], filled[i])
    return filled

"""Similarity of a control site to the unit it is linked to (VM0042 v2.2 section 8.2, Tables 7 and 10)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from mollisol.methodology.base import DomainObject, Identifier, Items, Text
from mollisol.methodology.checks.likely_causes import other_units
from mollisol.methodology.eligibility.thresholds import EligibilityThresholds
from mollisol.methodology.findings import Finding, Severity, finding
from mollisol.methodology.practice import CROP_GROUPS

type SlopeClass = Literal[
    "nearly level", "gently sloping", "strongly sloping", "moderately steep", "steep", "very steep"
]
type Degrees = Annotated[float, Field(ge=0, lt=360, allow_inf_nan=False)]

_SLOPES: tuple[tuple[float, SlopeClass], ...] = (
    (3, "nearly level"),
    (8, "gently sloping"),
    (16, "strongly sloping"),
    (30, "moderately steep"),
    (45, "steep"),
)
HILLY: frozenset[str] = frozenset({"moderately steep", "steep", "very steep"})
"""Classes above 16 %, for which the aspect counts."""


def slope_class(slope_percent: float) -> SlopeClass:
    """Return the class of a slope, with continuous bounds: the printed ones leave gaps between whole per cent (E-23).

    Raises
    ------
    ValueError
        For a slope below 0 or not a number.
    """
    if not slope_percent >= 0:
        raise ValueError(f"slope_percent must be 0 or above, found {slope_percent}")
    return next((name for top, name in _SLOPES if slope_percent <= top), "very steep")


class PracticeYear(DomainObject):
    """What was done in one year before the start; 1 is the last year."""

    years_before_start: Annotated[int, Field(ge=1, le=200)]
    tillage: Literal["none", "conservation", "conventional"]
    residue_removed: bool
    crop: Text
    functional_group: Text
    manure: bool
    compost: bool
    irrigation: bool


class SiteFacts(DomainObject):
    """What Table 7 asks of a unit and of a control site, each from unbiased representative sampling.

    Parameters
    ----------
    slope_class
        The most frequent class by area.
    aspect_deg
        Clockwise from north.
    texture_classes
        FAO class to the boundary depth; one per horizon where they differ markedly within 30 cm.
    described_to_cm
        Depth that texture and carbon were averaged to.
    converted_years_before_start, cover_before_conversion
        The last conversion from another major land cover; None where none is known.
    station_km
        Distance of the weather station; None for a synthetic one.
    """

    name: Identifier
    slope_class: SlopeClass
    aspect_deg: Degrees | None = None
    texture_classes: Items[Text]
    soil_group: Text
    described_to_cm: Annotated[float, Field(gt=0, le=500, allow_inf_nan=False)]
    practices: Items[PracticeYear]
    converted_years_before_start: Annotated[float, Field(ge=0, le=10000, allow_inf_nan=False)] | None = None
    cover_before_conversion: Text = ""
    ecoregion: Text
    climate_zone: Text
    precipitation_mm: Annotated[float, Field(ge=0, le=15000, allow_inf_nan=False)]
    station_km: Annotated[float, Field(ge=0, le=20000, allow_inf_nan=False)] | None


class SoilCarbonComparison(DomainObject):
    """The test of equal mean soil carbon, computed elsewhere; the text names no test, so the result says which."""

    test: Text
    p_value: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


def check_similarity(
    unit: SiteFacts,
    site: SiteFacts,
    soil_carbon: SoilCarbonComparison | None,
    *,
    argued: tuple[str, ...] = (),
    boundary_depth_cm: float = 30.0,
    thresholds: EligibilityThresholds,
) -> list[Finding]:
    """Return the findings on a control site, held against every row of Table 7.

    Parameters
    ----------
    unit, site
        The quantification unit and the control site linked to it.
    soil_carbon
        None where the comparison was not made.
    argued
        Practices whose irrelevance the project argues, by field name of :class:`PracticeYear`.
    boundary_depth_cm
        Depth of the project boundary; at least 30 cm is asked.
    """
    pair = f"control site {site.name} for {unit.name}"
    return [
        *_topography(pair, unit, site, thresholds),
        *_soil(pair, unit, site, max(boundary_depth_cm, thresholds.similarity_depth_cm)),
        *_soil_carbon(pair, soil_carbon, thresholds),
        *_practices(pair, unit, site, argued, thresholds),
        *_land_cover(pair, unit, site, thresholds),
        *_climate(pair, unit, site, thresholds),
    ]


def _topography(
    pair: str, unit: SiteFacts, site: SiteFacts, thresholds: EligibilityThresholds
) -> Iterator[Finding]:
    if site.slope_class != unit.slope_class:
        yield finding("control-slope", pair, f"slope: {site.slope_class}, unit {unit.slope_class}")
    if site.slope_class not in HILLY:
        return
    allowed = f"within {thresholds.aspect_deg:g} degrees where the slope is above 16 %"
    if site.aspect_deg is None or unit.aspect_deg is None:
        yield finding("control-aspect", pair, "aspect: not given", allowed=allowed)
        return
    turn = abs(site.aspect_deg - unit.aspect_deg)
    apart = min(turn, 360 - turn)
    if apart > thresholds.aspect_deg:
        yield finding("control-aspect", pair, f"aspect: {apart:g} degrees apart", allowed=allowed)


def _soil(pair: str, unit: SiteFacts, site: SiteFacts, depth_cm: float) -> Iterator[Finding]:
    yield from (
        finding(
            "control-depth",
            pair,
            f"depth: {place.name} described to {place.described_to_cm:g} cm",
            depth_cm=depth_cm,
        )
        for place in (unit, site)
        if place.described_to_cm < depth_cm
    )
    if site.texture_classes != unit.texture_classes:
        yield finding(
            "control-texture",
            pair,
            f"texture: {' over '.join(site.texture_classes)}, unit {' over '.join(unit.texture_classes)}",
        )
    if site.soil_group != unit.soil_group:
        yield finding("control-soil-group", pair, f"soil group: {site.soil_group}, unit {unit.soil_group}")


def _soil_carbon(
    pair: str, comparison: SoilCarbonComparison | None, thresholds: EligibilityThresholds
) -> Iterator[Finding]:
    significance = 1 - thresholds.similarity_confidence
    allowed = (
        f"not significantly different at {1 - significance:.0%} "
        f"(p of at least {significance:g}); the text names no test"
    )
    if comparison is None:
        yield finding("control-soil-carbon", pair, "soil carbon: not compared", allowed=allowed)
        return
    shown = f"p {comparison.p_value:.3g} by {comparison.test}"
    if comparison.p_value < significance:
        yield finding("control-soil-carbon", pair, f"soil carbon: {shown}", allowed=allowed)
        return
    yield finding("control-soil-carbon-test", pair, f"soil carbon: {shown}", allowed=allowed)


_SAME = ("tillage", "residue_removed", "manure", "compost", "irrigation")


def _practices(
    pair: str, unit: SiteFacts, site: SiteFacts, argued: tuple[str, ...], thresholds: EligibilityThresholds
) -> Iterator[Finding]:
    theirs = {year.years_before_start: year for year in site.practices}
    ours = {year.years_before_start: year for year in unit.practices}
    for back in range(1, thresholds.same_practice_years + 1):
        one, other = theirs.get(back), ours.get(back)
        label = f"year {back} before the start"
        if one is None or other is None:
            yield finding(
                "control-practice-unknown",
                pair,
                f"practice: {label} not known",
                same_practice_years=thresholds.same_practice_years,
            )
            continue
        yield from [
            finding(
                "control-practice",
                pair,
                f"{name.replace('_', ' ')}: {getattr(one, name)}, unit {getattr(other, name)}, {label}",
                severity=Severity.WARNING if name in argued else Severity.BLOCKING,
                same_practice_years=thresholds.same_practice_years,
            )
            for name in _SAME
            if getattr(one, name) != getattr(other, name)
        ]
        yield from _crop(pair, one, other, label, "crop" in argued)


def _crop(pair: str, one: PracticeYear, other: PracticeYear, label: str, argued: bool) -> Iterator[Finding]:
    if one.crop == other.crop:
        return
    same_group = one.functional_group == other.functional_group and one.functional_group in CROP_GROUPS
    mild = Severity.NOTE if same_group else Severity.WARNING
    yield finding(
        "control-crop",
        pair,
        f"crop: {one.crop}, unit {other.crop}, {label}" + (", same functional group" if same_group else ""),
        severity=mild if same_group or argued else Severity.BLOCKING,
        groups=", ".join(sorted(CROP_GROUPS)),
    )


def _land_cover(
    pair: str, unit: SiteFacts, site: SiteFacts, thresholds: EligibilityThresholds
) -> Iterator[Finding]:
    since = unit.converted_years_before_start
    theirs = site.converted_years_before_start
    if since is None or since > thresholds.land_cover_years:
        if theirs is None or theirs > thresholds.land_cover_years:
            return
        yield finding(
            "control-land-cover",
            pair,
            f"land cover: converted {theirs:g} years before the start, the unit not",
            land_cover_years=thresholds.land_cover_years,
        )
        return
    allowed = (
        f"converted from {unit.cover_before_conversion or 'the same cover'} within "
        f"{thresholds.land_cover_tolerance_years:g} years of the unit's conversion, {since:g} years before the start"
    )
    alike = (
        theirs is not None
        and site.cover_before_conversion == unit.cover_before_conversion
        and abs(theirs - since) <= thresholds.land_cover_tolerance_years
    )
    if alike:
        return
    found = (
        "no conversion known"
        if theirs is None
        else f"converted from {site.cover_before_conversion or 'unknown'} {theirs:g} years before the start"
    )
    yield finding("control-land-cover", pair, f"land cover: {found}", allowed=allowed)


def _climate(
    pair: str, unit: SiteFacts, site: SiteFacts, thresholds: EligibilityThresholds
) -> Iterator[Finding]:
    if site.ecoregion != unit.ecoregion:
        yield finding(
            "control-ecoregion", pair, f"native vegetation: {site.ecoregion}, unit {unit.ecoregion}"
        )
    if site.climate_zone != unit.climate_zone:
        yield finding("control-climate", pair, f"climate zone: {site.climate_zone}, unit {unit.climate_zone}")
    apart = abs(site.precipitation_mm - unit.precipitation_mm)
    if apart > thresholds.precipitation_mm:
        alike = (
            unit.precipitation_mm - thresholds.precipitation_mm,
            unit.precipitation_mm + thresholds.precipitation_mm,
        )
        yield finding(
            "control-precipitation",
            pair,
            f"precipitation: {apart:g} mm apart" + other_units("rain", site.precipitation_mm, *alike, "mm"),
            precipitation_mm=thresholds.precipitation_mm,
        )
    if site.station_km is not None and site.station_km > thresholds.station_km:
        yield finding(
            "control-station",
            pair,
            f"weather station: {site.station_km:g} km away"
            + other_units("distance", site.station_km, 0.0, thresholds.station_km, "km"),
            station_km=thresholds.station_km,
        )

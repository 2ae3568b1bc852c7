"""The design-based path a second time, from the documents alone, short enough to read in one sitting.

It shares no line with the engine: it reads the tables itself and imports nothing of ``quantification`` or
``uncertainty``. Sections and equations are those of VM0042 2.2 with the corrections of 11 June 2026. What is not of
this path (woody stocks, source terms, leakage, the variance that calibrations of spectroscopy add, and the deduction of
another form where that one issues) is given.
"""

from __future__ import annotations

import csv
import io
import math
import tomllib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from mollisol.verify.second_figures import carbon_g_per_kg, soil_mass_t_per_ha

CO2E_PER_C: Final = 44 / 12

type Row = Mapping[str, str]
type Vector = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Given:
    """What another path decides of a period: yearly terms, all in t CO2e, and the deduction that issues."""

    sources: Sequence[float]
    leakage: Sequence[float]
    woody_project: float = 0.0
    woody_baseline: float = 0.0
    uncertainty_percent: float | None = None
    """None where the deduction of this path issues."""
    further: Sequence[tuple[float, float]] = ()
    """What calibrations and conversions add to the variance of the mean, each with its degrees of freedom."""


def rows_of(inputs: Mapping[str, bytes], name: str) -> list[Row]:
    """Return the rows of a table, none where it is not there; blanks around a cell do not count."""
    table = csv.DictReader(io.StringIO(inputs.get(name, b"").decode("utf-8-sig")))
    return [{key.strip(): cell.strip() for key, cell in row.items()} for row in table]


def design_based(
    inputs: Mapping[str, bytes],
    *,
    confidence: float,
    widest_half_width_percent: float,
    given: Mapping[str, Given],
) -> dict[str, dict[str, float]]:
    """Compute every verification period from its cores to its units.

    Parameters
    ----------
    inputs
        The project's files, byte for byte.
    confidence
        Probability with which the truth exceeds what is credited.
    widest_half_width_percent
        The eligibility bar: two-sided 90 % half-width as a share of the estimate.
    given
        By the name of the period.

    Returns
    -------
    dict
        Figures by period; those of a year are called ``year.figure``, those of a stratum ``stratum: figure``.
    """
    head = tomllib.loads(inputs["project.toml"].decode("utf-8-sig"))["project"]
    strata = rows_of(inputs, "strata.csv")
    stocks, home = unit_stocks(inputs, head, strata)
    rating = head["non_permanence_rating_percent"] / 100
    cumulative = _carried(inputs)
    found: dict[str, dict[str, float]] = {}
    for period in head["verification_periods"]:
        start, end = period["during"]["start"], period["during"]["end"]
        years = (end + timedelta(days=1)).year - start.year
        first, last = stocks[period["first_campaign"]], stocks[period["last_campaign"]]
        change: dict[str, list[float]] = defaultdict(list)
        for unit in sorted(first):
            change[home[unit]].append((last[unit] - first[unit]) * CO2E_PER_C)
        figures = period_change(strata, rows_of(inputs, "control_links.csv"), change)
        area = sum(float(row["area_ha"]) for row in strata)
        char = _biochar_t_c(inputs, start, end) * CO2E_PER_C
        project, baseline = figures.pop("project_t_co2e") - char, figures.pop("baseline_t_co2e")
        own = given[period["name"]]
        spread, freedom = figures.pop("variance"), figures["degrees_of_freedom"]
        for more in own.further:
            spread, freedom = with_more(spread, freedom, *more)
        figures["degrees_of_freedom"] = freedom
        figures |= deduction((project - baseline) / area, spread, freedom, confidence)
        percent = (
            figures["uncertainty_percent"] if own.uncertainty_percent is None else own.uncertainty_percent
        )
        total = 0.0
        for year in range(1, years + 1):
            split = vintage(
                project / years, baseline / years, percent / 100, rating, cumulative, own, year - 1
            )
            cumulative = split["cumulative_project_change_t_co2e"]
            total += split["verified_total_t_co2e"]
            figures |= {f"{year}.{name}": value for name, value in split.items()}
        figures["verified_total_t_co2e"] = total
        eligible = figures["half_width_percent"] <= widest_half_width_percent
        figures["units_to_issue_t"] = float(max(0, math.floor(total))) if eligible else 0.0
        found[period["name"]] = figures
    return found


def unit_stocks(
    inputs: Mapping[str, bytes], head: Mapping[str, Any], strata: Sequence[Row]
) -> tuple[dict[str, dict[str, float]], dict[str, str]]:
    """Return the stock of each sampling unit by campaign in t C/ha at equal soil mass (8.2.1.6), and its home."""
    points = {row["point"]: row for row in rows_of(inputs, "sample_points.csv")}
    lies_in = {name: row.get("stratum") or row.get("control_site") or "" for name, row in points.items()}
    limit = float(head["reporting_depth_cm"])
    depth = {row["stratum"]: min(limit, float(row.get("shallow_soil_depth_cm") or limit)) for row in strata}
    group = {row["stratum"]: row["stratum"] if row.get("shallow_soil_depth_cm") else "" for row in strata}
    for link in rows_of(inputs, "control_links.csv"):
        depth[link["control_site"]] = depth[link["stratum"]]
        group[link["control_site"]] = group[link["stratum"]]
    cores: dict[tuple[str, str, str], list[Row]] = defaultdict(list)
    for row in rows_of(inputs, "core_increments.csv"):
        cores[row["campaign"], row["point"], row["sample"]].append(row)
    profiles = {}
    deepest: dict[str, float] = defaultdict(float)
    for key, increments in cores.items():
        increments.sort(key=lambda row: float(row["upper_cm"]))
        place = lies_in[key[1]]
        mass = np.cumsum([soil_mass_t_per_ha(row) for row in increments])
        carbon = np.cumsum([soil_mass_t_per_ha(row) * carbon_g_per_kg(row) / 1000 for row in increments])
        lower = np.array([float(row["lower_cm"]) for row in increments])
        profiles[key] = (group.get(place, ""), mass, carbon)
        at_depth = straight(lower, mass, depth.get(place, limit))
        deepest[group.get(place, "")] = max(deepest[group.get(place, "")], at_depth)
    spline = head.get("equivalent_soil_mass_interpolation") != "linear" and not any(
        leaves_its_layers(mass, carbon, deepest[of]) for of, mass, carbon in profiles.values()
    )
    curve = natural_spline if spline else straight
    by_point: dict[tuple[str, str], list[float]] = defaultdict(list)
    for (campaign, point, _), (of, mass, carbon) in profiles.items():
        by_point[campaign, point].append(curve(mass, carbon, deepest[of]))
    by_unit: dict[tuple[str, str], list[float]] = defaultdict(list)
    home = {}
    for (campaign, point), values in sorted(by_point.items()):
        place = lies_in[point]
        unit = f"{place}/{points[point]['sampling_unit']}"
        by_unit[campaign, unit].append(average(values))
        home[unit] = place
    stocks: dict[str, dict[str, float]] = defaultdict(dict)
    for (campaign, unit), values in by_unit.items():
        stocks[campaign][unit] = average(values)
    return stocks, home


def straight(x: Vector, y: Vector, place: float) -> float:
    """Return the value at a place on straight lines through (0, 0) and the points, the last one continued."""
    x, y = np.concatenate([[0.0], x]), np.concatenate([[0.0], y])
    k = min(max(int(np.searchsorted(x, place, side="left")) - 1, 0), len(x) - 2)
    return float(y[k] + (place - x[k]) * (y[k + 1] - y[k]) / (x[k + 1] - x[k]))


def natural_spline(x: Vector, y: Vector, place: float) -> float:
    """Return the natural cubic spline through (0, 0) and the points, the last cubic continued (8.2.1.6)."""
    x, y = np.concatenate([[0.0], x]), np.concatenate([[0.0], y])
    n, h, slope = len(x), np.diff(x), np.diff(y) / np.diff(x)
    system, right = np.eye(n), np.zeros(n)
    for i in range(1, n - 1):
        system[i, i - 1 : i + 2] = h[i - 1], 2 * (h[i - 1] + h[i]), h[i]
        right[i] = 6 * (slope[i] - slope[i - 1])
    bend = np.linalg.solve(system, right)
    k = min(max(int(np.searchsorted(x, place, side="left")) - 1, 0), n - 2)
    from_left, to_right = place - x[k], x[k + 1] - place
    cubic = (bend[k] * to_right**3 + bend[k + 1] * from_left**3) / (6 * h[k])
    left, rest = y[k] / h[k] - bend[k] * h[k] / 6, y[k + 1] / h[k] - bend[k + 1] * h[k] / 6
    return float(cubic + left * to_right + rest * from_left)


def leaves_its_layers(mass: Vector, carbon: Vector, reference: float) -> bool:
    """Return whether the spline at a mass lies outside of what the layers around it hold."""
    summed, k = [0.0, *map(float, carbon)], int(np.searchsorted(mass, reference, side="right"))
    richest = float(max(np.diff(summed) / np.diff([0.0, *mass])))
    high = summed[k + 1] if k < len(carbon) else summed[k] + (reference - float(mass[-1])) * richest
    slack = 1e-9 * max(high, 1.0)
    return not summed[k] - slack <= natural_spline(mass, carbon, reference) <= high + slack


def period_change(
    strata: Sequence[Row], links: Sequence[Row], change: Mapping[str, Sequence[float]]
) -> dict[str, float]:
    """Means, variance of the mean (Eqs. 70, 71) and Satterthwaite's degrees of freedom, from the change of each unit.

    Control sites that stand for the same strata are one group. Its replicates are its sites, or the sampling units of
    its one site; its error reaches the whole area that it stands for, once.
    """
    area = {row["stratum"]: float(row["area_ha"]) for row in strata}
    linked: dict[str, set[str]] = defaultdict(set)
    for link in links:
        linked[link["control_site"]].add(link["stratum"])
    groups: dict[frozenset[str], list[str]] = defaultdict(list)
    for site in sorted(linked):
        groups[frozenset(linked[site])].append(site)
    sites = {name: sum(name in of for of in linked.values()) for name in area}
    figures: dict[str, float] = {}
    baseline = dict.fromkeys(area, 0.0)
    terms: list[tuple[float, int]] = []
    for names, own in groups.items():
        values = [average(change[site]) for site in own] if len(own) > 1 else list(change[own[0]])
        reach = sum(area[name] * len(own) / sites[name] for name in names)
        terms.append((reach**2 * variance(values) / len(values), len(values) - 1))
        for name in names:
            baseline[name] += average(values) * len(own) / sites[name]
    for name, size in area.items():
        own_variance = size**2 * variance(change[name]) / len(change[name])
        terms.append((own_variance, len(change[name]) - 1))
        mean = average(change[name])
        figures[f"{name}: project_change_t_co2e_per_ha"] = mean
        figures[f"{name}: baseline_change_t_co2e_per_ha"] = baseline[name]
        figures[f"{name}: difference_t_co2e_per_ha"] = mean - baseline[name]
        figures[f"{name}: project_variance_t2"] = own_variance
    spread = sum(term for term, _ in terms)
    lost = sum(term**2 / freedom for term, freedom in terms if term > 0)
    figures["project_t_co2e"] = sum(size * average(change[name]) for name, size in area.items())
    figures["baseline_t_co2e"] = sum(size * baseline[name] for name, size in area.items())
    figures["variance"] = spread / sum(area.values()) ** 2
    figures["degrees_of_freedom"] = spread**2 / lost if lost > 0 else math.inf
    return figures


def with_more(sampling: float, freedom: float, more: float, of_more: float) -> tuple[float, float]:
    """Add what calibrations or conversions add to the variance, and to Satterthwaite's degrees of freedom (8.6.2)."""
    if not more:
        return sampling, freedom
    spread = sampling + more
    lost = sampling**2 / freedom + more**2 / of_more
    return spread, spread**2 / lost


def deduction(mean: float, of_mean: float, freedom: float, confidence: float) -> dict[str, float]:
    """Eq. 74 over the magnitude of the mean, what is credited, and the half-width of the eligibility bar."""
    error, quantile = math.sqrt(of_mean), t_quantile(confidence, freedom)
    share = error / abs(mean) if error else 0.0
    return {
        "mean_t_co2e_per_ha": mean,
        "standard_error_t_co2e_per_ha": error,
        "t_quantile": quantile,
        "uncertainty_percent": 100 * quantile * share,
        "credited_t_co2e_per_ha": mean - quantile * error,
        "half_width_percent": 100 * t_quantile(0.95, freedom) * share,
    }


def vintage(
    project: float,
    baseline: float,
    uncertainty: float,
    rating: float,
    cumulative: float,
    mine: Given,
    year: int,
) -> dict[str, float]:
    """One year from its soil changes to verified tonnes: Eqs. 44, 45, 37 to 42 and 75 to 79."""
    sign, sources, leakage = 1 if project - baseline >= 0 else -1, mine.sources[year], mine.leakage[year]
    wp = project * (1 - uncertainty * sign) + mine.woody_project
    bsl = baseline * (1 - uncertainty * sign) + mine.woody_baseline
    cumulative += wp
    switch = 1 if cumulative > 0 else 0
    losses, gains = min(0.0, wp) - min(0.0, bsl), max(0.0, wp) - max(0.0, bsl)
    stock_reductions, removals = losses + (1 - switch) * gains, switch * gains
    reductions = sources + stock_reductions
    parts = (
        [max(0.0, reductions), max(0.0, removals)]
        if max(reductions, removals) > 0
        else [reductions, removals]
    )
    on_reductions, on_removals = (leakage * part / sum(parts) if leakage else 0.0 for part in parts)
    verified_reductions = reductions - on_reductions - rating * stock_reductions
    verified_removals = removals - on_removals - rating * removals
    return {
        "project_change_t_co2e": wp,
        "baseline_change_t_co2e": bsl,
        "cumulative_project_change_t_co2e": cumulative,
        "removals_switch": float(switch),
        "reductions_t_co2e": reductions,
        "removals_t_co2e": removals,
        "net_reductions_t_co2e": reductions - on_reductions,
        "net_removals_t_co2e": removals - on_removals,
        "buffer_on_reductions_t_co2e": rating * stock_reductions,
        "buffer_on_removals_t_co2e": rating * removals,
        "verified_reductions_t_co2e": verified_reductions,
        "verified_removals_t_co2e": verified_removals,
        "verified_total_t_co2e": verified_reductions + verified_removals,
    }


def t_quantile(probability: float, freedom: float) -> float:
    """Student's t, by its closed forms at one and two degrees of freedom, or by SciPy's function in between."""
    from scipy.special import ndtri, stdtrit

    if math.isinf(freedom):
        return float(ndtri(probability))
    if freedom == 1:
        return math.tan(math.pi * (probability - 0.5))
    return float(stdtrit(freedom, probability))


def average(values: Sequence[float]) -> float:
    """Return the mean."""
    return float(np.mean(values))


def variance(values: Sequence[float]) -> float:
    """Return the variance of a sample, which needs two values."""
    return float(np.var(values, ddof=1))


def _biochar_t_c(inputs: Mapping[str, bytes], start: date, end: date) -> float:
    return sum(
        float(row["biochar_t"]) * float(row["organic_carbon_fraction"])
        for row in rows_of(inputs, "biochar.csv")
        if start <= date.fromisoformat(row["applied_on"]) <= end
    )


def _carried(inputs: Mapping[str, bytes]) -> float:
    """Return the project change before the first period, as the ledger has it."""
    if "ledger.toml" not in inputs:
        return 0.0
    entries = tomllib.loads(inputs["ledger.toml"].decode("utf-8-sig")).get("entry", [])
    return float(entries[-1]["cumulative_project_change_t_co2e"]) if entries else 0.0

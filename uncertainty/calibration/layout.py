"""Trials as arrays: sites that start together, each forcing once, and the input of each kind apart."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from mollisol.methodology.soil_models.inputs import ActivityRow, SiteRow
from mollisol.methodology.soil_models.trials import Trials, scenario_of_trials
from mollisol.quantification.models.arrays import FloatArray, IntArray
from mollisol.quantification.models.drivers import Weather, gather_weather
from mollisol.quantification.models.schedule import Plan, plan

_STREAMS = ("plant_c_t_ha", "manure_c_t_ha", "covered", "irrigation_mm", "humified_t_ha", "tillage")


def input_kind(row: ActivityRow) -> str:
    """Return the kind of input of a schedule entry, or nothing where it brings no carbon."""
    if row.activity in ("harvest", "cover-crop"):
        return "harvest"
    if row.activity in ("manure", "manure-carbon"):
        return "manure"
    return row.what if row.activity == "plant-input" else ""


def input_kinds(rows: Iterable[ActivityRow]) -> tuple[str, ...]:
    """Return the kinds of input of a schedule, sorted."""
    return tuple(sorted({kind for row in rows if (kind := input_kind(row))}))


@dataclass(frozen=True, slots=True)
class Cohort:
    """Sites that start at the end of one year; sites with the same forcing stand here once.

    Parameters
    ----------
    start_year, end_year
        The stock at the end of the first is the start; rows run from the year after it to the last.
    sites
        One site for each forcing.
    history
        The baseline that the start is made with.
    trial
        What was done after the start, with all inputs.
    inputs
        The same with one kind of input only, by kind.
    place
        Position of each of ``sites`` in the plans' columns.
    """

    start_year: int
    end_year: int
    sites: tuple[SiteRow, ...]
    place: IntArray


@dataclass(frozen=True, slots=True)
class Layout:
    """Trials as arrays.

    Parameters
    ----------
    air
        Weather.
    kinds
        Kinds of input.
    cohorts
        Sites that start together.
    at
        Cohort and place in it of each site.
    history, trial
        Plans of the baseline and of the trial with all inputs, columns by site of the table.
    inputs
        Plans of the trial with one kind of input only.
    cycle_years
        Years that the history is given for.
    run_in_years
        First years of the history that give the start of RothC; years before the start that give that of Tier 2.
    """

    air: Weather
    kinds: tuple[str, ...]
    cohorts: tuple[Cohort, ...]
    at: Mapping[str, tuple[int, int]]
    history: Plan
    trial: Plan
    inputs: Mapping[str, Plan]
    cycle_years: int
    run_in_years: int

    def columns(self, cohort: Cohort, name: str, *, plan: Plan, months: slice) -> FloatArray:
        """Return a stream of a plan for the sites of a cohort."""
        stream: FloatArray = getattr(plan, name)
        return np.ascontiguousarray(stream[months][:, cohort.place])

    def months(self, first_year: int, last_year: int) -> slice:
        """Return the months from January of the first year to December of the last."""
        return slice(12 * (first_year - self.air.years[0]), 12 * (last_year + 1 - self.air.years[0]))

    def rows(self, first_year: int, last_year: int) -> slice:
        """Return the years from the first to the last."""
        return slice(first_year - self.air.years[0], last_year + 1 - self.air.years[0])


def lay_out(trials: Trials, *, until: Mapping[str, int] | None = None) -> Layout:
    """Bring trials to arrays.

    Parameters
    ----------
    trials
        Read and checked.
    until
        Last year wanted of a site; else that of its last stock or comparison.
    """
    inputs = trials.inputs
    sites = inputs.sites
    air = gather_weather(inputs.weather, sites)
    scenario = scenario_of_trials(inputs)

    def planned(rows: Sequence[ActivityRow], name: str) -> Plan:
        return plan(rows, scenario=name, sites=sites, years=air.years)

    trial = planned(inputs.schedule, scenario)
    of_trial = [row for row in inputs.schedule if row.scenario == scenario]
    kinds = input_kinds(of_trial)
    by_kind = {
        kind: planned([row for row in of_trial if input_kind(row) == kind], scenario) for kind in kinds
    }
    history = trial if scenario == inputs.baseline else planned(inputs.schedule, inputs.baseline)
    last = max(row.year for row in inputs.schedule if row.scenario == inputs.baseline)
    ends = _last_years(trials, until or {})
    cohorts, at = _cohorts(trials, ends, air, [history, trial, *by_kind.values()])
    return Layout(
        air,
        kinds,
        cohorts,
        at,
        history,
        trial,
        by_kind,
        last - air.years[0] + 1,
        inputs.run_in_years,
    )


def _last_years(trials: Trials, until: Mapping[str, int]) -> dict[str, int]:
    """Return the last year that is wanted of each site."""
    last = {row.site: row.start_year + 1 for row in trials.trial_sites}
    for row in trials.observations:
        last[row.site] = max(last[row.site], row.year)
    for pair in trials.comparisons:
        for site in (pair.treated_site, pair.reference_site):
            if site in last:
                last[site] = max(last[site], pair.to_year)
    return {site: max(year, until.get(site, year)) for site, year in last.items()}


def _cohorts(
    trials: Trials, ends: Mapping[str, int], air: Weather, plans: Sequence[Plan]
) -> tuple[tuple[Cohort, ...], dict[str, tuple[int, int]]]:
    """Group sites by the year they start in, and keep one of those that have the same forcing."""
    start_of = {row.site: row.start_year for row in trials.trial_sites}
    starts: dict[int, list[int]] = defaultdict(list)
    for number, site in enumerate(trials.inputs.sites):
        starts[start_of[site.site]].append(number)
    cohorts: list[Cohort] = []
    at: dict[str, tuple[int, int]] = {}
    for start, members in sorted(starts.items()):
        kept: dict[bytes, int] = {}
        places: list[int] = []
        for number in members:
            site = trials.inputs.sites[number]
            key = _forcing_key(site, number, air, plans)
            if key not in kept:
                kept[key] = len(places)
                places.append(number)
            at[site.site] = (len(cohorts), kept[key])
        last = max(ends[trials.inputs.sites[number].site] for number in members)
        rows = tuple(trials.inputs.sites[number] for number in places)
        cohorts.append(Cohort(start, last, rows, np.array(places, dtype=np.int64)))
    return tuple(cohorts), at


def _forcing_key(site: SiteRow, number: int, air: Weather, plans: Sequence[Plan]) -> bytes:
    """Return a hash of all that a model takes of a site but its stock."""
    soil = site.model_dump(exclude={"site", "soc_t_ha", "iom_t_ha", "file", "row"}, mode="json")
    digest = hashlib.sha256(repr((sorted(soil.items()), int(air.cell[number]))).encode())
    for one in plans:
        for name in (*_STREAMS, "lignin_fraction", "nitrogen_fraction"):
            digest.update(np.ascontiguousarray(getattr(one, name)[:, number]).tobytes())
    return digest.digest()

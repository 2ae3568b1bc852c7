"""Runs the scenarios of a schedule through one model with one parameter set, from one start."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from mollisol.methodology.findings import Finding, FindingsError, Severity, finding
from mollisol.methodology.soil_models.catalogue import MODELS, ModelCard
from mollisol.methodology.soil_models.inputs import ExternalResults, ModelInputs, SiteRow
from mollisol.methodology.soil_models.parameters import ParameterSet
from mollisol.quantification.models.amg import AmgForcing, AmgParameters, run_amg
from mollisol.quantification.models.arrays import FloatArray, with_axes
from mollisol.quantification.models.drivers import JointDraws, Weather, gather_weather, weather_elsewhere
from mollisol.quantification.models.external import december_stocks
from mollisol.quantification.models.icbm import IcbmParameters, run_icbm, steady_icbm
from mollisol.quantification.models.linear.kernel import Engine
from mollisol.quantification.models.linear.steady import shifted
from mollisol.quantification.models.rothc.equations import inert_from_stock
from mollisol.quantification.models.rothc.model import RothCForcing, RothCParameters, run_rothc
from mollisol.quantification.models.rothc.start import steady_rothc
from mollisol.quantification.models.schedule import Plan, plan
from mollisol.quantification.models.tier2 import Tier2Forcing, Tier2Parameters, rain_over_pet, run_tier2


@dataclass(frozen=True, slots=True)
class ScenarioRuns:
    """Stocks of every scenario, by the same model, version and parameter set, from the same start.

    Parameters
    ----------
    model, label
        The model, and its parameter set with hash.
    sites, years
        The axes: names of the sites, and the year at whose end each row stands; the first is the start.
    stock_t_ha
        By scenario, (year, site, draw). [t C/ha]
    findings
        What was assumed on the way.
    """

    model: str
    label: str
    sites: tuple[str, ...]
    years: tuple[int, ...]
    stock_t_ha: dict[str, FloatArray]
    findings: tuple[Finding, ...]

    def rows(self) -> list[dict[str, Any]]:
        """Return one row per scenario, site, year and draw, for tables."""
        return [
            {"scenario": name, "site": site, "year": year, "draw": draw, "soc_t_ha": float(stock[t, s, draw])}
            for name, stock in self.stock_t_ha.items()
            for s, site in enumerate(self.sites)
            for t, year in enumerate(self.years)
            for draw in range(stock.shape[2])
        ]

    def summary(self) -> list[str]:
        """Return start, end and yearly change of each scenario and site, in words."""
        span = self.years[-1] - self.years[0]
        lines = []
        for name, stock in self.stock_t_ha.items():
            for s, site in enumerate(self.sites):
                first, last = float(stock[0, s].mean()), float(stock[-1, s].mean())
                lines.append(
                    f"{name} {site}: {first:.2f} t C/ha at the end of {self.years[0]}, {last:.2f} at the end of "
                    f"{self.years[-1]}, {(last - first) / span:+.3f} a year"
                )
        return lines


LANES = 2**15
"""Sites times draws of a block: what the start of RothC holds of it, month by month over its run-in, is some 300 MB."""

type Each = Callable[[Callable[[Any], Any], Iterable[Any]], list[Any]]
"""Runs work on parts, and gives the results in their order."""


def one_by_one(work: Callable[[Any], Any], parts: Iterable[Any]) -> list[Any]:
    """Return what work gives for each part, one after the other."""
    return [work(part) for part in parts]


def run_scenarios(
    inputs: ModelInputs,
    *,
    joint: JointDraws | None = None,
    start_t_ha: ArrayLike | None = None,
    years: Collection[int] | None = None,
    each: Each = one_by_one,
) -> ScenarioRuns:
    """Run every scenario of a schedule, a block of sites at a time under all draws.

    The blocks are the same whoever runs them, and in whatever order.

    Parameters
    ----------
    inputs
        The model, its parameter set, the checked rows, and the baseline that the start is made with. The first years of
        the baseline give the start: their mean conditions for Tier 2, where both scenarios share them; for RothC they
        are repeated for ever.
    joint
        Draws in place of the set's one value of each number.
    start_t_ha
        Stocks at the start, (site, draw), in place of those of the sites. [t C/ha]
    years
        At whose ends stocks are kept, beside the first; all where none are named.
    each
        Runs the blocks, and gives what each gave in their order.

    Returns
    -------
    ScenarioRuns
        Stocks by scenario, (year, site, draw); one draw where neither was given.

    Raises
    ------
    ValueError
        If the parameter set belongs to another model, the baseline is not in the schedule, or the stock at the start
        cannot be met.
    """
    model, parameters, baseline, sites = inputs.model, inputs.parameters, inputs.baseline, inputs.sites
    if parameters.model != model:
        raise ValueError(f"parameter set {parameters.id} belongs to {parameters.model}, not to {model}")
    if baseline not in inputs.scenarios:
        raise ValueError(f"no scenario {baseline}; there is {', '.join(inputs.scenarios) or 'none'}")
    if inputs.external is None:
        air, names = gather_weather(inputs.weather, sites), inputs.scenarios
    else:
        air, names = weather_elsewhere(inputs.years), ()
    plans = {name: plan(inputs.schedule, scenario=name, sites=sites, years=air.years) for name in names}
    findings = tuple(f for p in plans.values() for f in p.findings if f.code in MODELS[model].concerns)
    stop = [f for f in findings if f.severity is Severity.BLOCKING]
    if stop:
        raise FindingsError(stop)
    drawn = joint or JointDraws.of(parameters)
    own = np.array([site.soc_t_ha for site in sites])
    stock = with_axes(own if start_t_ha is None else start_t_ha, 2, "start_t_ha")
    free = (*drawn.values.values(), drawn.inert_factor, drawn.slow_shift)
    many = max(stock.shape[1], *(np.size(v) for v in free))
    start = np.broadcast_to(stock, (len(sites), many))
    size = max(1, LANES // many)
    engine: Engine = "compiled" if len(sites) > size else "auto"
    job = Job(air, sites, plans, baseline, drawn, inputs.run_in_years, start, inputs.external, engine)
    blocks = (job.part(slice(first, first + size)) for first in range(0, len(sites), size))
    parts = each(partial(run_block, RUNNERS[model], None if years is None else frozenset(years)), blocks)
    return ScenarioRuns(
        model,
        drawn.label,
        tuple(s.site for s in sites),
        parts[0].years,
        {
            name: np.concatenate([part.stocks.pop(name) for part in parts], axis=1)
            for name in list(parts[0].stocks)
        },
        findings + tuple(dict.fromkeys(finding for part in parts for finding in part.findings)),
    )


@dataclass(frozen=True, slots=True)
class Block:
    """What the runs of a block of sites gave: stocks by scenario at the end of the years that are kept."""

    years: tuple[int, ...]
    stocks: dict[str, FloatArray]
    findings: tuple[Finding, ...]


def run_block(runner: Callable[[Job], Outcome], years: frozenset[int] | None, job: Job) -> Block:
    """Run a block of sites; scenarios whose inputs agree are run once."""
    same = {
        name: next(other for other, plan in job.plans.items() if plan.equals(own))
        for name, own in job.plans.items()
    }
    plans = {name: job.plans[name] for name in same.values()}
    skipped, stocks, findings = runner(
        replace(job, plans=plans, baseline=same.get(job.baseline, job.baseline))
    )
    rows = next(iter(stocks.values())).shape[0]
    first = job.air.years[0] + skipped - 1
    kept = [row for row in range(rows) if years is None or not row or first + row in years]
    if len(kept) < rows:
        stocks = {name: run[kept] for name, run in stocks.items()}
    whole = {name: stocks[other] for name, other in same.items()} if same else stocks
    return Block(tuple(first + row for row in kept), whole, findings)


type Outcome = tuple[int, dict[str, FloatArray], tuple[Finding, ...]]
"""Years before the row of the start, stocks by scenario, and what there is to say."""


@dataclass(frozen=True, slots=True)
class Job:
    """What a model's runner takes."""

    air: Weather
    sites: tuple[SiteRow, ...]
    plans: dict[str, Plan]
    baseline: str
    joint: JointDraws
    run_in_years: int
    stock: FloatArray
    """At the start, (site, draw)."""
    external: ExternalResults | None = None
    """Of a model that ran elsewhere: its results, in place of weather and plans."""
    engine: Engine = "auto"
    """Where there are several blocks the compiled one, which gives the same bits whatever the blocks are."""

    def part(self, sites: slice) -> Job:
        """Return the job of some of the sites."""
        plans = {name: plan.part(sites) for name, plan in self.plans.items()}
        return replace(
            self, air=self.air.part(sites), sites=self.sites[sites], plans=plans, stock=self.stock[sites]
        )


def _shared_run_in(years: int) -> Finding:
    """Return the note that the first years give the start."""
    return finding(
        "tier2-run-in",
        "model tier2",
        f"the first {years} years of the baseline give the start of every scenario",
    )


def _rothc(job: Job) -> Outcome:
    """Start from the state that the first years of the baseline, repeated with scaled plant input, leave unchanged.

    Later years do not move the start: a run that goes on gives the same stocks for the years before.
    """
    numbers = RothCParameters.of(job.joint.by_draw, job.joint.label)
    soil: dict[str, Any] = {
        "clay_percent": np.array([s.clay_percent for s in job.sites]),
        "depth_cm": np.array([s.depth_cm for s in job.sites]),
        "dpm_rpm_ratio": np.array([[s.dpm_rpm_ratio for s in job.sites]]),
        "evaporation_factor": 1.0,
    }
    stock = job.stock
    known = np.array([np.nan if s.iom_t_ha is None else s.iom_t_ha for s in job.sites])[:, None]
    factor = np.atleast_2d(job.joint.inert_factor)
    inert = np.where(np.isnan(known), factor * inert_from_stock(soc_t_ha=stock), known)

    def forcing(scenario: Plan, months: int | None = None) -> RothCForcing:
        return RothCForcing(
            tmean_c=job.air.tmean_c[:months],
            rain_mm=job.air.rain_mm[:months],
            pan_evaporation_mm=job.air.pet_mm[:months],
            cell=job.air.cell,
            plant_c_t_ha=scenario.plant_c_t_ha[:months],
            manure_c_t_ha=scenario.manure_c_t_ha[:months],
            covered=scenario.covered[:months],
            irrigation_mm=scenario.irrigation_mm[:months],
            **soil,
        )

    cycle = forcing(job.plans[job.baseline], 12 * job.run_in_years)
    start = steady_rothc(cycle, numbers, target_t_ha=stock, inert_t_ha=inert)
    stocks = {}
    for name, scenario in job.plans.items():
        done = run_rothc(
            forcing(scenario),
            numbers,
            start_t_ha=shifted(start.pools_t_ha, job.joint.slow_shift, faster=1),
            inert_t_ha=inert,
            deficit_mm=start.deficit_mm,
            engine=job.engine,
        )
        stocks[name] = np.concatenate([stock[None], done.run.total])
    return 0, stocks, _input_factors(start.input_factor.mean(axis=1), job.sites)


def _input_factors(factors: FloatArray, sites: Sequence[SiteRow]) -> tuple[Finding, ...]:
    """Return notes on how far the baseline's input is from what would hold the measured stock."""
    return tuple(
        finding(
            "rothc-input-factor",
            f"site {site.site}",
            f"the baseline's plant input times {factor:.2f} would hold the measured stock",
            severity=Severity.NOTE if 0.5 <= factor <= 2.0 else Severity.WARNING,
        )
        for site, factor in zip(sites, factors, strict=True)
    )


def _tier2(job: Job) -> Outcome:
    """Start from the run-in of the baseline, its pools scaled to the measured stock."""
    numbers = Tier2Parameters.of(job.joint.by_draw, job.joint.label)
    stock = job.stock
    ratio = rain_over_pet(rain_mm=job.air.of_sites("rain_mm"), pet_mm=job.air.of_sites("pet_mm"))
    monthly = (-1, 12, len(job.sites))
    sand = np.array([np.nan if s.sand_fraction is None else s.sand_fraction for s in job.sites])
    first = job.plans[job.baseline]
    stocks = {}
    for name, later in job.plans.items():

        def joined(attribute: str, scenario: Plan = later) -> FloatArray:
            """Take the baseline in the run-in and the scenario after it."""
            yearly = attribute in ("lignin_fraction", "nitrogen_fraction", "tillage")
            mine, theirs = (
                getattr(p, attribute) if yearly else p.yearly(attribute) for p in (scenario, first)
            )
            return np.concatenate([theirs[: job.run_in_years], mine[job.run_in_years :]])

        water = np.concatenate(
            [first.irrigation_mm[: 12 * job.run_in_years], later.irrigation_mm[12 * job.run_in_years :]]
        )
        forcing = Tier2Forcing(
            tmean_c=job.air.of_sites("tmean_c").reshape(monthly),
            rain_over_pet=ratio.reshape(monthly),
            irrigated=(water > 0.0).astype(np.float64).reshape(monthly),
            carbon_t_ha_yr=joined("plant_c_t_ha") + joined("manure_c_t_ha"),
            lignin_fraction=joined("lignin_fraction"),
            nitrogen_fraction=joined("nitrogen_fraction"),
            tillage=joined("tillage"),
            sand_fraction=sand,
        )
        stocks[name] = run_tier2(
            forcing,
            numbers,
            run_in_years=job.run_in_years,
            start_total_t_ha=stock,
            slow_shift=job.joint.slow_shift,
            engine=job.engine,
        ).run.total
    return job.run_in_years, stocks, (_shared_run_in(job.run_in_years),)


def _amg(job: Job) -> Outcome:
    """Start from the measured stock; the first year has no step."""
    numbers = AmgParameters.of(job.joint.by_draw, job.joint.label)

    def soil(name: str) -> FloatArray:
        return np.array([np.nan if getattr(s, name) is None else getattr(s, name) for s in job.sites])

    stocks = {}
    for name, scenario in job.plans.items():
        water = job.air.of_sites("rain_mm") - job.air.of_sites("pet_mm") + scenario.irrigation_mm
        forcing = AmgForcing(
            tmean_c=job.air.of_sites("tmean_c").reshape(-1, 12, len(job.sites)).mean(axis=1),
            net_water_mm=water.reshape(-1, 12, len(job.sites)).sum(axis=1),
            humified_t_ha_yr=scenario.humified_t_ha,
            clay_g_kg=10.0 * soil("clay_percent"),
            caco3_g_kg=soil("caco3_g_kg"),
            ph=soil("ph"),
            cn_ratio=soil("cn_ratio"),
        )
        stocks[name] = run_amg(forcing, numbers, start_total_t_ha=job.stock, engine=job.engine).run.total
    return 1, stocks, ()


def _icbm(job: Job) -> Outcome:
    """Start from the steady state of the baseline's mean input, scaled to the measured stock."""
    numbers = IcbmParameters.of(job.joint.by_draw, job.joint.label)
    stock = job.stock[None]

    def carbon(scenario: Plan) -> FloatArray:
        return scenario.yearly("plant_c_t_ha") + scenario.yearly("manure_c_t_ha")

    steady = steady_icbm(numbers, input_t_ha_yr=carbon(job.plans[job.baseline]).mean(axis=0, keepdims=True))
    start = shifted(steady * (stock / steady.sum(axis=0)), job.joint.slow_shift, faster=0)
    years = job.air.years[1] - job.air.years[0] + 1
    stocks = {}
    for name, scenario in job.plans.items():
        amount = carbon(scenario)
        done = run_icbm(numbers, start_t_ha=start, input_t_ha_yr=amount, years=years, engine=job.engine)
        stocks[name] = np.concatenate([stock, done.total])
    return 0, stocks, ()


def _external(job: Job) -> Outcome:
    """Lay the change since the first year of runs that were made elsewhere over the stock at the start.

    They cannot be started again from another stock. A draw is the same parameters at every site and in every scenario.
    """
    if job.external is None:
        raise ValueError("there are no results of the model that ran elsewhere")
    runs = december_stocks(job.external.rows, [site.site for site in job.sites], job.air.years)
    return 1, {name: job.stock[None] + (run - run[:1]) for name, run in runs.items()}, ()


@dataclass(frozen=True, slots=True)
class SoilModel:
    """A soil model as the registry has it: what it is, its runner, and parameter sets that do not ship."""

    card: ModelCard
    run: Callable[[Job], Outcome]
    parameter_sets: tuple[ParameterSet, ...] = ()


ROTHC = SoilModel(MODELS["rothc"], _rothc)
TIER2 = SoilModel(MODELS["tier2"], _tier2)
AMG = SoilModel(MODELS["amg"], _amg)
ICBM = SoilModel(MODELS["icbm"], _icbm)
EXTERNAL = SoilModel(MODELS["external"], _external)

RUNNERS = {model.card.id: model.run for model in (ROTHC, TIER2, AMG, ICBM, EXTERNAL)}
"""By id of the model; :mod:`mollisol.soil_models` adds those that other packages register."""

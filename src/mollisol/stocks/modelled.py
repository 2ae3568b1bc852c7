"""Initial stocks from cores, and both scenarios of every point through the process model, draw by draw."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from mollisol.methodology.baseline import BlendedBaseline
from mollisol.methodology.checks.baseline_model import (
    SCHEDULE,
    SITES,
    WEATHER,
    initial_shift_years,
    last_year,
    modelled_points,
    simulated,
    year_before,
)
from mollisol.methodology.context import Context
from mollisol.methodology.findings import Finding, FindingsError, Place, finding
from mollisol.methodology.model_setup import MODEL_FOLDER, ModelHead, ProjectModel
from mollisol.methodology.project import Project
from mollisol.methodology.soil_models.calibrated import ModelIdentity
from mollisol.methodology.soil_models.catalogue import EXTERNAL
from mollisol.methodology.soil_models.inputs import ActivityRow, ModelInputs
from mollisol.methodology.trace import Quantity
from mollisol.quantification.checks import FloatArray
from mollisol.quantification.modelled_stock import (
    fine_soil_density_g_per_cm3,
    profile_stock_t_c_per_ha,
    rotation_mean_t_c_per_ha,
)
from mollisol.quantification.models.drivers import JointDraws
from mollisol.quantification.models.rotation import phase_of_rotation
from mollisol.quantification.models.scenarios import ScenarioRuns, run_scenarios
from mollisol.quantification.soil_carbon_stock import soil_carbon_model_input_t_per_ha
from mollisol.stocks.external import rows_of_results, start_gaps
from mollisol.stocks.groups import group_means
from mollisol.stocks.measured import UnitStocks
from mollisol.workers import in_order

_BACK_STEPS = 12
_BACK_TOLERANCE_T_HA = 1e-9
_STEP = 0.01
"""Relative step of initial stocks and amounts: the models are linear in them but for inert carbon and quality."""


@dataclass(frozen=True, slots=True)
class ModelledStocks:
    """What the model gave for the points of a project.

    Parameters
    ----------
    points
        Modelled points, strata first, in the order of the file.
    years
        The year at whose end each row of ``change`` stands; the first is the start.
    initial
        Stock of each point at the start, the mean over draws. [t C/ha]
    change
        By scenario (``baseline``, ``project``, ``blended``): change since the start, (year, point, draw); column l is
        the same joint draw at every point and in every scenario. [t C/ha]
    identity
        Model, parameter set and settings; its hash is the model hash.
    source
        What a quantity that comes from these runs names as its rows.
    rows
        By scenario, point and year: the row of a result, where the model ran elsewhere and gave one draw.
    findings
        What was assumed on the way.
    of_initial
        By laboratory method and scenario: what a relative error of 1 in all that it measured of the initial stocks adds
        to the change, (year, point). [t C/ha]
    of_practice
        The same of a relative error of 1 in all amounts of an activity that the schedule of one scenario has.
    """

    points: tuple[str, ...]
    years: tuple[int, ...]
    initial: Quantity
    change: dict[str, FloatArray]
    identity: ModelIdentity
    source: tuple[str, ...]
    findings: tuple[Finding, ...]
    rows: Mapping[tuple[str, str, int], str] = field(default_factory=dict)
    of_initial: Mapping[str, Mapping[str, FloatArray]] = field(default_factory=dict)
    of_practice: Mapping[tuple[str, str], Mapping[str, FloatArray]] = field(default_factory=dict)

    def rows_behind(self, scenario: str, year: int, points: Sequence[str]) -> list[str]:
        """Return what changes of points since the start are read from, the same number of rows for each point."""
        if not self.rows:
            return [*self.source, f"scenario {scenario}, end of {year}, mean of {self.draws} draws"]
        ends = (self.years[0], year)
        return [
            row
            for point in points
            for row in (*(self.rows[scenario, point, end] for end in ends), *self.source)
        ]

    @property
    def draws(self) -> int:
        """Return the number of joint draws."""
        return int(self.change["baseline"].shape[2])

    def between(self, scenario: str, first_year: int, last_year: int) -> FloatArray:
        """Return the change between the ends of two years, (point, draw). [t C/ha]."""
        run, first, last = (
            self.change[scenario],
            *(self.years.index(year) for year in (first_year, last_year)),
        )
        return np.asarray(run[last] - run[first])


def run_model(
    context: Context,
    stocks: UnitStocks,
    methods: Sequence[str] = (),
    years: Collection[int] | None = None,
    practices: Sequence[str] = (),
) -> ModelledStocks:
    """Run both scenarios of every point from measured stocks, with one joint draw for all of them.

    Parameters
    ----------
    methods
        Laboratory methods whose values share an error: what it does to the change is run too, if the model runs here.
    years
        At whose ends the change is kept, beside the start; all where none are named.
    practices
        Activities of the model's schedule whose amounts have an error: what it does to the change is run too.

    Raises
    ------
    FindingsError
        If the model cannot start or run; the checks find the other faults.
    """
    project = context.project
    head, model = project.head.model, project.model
    if head is None or model is None:
        raise ValueError("the project declares no model")
    points = tuple(modelled_points(project))
    measured = _measured(context, stocks, head, points)
    shift = initial_shift_years(project, context.rules.number("mollisol.start.tolerance"))
    start = year_before(project.head.start_date)
    kept = None if years is None else frozenset({start, start + shift, *years})
    at_campaign = np.asarray(measured.value)[:, None]

    def started(stock: FloatArray, schedule: tuple[ActivityRow, ...]) -> ScenarioRuns:
        runs = replace(_runs(project, model, points, start, shift, schedule), years=kept)
        return runs.run(_start(runs, stock, start + shift, back=shift > 0))

    schedule = model.inputs.schedule
    done = started(at_campaign, schedule)
    first = done.years.index(start)
    at_start = done.stock_t_ha["baseline"][first].mean(axis=1)
    change = _changes(done, first)

    def moved(stock: FloatArray, schedule: tuple[ActivityRow, ...]) -> dict[str, FloatArray]:
        other = _changes(started(stock, schedule), first)
        return {name: (other[name] - own).mean(axis=2) / _STEP for name, own in change.items()}

    of_initial, of_practice = {}, {}
    for method in methods if model.inputs.external is None else ():
        share = _share_of_method(context, stocks, head, points, method)
        if share.any():
            of_initial[method] = moved(at_campaign * (1 + _STEP * share[:, None]), schedule)
    for practice in practices:
        for scenario in ("baseline", "project"):
            of_practice[practice, scenario] = moved(at_campaign, _more_of(schedule, practice, scenario))
    identity = simulated(model)
    external = model.inputs.external
    driven = (SITES, WEATHER, SCHEDULE) if external is None else (external.rows.file, *external.files)
    source = (
        f"model hash {identity.sha256[:12]}",
        f"parameter set {identity.parameter_set}",
        *(f"{file}: all rows" for file in driven),
    )
    initial = measured
    if shift:
        initial = context.trace.given("modelled_initial_stock", at_start, "t C/ha", source, points)
    findings, rows = tuple(done.findings), {}
    if external is not None:
        findings += start_gaps(context, external, measured, start + shift)
        rows = rows_of_results(external)
    return ModelledStocks(
        points, done.years[first:], initial, change, identity, source, findings, rows, of_initial, of_practice
    )


def _more_of(rows: tuple[ActivityRow, ...], practice: str, scenario: str) -> tuple[ActivityRow, ...]:
    """Return a schedule with a step more of an activity in one scenario."""
    return tuple(
        row.model_copy(update={"amount": row.amount * (1 + _STEP)})
        if (row.activity, row.scenario) == (practice, scenario)
        else row
        for row in rows
    )


def _changes(done: ScenarioRuns, first: int) -> dict[str, FloatArray]:
    """Return the change since the start by scenario, (year, point, draw); of a rotation the mean over its phases.

    The stocks are changed in their place: those of many points under many draws stand in memory once.
    """
    change = {}
    for name in [one for one in done.stock_t_ha if one in ("baseline", "project") or "phase" in one]:
        change[name] = done.stock_t_ha.pop(name)[first:]
        change[name] -= change[name][0].copy()
    phases = [change.pop(name) for name in sorted(change) if "phase" in name]
    if phases:
        change["blended"] = np.empty_like(phases[0])
        for row, mean in enumerate(change["blended"]):
            mean[:] = rotation_mean_t_c_per_ha(
                change_by_phase_t_c_per_ha=np.stack([phase[row] for phase in phases])
            )
    return change


def _share_of_method(
    context: Context, stocks: UnitStocks, head: ModelHead, points: Sequence[str], method: str
) -> FloatArray:
    """Return the share of each point's initial carbon that a laboratory method measured, shape (points,)."""
    depth, number = context.project.head.reporting_depth_cm, {name: n for n, name in enumerate(points)}
    mass, content = np.asarray(stocks.increments.soil_mass.value), np.asarray(stocks.increments.content.value)
    carbon = np.zeros((2, len(points)))
    for place, item in enumerate(context.project.core_increments):
        if item.campaign == head.initial_campaign and item.point in number and item.lower_cm <= depth:
            held = mass[place] * content[place]
            carbon[:, number[item.point]] += held, held * (item.laboratory_method == method)
    return np.asarray(carbon[1] / np.where(carbon[0] > 0, carbon[0], 1.0))


def _measured(context: Context, stocks: UnitStocks, head: ModelHead, points: Sequence[str]) -> Quantity:
    """Compute the stock of each point that starts its run (Eq. 4), from the increments down to the model's depth."""
    project, trace = context.project, context.trace
    depth = project.head.reporting_depth_cm
    wanted = set(points)
    rows = [
        place
        for place, item in enumerate(project.core_increments)
        if item.campaign == head.initial_campaign and item.point in wanted and item.lower_cm <= depth
    ]
    items = [project.core_increments[place] for place in rows]
    names = [f"core_increments.csv:{place + 2}" for place in rows]
    thickness = trace.given(
        "initial_thickness_cm", np.array([i.lower_cm - i.upper_cm for i in items]), "cm", names, names
    )
    density = trace.compute(
        "initial_density",
        fine_soil_density_g_per_cm3,
        index=names,
        fine_soil_mass_t_per_ha=trace.pick("initial_soil_mass", stocks.increments.soil_mass, rows),
        thickness_cm=thickness,
    )
    layers = trace.compute(
        "initial_stock_of_layer",
        soil_carbon_model_input_t_per_ha,
        index=names,
        fine_soil_density_g_per_cm3=density,
        depth_cm=thickness,
        soc_g_per_kg=trace.pick("initial_content", stocks.increments.content, rows),
        form="corrected",
    )
    point_of = {item.sample: item.point for item in items}
    samples = sorted(point_of)
    number_of = {sample: number for number, sample in enumerate(samples)}
    of_sample = trace.compute(
        "initial_stock_of_sample",
        profile_stock_t_c_per_ha,
        index=samples,
        stock_of_layer_t_c_per_ha=layers,
        group=[number_of[item.sample] for item in items],
    )
    of_points = [point_of[sample] for sample in samples]
    return group_means(trace, "initial_stock_of_point", of_sample, of_points, points)


@dataclass(frozen=True, slots=True, eq=False)
class _Runs:
    """The runs of one project; the same draws whatever is asked of them."""

    inputs: ModelInputs
    joint: JointDraws | None
    years: frozenset[int] | None = None

    def run(self, stock: FloatArray) -> ScenarioRuns:
        """Run all scenarios from a stock, (site, 1) or (site, draw), at the end of the first year.

        Raises
        ------
        FindingsError
            If the model cannot start or run.
        """
        try:
            return run_scenarios(
                self.inputs, joint=self.joint, start_t_ha=stock, years=self.years, each=in_order
            )
        except ValueError as error:
            fault = finding(
                "model-cannot-run",
                Place(file=f"{MODEL_FOLDER}/model.toml", thing=f"model {self.inputs.model}"),
                str(error),
                do="look at the stocks, the inert carbon and the inputs of the baseline",
            )
            raise FindingsError([fault]) from error


def _runs(
    project: Project,
    model: ProjectModel,
    points: Sequence[str],
    start: int,
    shift: int,
    schedule_rows: tuple[ActivityRow, ...],
) -> _Runs:
    inputs = model.inputs
    last = max(last_year(project), start + shift)
    lead = {"tier2": inputs.run_in_years, "amg": 1, EXTERNAL: 1}.get(inputs.model, 0)
    first = min(start, start + shift) - lead + 1
    site, here = {row.site: row for row in inputs.sites}, set(points)
    rows = [row for row in schedule_rows if row.site in here and first <= row.year <= last]
    schedule = _common_history(rows, start)
    for item in project.soil_baselines:
        if isinstance(item, BlendedBaseline):
            schedule += _phases(schedule, item.rotation_years, start + 1, last)
    cut = {
        "weather": tuple(row for row in inputs.weather if first <= row.year <= last),
        "sites": tuple(site[name] for name in points),
        "schedule": tuple(schedule),
        "baseline": "baseline",
        "external": inputs.external and inputs.external.within((first, last), here),
    }
    return _Runs(inputs.model_copy(update=cut), _joint(model))


def _start(runs: _Runs, measured: FloatArray, year: int, *, back: bool) -> FloatArray:
    """Return the stock at the first row: the measured one, or the one from which the project meets it later.

    Stocks measured after the start are modelled back by the secant method, for each point and draw; the models are
    linear in their start, so that two steps do unless the inert carbon hangs on the stock.

    Raises
    ------
    FindingsError
        If no stock at the start meets the measured one.
    """
    if not back:
        return measured

    def missed(stock: FloatArray) -> FloatArray:
        done = runs.run(stock)
        return np.asarray(done.stock_t_ha["project"][done.years.index(year)] - measured)

    low, high = measured, measured * 1.05
    miss_low, miss_high = missed(low), missed(high)
    for _ in range(_BACK_STEPS):
        if np.abs(miss_high).max() < _BACK_TOLERANCE_T_HA:
            break
        slope = np.where(miss_high == miss_low, np.inf, miss_high - miss_low)
        low, high = high, high - miss_high * (high - low) / slope
        if not (high > 0).all():
            break
        miss_low, miss_high = miss_high, missed(high)
    if np.abs(miss_high).max() >= _BACK_TOLERANCE_T_HA or not (high > 0).all():
        raise FindingsError([_not_met()])
    return high


def _not_met() -> Finding:
    return finding(
        "initial-stock-not-met",
        Place(file="project.toml", thing="model initial_campaign"),
        "no stock at the start from which the project scenario meets the measured one",
    )


def _joint(model: ProjectModel) -> JointDraws | None:
    """Return the joint draws of a calibrated set; None for a published one, which is a single draw."""
    calibrated = model.calibrated
    if calibrated is None:
        return None
    start = calibrated.names_of("start")
    return JointDraws(
        calibrated.label,
        {name: np.array(values) for name, values in calibrated.values_of_draws().items()},
        np.array(calibrated.column("inert_factor")) if "inert_factor" in start else 1.0,
        np.array(calibrated.column("slow_shift")) if "slow_shift" in start else 0.0,
    )


def _common_history(rows: list[ActivityRow], start_year: int) -> list[ActivityRow]:
    """Return the schedule with the baseline's entries up to the start in both scenarios: both start alike."""
    before = [row for row in rows if row.scenario == "baseline" and row.year <= start_year]
    after = [row for row in rows if row.year > start_year]
    return [*before, *(row.model_copy(update={"scenario": "project"}) for row in before), *after]


def _phases(rows: list[ActivityRow], length: int, first_year: int, last_year: int) -> list[ActivityRow]:
    baseline: dict[str, list[ActivityRow]] = defaultdict(list)
    for row in rows:
        if row.scenario == "baseline":
            baseline[row.site].append(row)
    return [
        entry
        for phase in range(length)
        for site_rows in baseline.values()
        for entry in phase_of_rotation(
            site_rows,
            scenario=f"phase-{phase:02d}",
            first_year=first_year,
            last_year=last_year,
            length=length,
            phase=phase,
        )
    ]

"""Step 1b: initial stocks from cores, and both scenarios of every point through the process model, draw by draw."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from mollisol.methodology.baseline import BlendedBaseline
from mollisol.methodology.checks.baseline_model import (
    SCHEDULE,
    SITES,
    WEATHER,
    initial_shift_years,
    modelled_points,
    simulated,
    year_before,
)
from mollisol.methodology.context import Context
from mollisol.methodology.findings import Finding, FindingsError, Place, Severity
from mollisol.methodology.model_setup import MODEL_FOLDER, ModelHead, ProjectModel
from mollisol.methodology.project import Project
from mollisol.methodology.soil_models.calibrated import ModelIdentity
from mollisol.methodology.soil_models.inputs import ActivityRow
from mollisol.methodology.soil_models.tables import crops, manures, residues
from mollisol.methodology.trace import Quantity
from mollisol.quantification.averages import mean_by_group
from mollisol.quantification.checks import FloatArray
from mollisol.quantification.modelled_stock import (
    fine_soil_density_g_per_cm3,
    profile_stock_t_c_per_ha,
    rotation_mean_t_c_per_ha,
)
from mollisol.quantification.models.rotation import phase_of_rotation
from mollisol.quantification.models.scenarios import JointDraws, ScenarioRuns, run_scenarios
from mollisol.quantification.models.schedule import Tables
from mollisol.quantification.soil_carbon_stock import soil_carbon_model_input_t_per_ha
from mollisol.stocks.measured import UnitStocks

_BACK_STEPS = 12
_BACK_TOLERANCE_T_HA = 1e-9


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
    findings
        What was assumed on the way.
    """

    points: tuple[str, ...]
    years: tuple[int, ...]
    initial: Quantity
    change: dict[str, FloatArray]
    identity: ModelIdentity
    source: tuple[str, ...]
    findings: tuple[Finding, ...]

    @property
    def draws(self) -> int:
        """Number of joint draws."""
        return int(self.change["baseline"].shape[2])

    def between(self, scenario: str, first_year: int, last_year: int) -> FloatArray:
        """Give the change between the ends of two years, (point, draw). [t C/ha]."""
        run, start = self.change[scenario], self.years[0]
        return np.asarray(run[last_year - start] - run[first_year - start])


def run_model(context: Context, stocks: UnitStocks) -> ModelledStocks:
    """Run both scenarios of every point from measured stocks, with one joint draw for all of them.

    Raises
    ------
    FindingsError
        If the model cannot start or run; the checks find the other faults.
    """
    project = context.project
    head, model = project.head.model, project.model
    if head is None or model is None:
        raise ValueError("the project declares no model")
    points = modelled_points(project)
    measured = _measured(context, stocks, head, points)
    shift = initial_shift_years(project, context.rules.number("mollisol.start.tolerance"))
    start_year = year_before(project.head.start_date)
    last_year = max(_last_year(project), start_year + shift)
    runs = _Runs(project, model, points, start_year, last_year, shift)
    stock, found = runs.start(np.asarray(measured.value))
    done = runs.run(stock)
    first = done.years.index(start_year)
    change = {
        name: run[first:] - run[first]
        for name, run in done.stock_t_ha.items()
        if name in ("baseline", "project")
    }
    phases = [run[first:] - run[first] for name, run in sorted(done.stock_t_ha.items()) if "phase" in name]
    if phases:
        change["blended"] = np.asarray(rotation_mean_t_c_per_ha(change_by_phase_t_c_per_ha=np.stack(phases)))
    identity = simulated(model)
    source = (
        f"model hash {identity.sha256[:12]}",
        f"parameter set {identity.parameter_set}",
        *(f"{file}: all rows" for file in (SITES, WEATHER, SCHEDULE)),
    )
    at_start = done.stock_t_ha["baseline"][first].mean(axis=1)
    initial = (
        measured
        if not shift
        else context.trace.given("modelled_initial_stock", at_start, "t C/ha", source, points)
    )
    return ModelledStocks(
        tuple(points),
        done.years[first:],
        initial,
        change,
        identity,
        source,
        (*found, *(finding for finding in done.findings)),
    )


def _last_year(project: Project) -> int:
    end = project.head.verification_periods[-1].during.end
    return end.year if (end.month, end.day) == (12, 31) else end.year - 1


def _measured(context: Context, stocks: UnitStocks, head: ModelHead, points: list[str]) -> Quantity:
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
    mass, content = stocks.increments.soil_mass, stocks.increments.content
    thickness = trace.given(
        "initial_thickness_cm", np.array([i.lower_cm - i.upper_cm for i in items]), "cm", names, names
    )
    density = trace.compute(
        "initial_density",
        fine_soil_density_g_per_cm3,
        index=names,
        fine_soil_mass_t_per_ha=trace.arrange(
            "initial_soil_mass", mass.value[rows], [mass], index=names, places=rows
        ),
        thickness_cm=thickness,
    )
    layers = trace.compute(
        "initial_stock_of_layer",
        soil_carbon_model_input_t_per_ha,
        index=names,
        fine_soil_density_g_per_cm3=density,
        depth_cm=thickness,
        soc_g_per_kg=trace.arrange(
            "initial_content", content.value[rows], [content], index=names, places=rows
        ),
        form="corrected",
    )
    samples = sorted({item.sample for item in items})
    of_sample = trace.compute(
        "initial_stock_of_sample",
        profile_stock_t_c_per_ha,
        index=samples,
        stock_of_layer_t_c_per_ha=layers,
        group=[samples.index(item.sample) for item in items],
    )
    point_of = {item.sample: item.point for item in items}
    return trace.compute(
        "initial_stock_of_point",
        mean_by_group,
        index=points,
        unit="t C/ha",
        values=of_sample,
        group=[points.index(point_of[sample]) for sample in samples],
    )


class _Runs:
    """The runs of one project; the same draws whatever is asked of them."""

    def __init__(
        self,
        project: Project,
        model: ProjectModel,
        points: list[str],
        start_year: int,
        last_year: int,
        shift: int,
    ) -> None:
        inputs = model.inputs
        site = {row.site: row for row in inputs.sites}
        self._inputs, self._shift = inputs, shift
        self._start, self._last = start_year, last_year
        self._measured_year = start_year + shift
        lead = {"tier2": inputs.run_in_years, "amg": 1}.get(inputs.model, 0)
        first = min(start_year, self._measured_year) - lead + 1
        self._sites = [site[name] for name in points]
        self._weather = [row for row in inputs.weather if first <= row.year <= last_year]
        here = set(points)
        rows = [row for row in inputs.schedule if row.site in here and first <= row.year <= last_year]
        self._schedule = _common_history(rows, start_year)
        for item in project.soil_baselines:
            if isinstance(item, BlendedBaseline):
                self._schedule += _phases(self._schedule, item.rotation_years, start_year + 1, last_year)
        self._joint = _joint(model)

    def run(self, stock: FloatArray) -> ScenarioRuns:
        """Run all scenarios from a stock, (site, 1) or (site, draw), at the end of the first year.

        Raises
        ------
        FindingsError
            If the model cannot start or run.
        """
        try:
            return run_scenarios(
                model=self._inputs.model,
                parameters=self._inputs.parameters,
                weather=self._weather,
                sites=self._sites,
                schedule=self._schedule,
                tables=Tables(crops(), manures(), residues()),
                baseline="baseline",
                run_in_years=self._inputs.run_in_years,
                joint=self._joint,
                start_t_ha=stock,
            )
        except ValueError as error:
            fault = Finding(
                code="model-cannot-run",
                severity=Severity.BLOCKING,
                where=Place(file=f"{MODEL_FOLDER}/model.toml", thing=f"model {self._inputs.model}"),
                found=str(error),
                allowed="inputs from which the model can start and run",
                do="look at the stocks, the inert carbon and the inputs of the baseline",
            )
            raise FindingsError([fault]) from error

    def start(self, measured: FloatArray) -> tuple[FloatArray, tuple[Finding, ...]]:
        """Give the stock at the first row: the measured one, or the one from which the project meets it later.

        Stocks measured after the start are modelled back by the secant method, for each point and draw; the models are
        linear in their start, so that two steps do unless the inert carbon hangs on the stock.

        Raises
        ------
        FindingsError
            If no stock at the start meets the measured one.
        """
        stock = measured[:, None]
        if self._shift <= 0:
            return stock, ()
        target = stock
        low, high = stock, stock * 1.05

        def met(at: FloatArray) -> FloatArray:
            done = self.run(at)
            return np.asarray(done.stock_t_ha["project"][done.years.index(self._measured_year)] - target)

        miss_low, miss_high = met(low), met(high)
        for _ in range(_BACK_STEPS):
            if np.abs(miss_high).max() < _BACK_TOLERANCE_T_HA:
                break
            slope = np.where(miss_high == miss_low, np.inf, miss_high - miss_low)
            low, high = high, high - miss_high * (high - low) / slope
            if not (high > 0).all():
                break
            miss_low, miss_high = miss_high, met(high)
        if np.abs(miss_high).max() >= _BACK_TOLERANCE_T_HA or not (high > 0).all():
            raise FindingsError([_not_met()])
        return high, ()


def _not_met() -> Finding:
    return Finding(
        code="initial-stock-not-met",
        severity=Severity.BLOCKING,
        where=Place(file="project.toml", thing="model initial_campaign"),
        found="no stock at the start from which the project scenario meets the measured one",
        allowed="a positive stock",
        do="look at the inputs between the start date and the measurement",
        clause="vm0042.soc.back-model-years",
    )


def _joint(model: ProjectModel) -> JointDraws | None:
    """Give the joint draws of a calibrated set; None for a published one, which is a single draw."""
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
    """Give both scenarios the baseline's entries up to the start: initial stocks are the same in both."""
    before = [row for row in rows if row.scenario == "baseline" and row.year <= start_year]
    after = [row for row in rows if row.year > start_year]
    return [*before, *(row.model_copy(update={"scenario": "project"}) for row in before), *after]


def _phases(rows: list[ActivityRow], length: int, first_year: int, last_year: int) -> list[ActivityRow]:
    of_site: dict[str, list[ActivityRow]] = defaultdict(list)
    for row in rows:
        if row.scenario == "baseline":
            of_site[row.site].append(row)
    return [
        entry
        for phase in range(length)
        for own in of_site.values()
        for entry in phase_of_rotation(
            own,
            scenario=f"phase-{phase:02d}",
            first_year=first_year,
            last_year=last_year,
            length=length,
            phase=phase,
        )
    ]

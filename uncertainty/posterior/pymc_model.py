"""The declaration as a PyMC model: the reference the exact engine is held against, and the way out of the normal.

PyMC and ArviZ are imported inside the functions only. Every setting of the sampler is named; the same seed gives
the same chains on one machine, not on another, which is why nothing is credited from here.
"""

from __future__ import annotations

import logging
import warnings
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

import numpy as np

from mollisol.quantification.checks import FloatArray, positive
from mollisol.uncertainty.posterior.compiling import (
    NO_UNIT_LEVEL,
    WIDE,
    Compiled,
    Component,
    compile_specification,
    spread_names,
)
from mollisol.uncertainty.posterior.declaration import IntArray
from mollisol.uncertainty.posterior.declaration_checks import control_residual
from mollisol.uncertainty.posterior.marginal import Marginal
from mollisol.uncertainty.posterior.specification import Specification

SAMPLER: Final = "pymc"


@dataclass(frozen=True, slots=True)
class Settings:
    """What the sampler is told, all of it.

    ``error`` is the distribution of a point about its unit; ``student`` has its degrees of freedom learned.
    """

    draws: int = 1000
    tune: int = 1000
    chains: int = 4
    cores: int = 1
    target_accept: float = 0.95
    seed: int = 74
    error: Literal["normal", "student"] = "normal"


@dataclass(frozen=True, slots=True, eq=False)
class LogNormalStocks:
    """Stocks whose errors multiply (concentration x mass): measured = true x exp(N(0, log_sd)), true stocks free.

    Parameters
    ----------
    project_start, project_end, control_start, control_end
        Measured stocks at the points of the declaration, shapes (n,) and (m,). [t CO2e/ha, above 0]
    log_sd
        sd of the logarithm of a measured stock by measurement class, shape (K,); stands in place of the declaration's
        ``measurement_sd``. [above 0]
    """

    project_start: FloatArray
    project_end: FloatArray
    log_sd: FloatArray
    control_start: FloatArray | None = None
    control_end: FloatArray | None = None

    def error_free(self, pm: Any, side: Literal["project", "control"], kind: IntArray) -> tuple[Any, Any]:
        """Return by how much the true change differs from the measured one, and the logarithms of the true end.

        Raises
        ------
        ValueError
            For stocks or errors that are missing, not above 0, or of another number than the points.
        """
        measured = []
        for when in ("start", "end"):
            given = getattr(self, f"{side}_{when}")
            if given is None:
                raise ValueError(f"{side}_{when} must be given: the declaration has such points")
            value = positive(f"{side}_{when}", given)
            if value.shape != kind.shape:
                raise ValueError(f"{side}_{when} must hold a stock for each of {kind.size} points")
            measured.append(value)
        sd = positive("log_sd", self.log_sd)[kind]
        start, end = (
            np.log(value) + sd * pm.Normal(f"{side} {when} error", shape=value.size)
            for when, value in zip(("start", "end"), measured, strict=True)
        )
        return pm.math.exp(end) - measured[1] - (pm.math.exp(start) - measured[0]), end


@dataclass(frozen=True, slots=True)
class Diagnostics:
    """Of one number: split R-hat, bulk and tail effective size."""

    name: str
    r_hat: float
    bulk: float
    tail: float


@dataclass(frozen=True, slots=True, eq=False)
class SampledPosterior:
    """Draws of the reduction (chains, draws) and of the components by name, in t CO2e/ha."""

    settings: Settings
    reduction: FloatArray
    components: dict[str, FloatArray]
    diagnostics: tuple[Diagnostics, ...]
    divergences: int
    quantile: float
    monte_carlo_error: float
    tree: Any

    @property
    def mean(self) -> float:
        """Return the posterior mean."""
        return float(self.reduction.mean())

    @property
    def sd(self) -> float:
        """Return the posterior standard deviation."""
        return float(self.reduction.std())


def _points(
    pm: Any, name: Literal["project", "control"], level: Any, sd: Any, data: Any, conditions: _Given
) -> None:
    """Return the likelihood of points: normal or Student, with values known only to lie below a bound if marked."""
    if conditions.settings.error == "student":
        freedom = pm.Gamma(f"nu_{name}", alpha=2, beta=0.1)
        law = pm.StudentT.dist(nu=freedom, mu=level, sigma=sd)
    else:
        law = pm.Normal.dist(mu=level, sigma=sd)
    censored = conditions.censored if name == "project" else None
    if conditions.stocks is not None:
        of = conditions.specification
        kind = of.project.measurement_class if name == "project" else of.controls.measurement_class
        moved, log_end = conditions.stocks.error_free(pm, name, kind)
        change = data + moved / conditions.unit
        # flat on the logarithm of the start, the law on the change: the end enters by its logarithm
        pm.Potential(name, pm.math.sum(pm.logp(law, change) + log_end))
    elif censored is not None and np.any(censored):
        bound = np.where(censored, data, -np.inf)
        pm.Censored(name, law, lower=bound, upper=None, observed=data)
    elif conditions.settings.error == "student":
        pm.StudentT(name, nu=freedom, mu=level, sigma=sd, observed=data)
    else:
        pm.Normal(name, mu=level, sigma=sd, observed=data)


@dataclass(frozen=True, slots=True, eq=False)
class _Given:
    """What the likelihood of points needs besides their level."""

    specification: Specification
    unit: float
    settings: Settings
    censored: Any
    stocks: LogNormalStocks | None


def build_model(
    specification: Specification,
    settings: Settings = Settings(),
    *,
    censored: Any = None,
    stocks: LogNormalStocks | None = None,
) -> tuple[Any, Compiled]:
    """Write the declaration as a PyMC model in the form a user would: fields are parameters, points data.

    Parameters
    ----------
    specification
        The declared error sources.
    settings
        Only ``error`` is used here.
    censored
        Marks of project points whose change is known only to be at most the value given, shape (n,).
    stocks
        Measured stocks with multiplying errors, in place of the declared measurement errors of the changes.

    Returns
    -------
    tuple
        The model, and the compiled declaration its components and units are from.

    Raises
    ------
    ValueError
        For a declaration that cannot be compiled, stocks that do not fit it, or stocks and censoring together.
    """
    import pymc as pm  # type: ignore[import-untyped]

    if stocks is not None:
        if censored is not None:
            raise ValueError(
                "stocks and censored exclude each other: a censored change has no stock at its end"
            )
        specification = replace(specification, measurement_sd=np.zeros(np.size(stocks.log_sd)))
    of, spec = compile_specification(specification), specification
    given = _Given(spec, of.unit, settings, censored, stocks)
    unit, strata, points = of.unit, spec.strata, spec.project
    number = strata.area_ha.size
    wide = spec.effect_prior_sd
    field_code, field = np.unique(points.unit, return_inverse=True)
    with pm.Model() as model:
        sd = {c.name: _spread(pm, c, unit) for c in of.components}
        for known in spec.evidence:
            if known.name in sd:
                ratio = known.variance / (unit * sd[known.name]) ** 2
                term = -known.freedom * (pm.math.log(sd[known.name]) + ratio / 2)
                pm.Potential(f"known {known.name}", term)
        named = [sd[name] for name in of.names]

        def mean(name: str, size: int | None, centre: Any) -> Any:
            if wide is None:
                return pm.Flat(name, shape=size)
            return pm.Normal(name, mu=-centre, sigma=wide / unit, shape=size)

        mu = mean("mu", number, of.project_centre)
        level = mu[points.stratum]
        if of.project.level != NO_UNIT_LEVEL:
            effect = pm.Normal("field", shape=field_code.size) * sd["s_field"]
            level = level + effect[field]
        total = pm.math.dot(strata.weight, mu) + of.offset
        if of.project.level != NO_UNIT_LEVEL and of.per_field.any():
            place = np.empty(field_code.size, np.int64)
            place[field] = points.stratum
            total = total + pm.math.dot(of.per_field[place], effect)
        shared = {e.name: e.sd / unit * pm.Normal(f"shared {e.name}") for e in spec.shared}
        for e in spec.shared:
            if e.project is not None:
                level = level + shared[e.name] * e.project
        _points(
            pm,
            "project",
            level,
            _point_sd(pm, of, named, "project"),
            points.change / unit - of.project_centre[points.stratum],
            given,
        )
        if spec.validation is not None:
            total = total + _validation(pm, of, sd)
        if spec.control is not None:
            total = total - _controls(pm, of, sd, named, mean, shared, given)
        pm.Deterministic("reduction", total)
    return model, of


def _spread(pm: Any, component: Component, unit: float) -> Any:
    """Return a standard deviation with its prior."""
    if component.family == "half-normal":
        return pm.HalfNormal(component.name, sigma=component.scale / unit)
    low, high = (float(np.log(end * component.scale / unit)) for end in WIDE)
    log = pm.Uniform(f"log {component.name}", lower=low, upper=high)
    return pm.Deterministic(component.name, pm.math.exp(log))


def _point_sd(pm: Any, compiled: Compiled, named: list[Any], which: Literal["project", "control"]) -> Any:
    """Return the standard deviation of each point, from its own class and spread."""
    spec = compiled.specification
    if which == "project":
        kind, code = spec.project.measurement_class, spec.strata.point_spread[spec.project.stratum]
    else:
        kind = spec.controls.measurement_class
        code = spec.strata.point_spread[spec.controls.link.argmax(axis=1)][spec.controls.site]
    used, names = spread_names(spec, "s_point" in compiled.names)
    if which == "control" and "s_point" not in compiled.names:
        names = ["s_control"]
    own = [named[compiled.names.index(name)] for name in names]
    known = (spec.measurement_sd[kind] / compiled.unit) ** 2
    if len(own) == 1:
        return pm.math.sqrt(own[0] ** 2 + known)
    place = np.searchsorted(used, code)
    return pm.math.sqrt(pm.math.stack(own)[place] ** 2 + known)


def _controls(
    pm: Any,
    compiled: Compiled,
    sd: dict[str, Any],
    named: list[Any],
    mean: Any,
    shared: dict[str, Any],
    conditions: _Given,
) -> Any:
    spec = compiled.specification
    points, weight = spec.controls, spec.strata.weight
    if spec.baseline == "hybrid":
        shifts = [sd[name] ** 2 for name in ("s_beta", "s_site", "s_climate") if name in sd]
        theta = pm.Normal("delta") * pm.math.sqrt(sum(shifts))
    else:
        theta = mean("theta", None, compiled.control_centre)
    level, out = theta, theta
    sites = points.link.shape[0]
    if "s_theta" in sd:
        t = pm.Normal("t", shape=weight.size) * sd["s_theta"]
        level = level + pm.math.dot(points.link, t)
        out = out + pm.math.dot(weight, t)
    else:
        level = level + np.zeros(sites)
    if compiled.control is not None and compiled.control.level != NO_UNIT_LEVEL:
        level = level + pm.Normal("site", shape=sites) * sd["s_control"]
    level = level[points.site]
    for e in spec.shared:
        if e.control is not None:
            level = level + shared[e.name] * e.control
    data = control_residual(spec) / compiled.unit - compiled.control_centre
    _points(pm, "control", level, _point_sd(pm, compiled, named, "control"), data, conditions)
    return out


def _validation(pm: Any, compiled: Compiled, sd: dict[str, Any]) -> Any:
    """Return what the biases add to the estimand; the trials are given to the likelihood."""
    given, spec = compiled.specification.trials, compiled.specification
    practices, practice = np.unique(given.practice, return_inverse=True)
    studies, study = np.unique(given.study, return_inverse=True)
    beta = pm.Normal("beta", shape=practices.size) * sd["s_beta"]
    own = pm.Normal("study", shape=studies.size) * sd["s_site"]
    spread = pm.math.sqrt(
        (given.standard_error / compiled.unit) ** 2 + sd["s_eps"] ** 2 * given.duration / spec.period_years
    )
    level, biases = beta[practice] + own[study], [(beta, practices, spec.strata.practice)]
    if "s_climate" in sd:
        zones = np.unique(np.concatenate([given.climate, spec.strata.climate]))
        zone = pm.Normal("zone", shape=zones.size) * sd["s_climate"]
        level = level + zone[np.searchsorted(zones, given.climate)]
        biases.append((zone, zones, spec.strata.climate))
    pm.Normal("residual", mu=level, sigma=spread, observed=given.residual / compiled.unit)
    if spec.baseline != "modelled":
        return 0.0
    return sum(
        pm.math.dot(spec.strata.weight, bias[np.searchsorted(codes, code)]) for bias, codes, code in biases
    )


def sample_with_pymc(
    specification: Specification,
    settings: Settings = Settings(),
    *,
    censored: Any = None,
    stocks: LogNormalStocks | None = None,
    probability: float = 1 / 3,
) -> SampledPosterior:
    """Sample the posterior by NUTS.

    Parameters
    ----------
    specification
        The declared error sources.
    settings
        Sampler, draws, seed, distribution of errors.
    censored, stocks
        As in :func:`build_model`.
    probability
        Of the quantile whose Monte Carlo error is wanted. [fraction]

    Returns
    -------
    SampledPosterior
        In t CO2e/ha. Unsampled fields and the effect of the model's parameters are drawn after the chains: the
        data do not inform the first and, by the cut, may not inform the second.

    Raises
    ------
    ValueError
        As the exact engine does.
    """
    import pymc as pm

    model, of = build_model(specification, settings, censored=censored, stocks=stocks)
    for name in ("pymc", "pymc.sampling", "pymc.stats.convergence"):
        logging.getLogger(name).setLevel(logging.ERROR)
    with model, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree = pm.sample(
            draws=settings.draws,
            tune=settings.tune,
            chains=settings.chains,
            cores=settings.cores,
            nuts_sampler=SAMPLER,
            target_accept=settings.target_accept,
            random_seed=settings.seed,
            progressbar=False,
            compute_convergence_checks=False,
        )
    posterior = tree["posterior"]
    sd = {c.name: np.asarray(posterior[c.name].values) * of.unit for c in of.components}
    reduction = np.asarray(posterior["reduction"].values)
    reduction = of.unit * (reduction + _drawn_after(of, sd, settings.seed))
    return SampledPosterior(
        settings=settings,
        reduction=reduction,
        components=sd,
        diagnostics=tuple(_diagnose(name, value) for name, value in {"reduction": reduction, **sd}.items()),
        divergences=int(tree["sample_stats"]["diverging"].values.sum()),
        quantile=float(np.quantile(reduction, probability)),
        monte_carlo_error=_error(reduction, probability),
        tree=tree,
    )


def _drawn_after(compiled: Compiled, sd: dict[str, FloatArray], seed: int) -> FloatArray:
    """Return the fields that were not sampled, model error of single fields, parameters of the model; working units."""
    dice = np.random.Generator(np.random.PCG64([seed, 1]))
    any_sd = next(iter(sd.values()))
    variance = np.full(any_sd.shape, compiled.fixed_variance)
    each = compiled.per_field
    if compiled.project.level != NO_UNIT_LEVEL:
        variance = variance + float(each**2 @ compiled.unsampled) * (sd["s_field"] / compiled.unit) ** 2
    if compiled.specification.baseline == "modelled":
        own = (sd["s_site"] ** 2 + sd["s_eps"] ** 2) / compiled.unit**2
        variance = variance + own * float(compiled.weight @ each)
    if compiled.cut_columns:
        eta = np.stack([np.log(sd[c.name] / c.unit) for c in compiled.components], axis=-1)
        variance = variance + Marginal(compiled).cut_variance(eta.reshape(-1, eta.shape[-1])).reshape(
            any_sd.shape
        )
    return np.asarray(np.sqrt(variance) * dice.standard_normal(any_sd.shape))


def _diagnose(name: str, value: FloatArray) -> Diagnostics:
    import arviz as az  # type: ignore[import-untyped]

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return Diagnostics(
            name,
            float(az.rhat(value)),
            float(az.ess(value, method="bulk")),
            float(az.ess(value, method="tail", prob=(0.05, 0.95))),
        )


def _error(value: FloatArray, probability: float) -> float:
    import arviz as az

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return float(az.mcse(value, method="quantile", prob=probability))

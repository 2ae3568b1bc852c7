"""What a calibration frees, with the priors: read from ``calibration.toml``, else the defaults of the model."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Collection, Iterator
from importlib import resources
from typing import Any, Literal

from pydantic import ValidationError

from mollisol.methodology.base import DomainObject
from mollisol.methodology.findings import Finding, Place, finding
from mollisol.methodology.soil_models.calibrated import CalibrationPrior
from mollisol.methodology.soil_models.parameters import frozen

type Group = Literal["site", "treatment", "study", "experiment", "campaign", "all"]

_PLAN = Place(file="calibration.toml")
FREE: dict[str, tuple[str, ...]] = {
    "rothc": (
        "k_dpm_per_yr",
        "k_rpm_per_yr",
        "k_bio_per_yr",
        "k_hum_per_yr",
        "rate_multiplier",
        "partition_scale",
        "inert_factor",
        "slow_shift",
    ),
    "tier2": (
        "tillage_full",
        "tillage_reduced",
        "tillage_none",
        "tillage_unknown",
        "f2_full",
        "f2_reduced",
        "f2_none",
        "f2_unknown",
        "k_active_per_yr",
        "k_slow_per_yr",
        "k_passive_per_yr",
        "f1",
        "f3",
        "f5",
        "f6",
        "f7",
        "f8",
        "water_slope",
        "temperature_maximum_c",
        "temperature_optimum_c",
        "slow_shift",
    ),
    "amg": ("k0_per_yr", "stable_share"),
    "icbm": ("k_young_per_yr", "k_old_per_yr", "humified_share", "climate_factor", "slow_shift"),
}
"""Numbers of each model that may be calibrated.

``inert_factor`` multiplies the inert carbon of Falloon 1998. ``slow_shift`` is the share of the active carbon that
stands in the slowest pool at the start beyond its share at the steady state, taken from the pool before it (HUM from
RPM, passive from slow, old from young).
"""
START = ("inert_factor", "slow_shift")
"""Those that say how the pools begin: role ``start``, all others have the role ``model``."""
RESIDUAL = "residual_sd"
"""The sd of a measured stock around the model, apart from its known standard error."""
BESIDE_INPUTS = ("inputs", "composition", "campaign")
"""What an effect may act on beside one kind of input; ``inputs`` is all kinds together."""


class Effect(DomainObject):
    """A deviation of sites from the common model, with a normal prior; it is integrated out exactly.

    Parameters
    ----------
    on
        What it acts on. ``inputs``: all carbon that comes in. ``harvest``: carbon of harvested and cover crops.
        ``manure``. Any other word: the carbon of the ``plant-input`` entries of that name. Inputs are multiplied with 1
        and the deviation. ``composition``: carbon moved at the start from the slowest pool to a faster one [t C/ha].
        ``campaign``: an error that all stocks of an experiment and year share [t C/ha].
    by
        Who shares one deviation: a site, a treatment or a study of an experiment, an experiment, a campaign, or all.
    sd
        Of the prior, whose mean is 0; the name of a quantity with the role ``effect`` where that is calibrated.
    source
        Where the prior comes from.
    """

    on: str
    by: Group
    sd: float | str
    source: str

    def __str__(self) -> str:
        """Return the effect as a line."""
        sd = self.sd if isinstance(self.sd, str) else f"{self.sd:g}"
        return f"{self.on} by {self.by} ~ normal(0, sd {sd}) [{self.source}]"


class CalibrationPlan(DomainObject):
    """What is calibrated, under which priors, and how the set is named.

    Parameters
    ----------
    id, title, limits
        Of the set that comes of it.
    draws
        How many joint draws it has.
    prior
        Of the sampled quantities.
    effect
        Deviations that are integrated out.
    """

    id: str
    title: str
    limits: str
    draws: int = 1000
    prior: tuple[CalibrationPrior, ...]
    effect: tuple[Effect, ...] = ()


def default_plan(model: str) -> CalibrationPlan:
    """Return the plan that a folder without ``calibration.toml`` is calibrated by."""
    path = resources.files("mollisol.methodology.soil_models").joinpath("data", "priors", f"{model}.toml")
    return CalibrationPlan(**frozen(tomllib.loads(path.read_text(encoding="utf-8"))))


def plan_from(tables: dict[str, Any], model: str) -> tuple[CalibrationPlan | None, list[Finding]]:
    """Return a plan; what it leaves out is that of the model's default plan.

    Parameters
    ----------
    tables
        What calibration.toml holds.
    model
        The model it is for.
    """
    default = default_plan(model).model_dump()
    try:
        plan = CalibrationPlan(**{**default, **frozen(tables)})
    except ValidationError as error:
        return None, [
            finding("calibration-malformed", _PLAN, f"{'.'.join(map(str, one['loc']))}: {one['msg']}")
            for one in error.errors()
        ]
    return plan, []


def check_plan(plan: CalibrationPlan, *, model: str, inputs: Collection[str]) -> Iterator[Finding]:
    """Return what is wrong with a plan: its parameters, its priors, and what its effects act on.

    Parameters
    ----------
    plan
        The plan.
    model
        The model.
    inputs
        Kinds of input in the schedule: ``harvest``, ``manure``, and the names of ``plant-input`` entries.
    """
    for name, times in Counter(p.name for p in plan.prior).items():
        if times > 1:
            yield finding("calibration-parameter-twice", _PLAN, name)
    own = {p.name for p in plan.prior if p.role == "effect"}
    used = {e.sd for e in plan.effect if isinstance(e.sd, str)}
    for prior in plan.prior:
        yield from _prior(prior, model, used)
    if RESIDUAL not in {p.name for p in plan.prior}:
        yield finding("calibration-residual-missing", _PLAN, "no prior")
    for effect in plan.effect:
        if effect.on not in (*inputs, *BESIDE_INPUTS):
            allowed = ", ".join([*sorted(inputs), *BESIDE_INPUTS])
            yield finding("calibration-effect-unknown", _PLAN, effect.on, allowed=allowed)
        if effect.on == "composition" and model == "amg":
            do = "calibrate stable_share instead"
            yield finding("calibration-effect-unknown", _PLAN, "composition under amg", do=do)
        if (effect.on == "campaign") != (effect.by == "campaign"):
            text = f"{effect.on} by {effect.by}"
            yield finding("calibration-effect-group", _PLAN, text)
        if isinstance(effect.sd, str) and effect.sd not in own:
            allowed = ", ".join(sorted(own)) or "a number"
            yield finding("calibration-effect-sd", _PLAN, effect.sd, allowed=allowed)
        elif isinstance(effect.sd, float) and effect.sd <= 0.0:
            do = "leave the effect out where there is none"
            yield finding("calibration-effect-sd", _PLAN, f"{effect.sd:g}", do=do)
    if not 100 <= plan.draws <= 10_000:
        yield finding("calibration-draws", _PLAN, str(plan.draws))


def _prior(prior: CalibrationPrior, model: str, used: Collection[object]) -> Iterator[Finding]:
    """Return the findings on one prior."""
    name = prior.name
    if prior.role in ("model", "start"):
        role = "start" if name in START else "model"
        if name not in FREE[model] or prior.role != role:
            allowed = ", ".join(FREE[model])
            text = f"{name} (role {prior.role}) under {model}"
            yield finding("calibration-parameter-unknown", _PLAN, text, allowed=allowed)
    elif prior.role == "error" and name != RESIDUAL:
        do = f"the role error is for {RESIDUAL}; the sd of an effect has the role effect"
        yield finding("calibration-parameter-unknown", _PLAN, name, do=do)
    elif prior.role == "effect" and name not in used:
        do = "let an [[effect]] name it as its sd, or leave it out"
        yield finding("calibration-parameter-unknown", _PLAN, name, allowed="the sd of an effect", do=do)
    if not prior.low < prior.high:
        text = f"{name}: {prior.low:g} to {prior.high:g}"
        yield finding("calibration-prior-range", _PLAN, text)
    if prior.distribution != "uniform" and prior.scale <= 0.0:
        text = f"{name}: scale {prior.scale:g}"
        yield finding("calibration-prior-scale", _PLAN, text)
    positive = prior.distribution in ("lognormal", "half-normal") or prior.role in ("effect", "error")
    if positive and prior.low < 0.0:
        text = f"{name}: from {prior.low:g}"
        yield finding("calibration-prior-range", _PLAN, text, allowed="0 or more")
    if prior.distribution == "lognormal" and prior.location <= 0.0:
        text = f"{name}: median {prior.location:g}"
        yield finding(
            "calibration-prior-scale", _PLAN, text, allowed="a median above 0", do="give the median"
        )
    if not prior.source.strip():
        yield finding("calibration-prior-source", _PLAN, f"{name}: none")

"""The plain simulator: the same declaration as a generative model, without a formula in common with the exact engine.

It draws data sets with known truth, and it is the slow and simple way to the posterior at set variances:
simulate data and truth together, and condition.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from mollisol.quantification.checks import FloatArray
from mollisol.uncertainty.posterior.compiling import WIDE, compile_specification, spread_names
from mollisol.uncertainty.posterior.declaration_checks import control_residual
from mollisol.uncertainty.posterior.specification import Specification

MOST_DENSE: Final = 2000
"""Numbers in the data for which a dense covariance is built."""


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """What one setting of the latent numbers gives: data of the three kinds, and the truth. [t CO2e/ha]."""

    project: FloatArray
    control: FloatArray
    residual: FloatArray
    reduction: float

    def data(self) -> FloatArray:
        """Return all data in one row."""
        return np.concatenate([self.project, self.control, self.residual])


class Simulator:
    """A declaration as a linear map from independent normal numbers to data and truth.

    Parameters
    ----------
    specification
        Its data are not used, only its design.
    components
        Standard deviation of each component, by name.
    mean_sd
        sd of the normal that the means of strata and of the baseline are drawn from.
    """

    def __init__(self, specification: Specification, components: dict[str, float], mean_sd: float) -> None:
        self.spec, self.sd = specification, components
        spec = specification
        number, points = spec.strata.area_ha.size, spec.project
        self._field, self._place = np.unique(points.unit, return_inverse=True)
        self._stratum_of_field = np.empty(self._field.size, np.int64)
        self._stratum_of_field[self._place] = points.stratum
        sampled = np.bincount(self._stratum_of_field, minlength=number)
        self._units = "s_point" in components
        finite = np.isfinite(spec.strata.fields) & (self._units or spec.modelled_error)
        self._rest = np.where(finite, spec.strata.fields - sampled, 0.0)
        self._each = np.where(finite, spec.strata.weight / spec.strata.fields, 0.0)
        self._latent: dict[str, FloatArray] = {"mu": np.full(number, mean_sd)}
        self._project_latents()
        if spec.control is not None:
            self._control_latents(mean_sd)
        for effect in spec.shared:
            self._latent[f"shared {effect.name}"] = np.array([effect.sd])
        if spec.validation is not None:
            self._validation_latents()
        if spec.model is not None:
            draws = spec.model.effect if spec.baseline == "modelled" else spec.model.baseline_stratum
            self._latent["parameters"] = np.full(draws.shape[1], 1 / np.sqrt(draws.shape[1] - 1))

    def _point_sd(self, side: str) -> FloatArray:
        spec = self.spec
        if side == "project":
            spread = spec.strata.point_spread[spec.project.stratum]
        else:
            spread = spec.strata.point_spread[spec.controls.link.argmax(axis=1)][spec.controls.site]
        used, names = spread_names(spec, self._units)
        if side == "control" and not self._units:
            return np.full(spread.size, self.sd["s_control"])
        return np.array([self.sd[names[k]] for k in np.searchsorted(used, spread)])

    def _project_latents(self) -> None:
        spec = self.spec
        if self._units:
            self._latent["field"] = np.full(self._field.size, self.sd["s_field"])
            self._latent["other fields"] = self.sd["s_field"] * np.sqrt(self._rest)
        self._latent["point"] = self._point_sd("project")
        self._latent["measurement"] = spec.measurement_sd[spec.project.measurement_class]

    def _control_latents(self, mean_sd: float) -> None:
        spec, control = self.spec, self.spec.controls
        if spec.baseline == "hybrid":
            mean_sd = float(np.sqrt(sum(self.sd.get(n, 0.0) ** 2 for n in ("s_beta", "s_site", "s_climate"))))
        self._latent["theta"] = np.array([mean_sd])
        if "s_theta" in self.sd:
            self._latent["t"] = np.full(spec.strata.area_ha.size, self.sd["s_theta"])
        if self._units:
            self._latent["site"] = np.full(control.link.shape[0], self.sd["s_control"])
        self._latent["control point"] = self._point_sd("control")
        self._latent["control measurement"] = spec.measurement_sd[control.measurement_class]

    def _validation_latents(self) -> None:
        spec, given = self.spec, self.spec.trials
        self._study = np.unique(given.study, return_inverse=True)[1]
        self._practices, self._practice = np.unique(given.practice, return_inverse=True)
        self._latent["bias"] = np.full(self._practices.size, self.sd["s_beta"])
        if "s_climate" in self.sd:
            self._zones = max(int(given.climate.max()), int(spec.strata.climate.max())) + 1
            self._latent["climate bias"] = np.full(self._zones, self.sd["s_climate"])
        self._latent["study"] = np.full(int(self._study.max()) + 1, self.sd["s_site"])
        rest = self.sd["s_eps"] ** 2 * given.duration / spec.period_years
        self._latent["trial"] = np.sqrt(given.standard_error**2 + rest)
        if spec.baseline == "modelled":
            own = self.sd["s_site"] ** 2 + self.sd["s_eps"] ** 2
            self._latent["model error of fields"] = np.sqrt(own * spec.strata.weight * self._each)

    def forward(self, latent: dict[str, FloatArray]) -> Outcome:
        """Compute data and truth from the latent numbers, one after the other as the world makes them."""
        spec = self.spec
        shared = {
            side: sum(
                (
                    latent[f"shared {effect.name}"][0] * column
                    for effect in spec.shared
                    if (column := getattr(effect, side)) is not None
                ),
                start=np.zeros(1),
            )
            for side in ("project", "control")
        }
        truth = latent["mu"][spec.project.stratum]
        reduction = float(spec.strata.weight @ latent["mu"])
        if self._units:
            truth = truth + latent["field"][self._place]
            reduction += float(self._each[self._stratum_of_field] @ latent["field"])
            reduction += float(self._each @ latent["other fields"])
        project = truth + latent["point"] + latent["measurement"] + shared["project"]
        control, residual = np.empty(0), np.empty(0)
        if spec.control is not None:
            own = latent["theta"][0] * np.ones(spec.control.link.shape[0])
            reduction -= float(latent["theta"][0])
            if "t" in latent:
                own = own + spec.control.link @ latent["t"]
                reduction -= float(spec.strata.weight @ latent["t"])
            if "site" in latent:
                own = own + latent["site"]
            if "parameters" in latent:
                here, there = spec.model_draws.baseline_stratum, spec.model_draws.baseline_control
                own = own + (there - there.mean(axis=1, keepdims=True)) @ latent["parameters"]
                moved = (here - here.mean(axis=1, keepdims=True)) @ latent["parameters"]
                reduction -= float(spec.strata.weight @ moved)
            control = own[spec.control.site] + latent["control point"] + latent["control measurement"]
            control = control + shared["control"]
        if spec.validation is not None:
            residual = latent["bias"][self._practice] + latent["study"][self._study] + latent["trial"]
            if "climate bias" in latent:
                residual = residual + latent["climate bias"][spec.validation.climate]
        if spec.baseline == "modelled":
            bias = latent["bias"][np.searchsorted(self._practices, spec.strata.practice)]
            if "climate bias" in latent:
                bias = bias + latent["climate bias"][spec.strata.climate]
            reduction += float(spec.strata.weight @ bias) + float(latent["model error of fields"].sum())
            if "parameters" in latent:
                moved = spec.strata.weight @ spec.model_draws.effect
                reduction += float((moved - moved.mean()) @ latent["parameters"])
        return Outcome(project, control, residual, reduction)

    def draw(self, dice: np.random.Generator, **fixed: FloatArray) -> Outcome:
        """Draw data and truth; latent numbers given by name stay as they are."""
        latent = {name: sd * dice.standard_normal(sd.size) for name, sd in self._latent.items()}
        return self.forward(latent | fixed)

    def data_set(self, dice: np.random.Generator, **fixed: FloatArray) -> tuple[Specification, float]:
        """Draw a declaration with new data, and the true reduction."""
        outcome = self.draw(dice, **fixed)
        spec, change = self.spec, outcome.control
        if spec.baseline == "hybrid":
            change = change + spec.model_draws.baseline_control.mean(axis=1)[spec.controls.site]
        truth = outcome.reduction
        if spec.baseline == "hybrid":
            truth -= float(spec.strata.weight @ spec.model_draws.baseline_stratum.mean(axis=1))
        drawn = replace(
            spec,
            project=replace(spec.project, change=outcome.project),
            control=None if spec.control is None else replace(spec.control, change=change),
            validation=None
            if spec.validation is None
            else replace(spec.validation, residual=outcome.residual),
            evidence=tuple(
                replace(
                    known, variance=self.sd[known.name] ** 2 * dice.chisquare(known.freedom) / known.freedom
                )
                for known in spec.evidence
                if known.name in self.sd
            ),
        )
        return drawn, truth

    def dense(self) -> tuple[FloatArray, FloatArray, float]:
        """Return covariances of the data (n, n), of data and truth (n,), and the variance of the truth.

        Raises
        ------
        ValueError
            For data too large to be held dense.
        """
        zero = {name: np.zeros(sd.size) for name, sd in self._latent.items()}
        size = self.forward(zero).data().size
        if size > MOST_DENSE:
            raise ValueError(f"{size} data are too many for a dense covariance, at most {MOST_DENSE}")
        columns, truths = [], []
        for name, sds in self._latent.items():
            for place, sd in enumerate(sds):
                moved = np.zeros(sds.size)
                moved[place] = sd
                outcome = self.forward(zero | {name: moved})
                columns.append(outcome.data())
                truths.append(outcome.reduction)
        spread, truth = np.stack(columns, axis=1), np.array(truths)
        return spread @ spread.T, spread @ truth, float(truth @ truth)


def observed(specification: Specification) -> FloatArray:
    """Return the data of a declaration in the order of :meth:`Outcome.data`, hybrid controls as residuals."""
    spec = specification
    parts = [spec.project.change]
    if spec.control is not None:
        parts.append(control_residual(spec))
    if spec.validation is not None:
        parts.append(spec.validation.residual)
    return np.concatenate(parts)


def draw_components(specification: Specification, dice: np.random.Generator) -> dict[str, float]:
    """Draw the standard deviations from their priors."""
    compiled = compile_specification(specification)
    return {
        c.name: c.scale
        * (
            abs(float(dice.standard_normal()))
            if c.family == "half-normal"
            else float(np.exp(dice.uniform(*np.log(WIDE))))
        )
        for c in compiled.components
    }


def plain_monte_carlo(
    specification: Specification, components: dict[str, float], draws: int, seed: int
) -> FloatArray:
    """Draw the reduction given the data, the variances set: simulate data and truth, correct by the misfit.

    Parameters
    ----------
    specification
        With its data.
    components
        Standard deviations, by name.
    draws, seed
        Number of draws and seed of the generator.

    Returns
    -------
    array
        Shape (draws,). [t CO2e/ha]

    Notes
    -----
    Matheron's rule: truth* + K (y - y*), K the regression of the truth on the data. Means get a normal prior of
    1e3 times the spread of the data in place of a flat one.
    """
    data = observed(specification)
    wide = (
        1e3 * float(np.ptp(data)) if specification.effect_prior_sd is None else specification.effect_prior_sd
    )
    simulator = Simulator(specification, components, wide)
    covariance, across, _ = simulator.dense()
    gain = np.linalg.solve(covariance, across)
    dice = np.random.Generator(np.random.PCG64(seed))
    offset = 0.0
    if specification.baseline == "hybrid":
        offset = float(specification.strata.weight @ specification.model_draws.baseline_stratum.mean(axis=1))
    found = np.empty(draws)
    for k in range(draws):
        outcome = simulator.draw(dice)
        found[k] = outcome.reduction + gain @ (data - outcome.data()) - offset
    return found

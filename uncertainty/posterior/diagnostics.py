"""Checks of a posterior as results: integration, priors, single sites, predictions."""

from __future__ import annotations

from typing import Final

import numpy as np
from scipy.special import ndtr

from mollisol.quantification.checks import FloatArray
from mollisol.uncertainty.posterior.declaration import FEWEST_CONTROL_SITES
from mollisol.uncertainty.posterior.declaration_checks import link_group
from mollisol.uncertainty.posterior.influence import (
    influence_of_control_sites,
    influence_of_replicates,
    predictive_residuals,
)
from mollisol.uncertainty.posterior.marginal import Conditional, Marginal
from mollisol.uncertainty.posterior.mixture import Mixture
from mollisol.uncertainty.posterior.results import CheckResult, Verdict
from mollisol.uncertainty.posterior.sample import (
    K_HAT_BELOW,
    LEAST_EFFECTIVE,
    MOST_ERROR,
    R_HAT_BELOW,
    Sample,
)

ALPHAS: Final = (0.8, 1.25)
MOST_PRIOR_SHIFT: Final = 0.1
MOST_FLAT_SHIFT: Final = 0.01
MOST_INFLUENCE: Final = 1.0
LEAST_PREDICTIVE_P: Final = 1e-4
NOTED_PREDICTIVE_P: Final = 0.05
_PROPER: Final = 100.0


def integration_checks(sample: Sample, probability: float) -> tuple[CheckResult, ...]:
    """Return the gates of the integration over the variance components; a failed one refuses issuance."""
    share = sample.monte_carlo_error(probability) / sample.mixture().spread
    size = sample.draws.effective_size
    rows = [
        _gate(
            "monte-carlo-error", share, MOST_ERROR, share <= MOST_ERROR,
            f"integration error of the credited quantile is {share:.2%} of the posterior sd",
        )
    ]  # fmt: skip
    if sample.engine == "importance sampling":
        rows += [
            _gate(
                "k-hat", sample.k_hat, K_HAT_BELOW, sample.k_hat < K_HAT_BELOW,
                f"tail of the importance weights has shape {sample.k_hat:.2f}",
            ),
            _gate(
                "effective-size", size, LEAST_EFFECTIVE, size >= LEAST_EFFECTIVE,
                f"{size:.0f} effective draws of {sample.draws.log_weight.size}",
            ),
        ]  # fmt: skip
    else:
        rows.append(
            _gate(
                "r-hat", sample.r_hat, R_HAT_BELOW, sample.r_hat < R_HAT_BELOW,
                f"importance sampling did not reach its gates; the ensemble has R-hat {sample.r_hat:.3f}",
            )
        )  # fmt: skip
    return tuple(rows)


def _gate(name: str, value: float, allowed: float, good: bool, text: str) -> CheckResult:
    return CheckResult(name, "pass" if good else "fail", float(value), allowed, text)


def all_checks(sample: Sample, probability: float) -> tuple[CheckResult, ...]:
    """Return every check besides the gates of the integration."""
    mixture = sample.mixture()
    credited, sd = mixture.quantile(probability), mixture.spread
    return (
        *_resting_on_priors(sample),
        *_power_scaling(sample, probability, credited, sd),
        _flat_against_proper(sample, probability, credited, sd),
        _sceptical(sample, probability, credited),
        *_bias(sample, probability),
        *_influence(sample, probability),
        *_predictive(sample),
    )


def _resting_on_priors(sample: Sample) -> list[CheckResult]:
    of = sample.marginal.of
    control, strata = of.specification.control, of.specification.project
    names, rows = of.names, []
    if of.specification.spread_prior == "log-uniform":
        sites = (
            int(of.specification.strata.against[strata.stratum].sum())
            if control is None
            else len(control.link)
        )
        for c in of.components:
            if c.name == "s_control" and sites < FEWEST_CONTROL_SITES:
                rows.append(_rests(c.name, sites, FEWEST_CONTROL_SITES, f"{sites} control site(s)"))
            elif c.family == "log-uniform" and c.freedom < FEWEST_CONTROL_SITES - 1:
                text = f"{c.freedom:g} comparison(s) of units"
                rows.append(_rests(c.name, int(c.freedom), FEWEST_CONTROL_SITES - 1, text))
        return rows
    if control is not None and "s_control" in names:
        sites = control.link.shape[0]
        if sites < FEWEST_CONTROL_SITES:
            rows.append(_rests("s_control", sites, FEWEST_CONTROL_SITES, f"{sites} control site(s)"))
        if "s_theta" in names and (groups := int(link_group(control).max()) + 1) < FEWEST_CONTROL_SITES:
            text = f"{groups} group(s) of control sites with different links"
            rows.append(_rests("s_theta", groups, FEWEST_CONTROL_SITES, text))
    if "s_field" in names:
        pairs = np.unique(np.stack([strata.unit, strata.stratum]), axis=1)[1]
        pairs_left = pairs.size - np.unique(pairs).size
        if pairs_left < FEWEST_CONTROL_SITES - 1:
            text = f"{pairs_left} comparison(s) of fields within a stratum"
            rows.append(_rests("s_field", pairs_left, FEWEST_CONTROL_SITES - 1, text))
    return rows


def _rests(name: str, rows: int, allowed: int, text: str) -> CheckResult:
    return CheckResult(
        f"rests-on-prior:{name}", "informative", rows, allowed, f"{name} rests on its prior: {text}"
    )


def reweighted(sample: Sample, log_ratio: FloatArray, conditional: Conditional | None = None) -> Mixture:
    """Return the posterior with each setting's weight changed, and another conditional where there is one."""
    conditional = sample.given if conditional is None else conditional
    unit = sample.marginal.of.unit
    log_weight = sample.draws.log_weight.reshape(-1) + log_ratio
    weight = np.exp(log_weight - log_weight.max())
    return Mixture(weight / weight.sum(), unit * conditional.mean, unit * np.sqrt(conditional.variance))


def _power_scaling(sample: Sample, probability: float, credited: float, sd: float) -> list[CheckResult]:
    """Raise prior or likelihood to a power; the likelihood has field effects integrated out."""
    rows, eta, own = [], sample.eta, sample.marginal
    for alpha in ALPHAS:
        tilted = reweighted(sample, (alpha - 1) * own.log_prior(eta))
        rows.append(_shift("prior", alpha, tilted.quantile(probability) - credited, sd))
    for alpha in ALPHAS:
        powered = own.conditional(eta, power=alpha)
        ratio = powered.log_likelihood - sample.given.log_likelihood
        tilted = reweighted(sample, ratio, powered)
        rows.append(_shift("likelihood", alpha, tilted.quantile(probability) - credited, sd))
    return rows


def _shift(what: str, alpha: float, moved: float, sd: float) -> CheckResult:
    share = moved / sd
    verdict: Verdict = "pass" if abs(share) <= MOST_PRIOR_SHIFT else "informative"
    text = f"{what} to the power {alpha:g} moves the credited value by {moved:+.4g} t CO2e/ha"
    return CheckResult(f"power-scaling:{what}:{alpha:g}", verdict, float(share), MOST_PRIOR_SHIFT, text)


def _flat_against_proper(sample: Sample, probability: float, credited: float, sd: float) -> CheckResult:
    of = sample.marginal.of
    if of.specification.effect_prior_sd is not None:
        text = "the means have a normal prior: not for crediting"
        return CheckResult("flat-effect-prior", "informative", of.specification.effect_prior_sd, None, text)
    scale = _PROPER * of.components[0].scale
    given = Marginal(of, effect_prior_sd=scale).conditional(sample.eta)
    moved = reweighted(sample, given.log_likelihood - sample.given.log_likelihood, given)
    share = (moved.quantile(probability) - credited) / sd
    verdict: Verdict = "pass" if abs(share) <= MOST_FLAT_SHIFT else "informative"
    text = f"prior N(0, {scale:.4g}^2) on the means in place of flat moves the credited value by {share:+.2%} of the sd"
    return CheckResult("flat-effect-prior", verdict, float(share), MOST_FLAT_SHIFT, text)


def _sceptical(sample: Sample, probability: float, credited: float) -> CheckResult:
    scale = sample.marginal.of.components[0].scale
    value = sample.mixture().under_normal_prior(scale).quantile(probability)
    text = f"under the sceptical prior N(0, {scale:.4g}^2) on the reduction {value:.4g} t CO2e/ha would be credited"
    return CheckResult("sceptical-prior", "informative", float(value), float(credited), text)


def _bias(sample: Sample, probability: float) -> list[CheckResult]:
    if sample.marginal.of.specification.baseline != "modelled":
        return []
    with_bias = sample.mixture().quantile(probability)
    without = sample.mixture(without_bias=True).quantile(probability)
    text = (
        f"the learned bias moves the quantile by {with_bias - without:+.4g} t CO2e/ha; it may only lower it"
    )
    return [CheckResult("bias-cap", "informative", with_bias, without, text)]


def _influence(sample: Sample, probability: float) -> list[CheckResult]:
    against = sample.marginal.of.specification.strata.against.any()
    find = influence_of_replicates if against else influence_of_control_sites
    found = find(sample, probability)
    if found is None:
        return []
    site, shift = found
    verdict: Verdict = "pass" if abs(shift) <= MOST_INFLUENCE else "informative"
    text = f"without control site {site} the credited value moves by {shift:+.2f} posterior sd, the most of all sites"
    return [CheckResult("leave-one-site-out", verdict, shift, MOST_INFLUENCE, text)]


def _predictive(sample: Sample) -> list[CheckResult]:
    rows = []
    for side, (label, residual) in predictive_residuals(sample).items():
        worst = int(np.abs(residual).argmax())
        size = float(np.abs(residual[worst]))
        tail = 2 * float(ndtr(-size))
        chance = 1.0 if tail >= 1 else float(-np.expm1(residual.size * np.log1p(-tail)))
        outside = float((np.abs(residual) > 1.6448536269514722).mean())
        verdict: Verdict = "pass"
        if chance < NOTED_PREDICTIVE_P:
            verdict = "informative" if chance >= LEAST_PREDICTIVE_P else "fail"
        text = (
            f"{side} {label[worst]} lies {residual[worst]:+.2f} sd from its prediction, the farthest of "
            f"{residual.size} (chance of one so far {chance:.3g}); {outside:.0%} lie outside 90 %"
        )
        rows.append(CheckResult(f"predictive:{side}", verdict, chance, LEAST_PREDICTIVE_P, text))
    return rows

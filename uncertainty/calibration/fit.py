"""Fits a plan to trials and gives the calibrated set."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict

import numpy as np

from mollisol.methodology.findings import Finding, finding
from mollisol.methodology.soil_models.calibrated import (
    CalibratedSet,
    CalibrationData,
    ParameterDiagnostics,
    model_settings,
)
from mollisol.methodology.soil_models.calibration_plan import CalibrationPlan
from mollisol.methodology.soil_models.trials import Trials
from mollisol.uncertainty.calibration.diagnostics import Diagnosis
from mollisol.uncertainty.calibration.problem import Problem
from mollisol.uncertainty.calibration.sampler import Chains, Report, SamplerSettings, sample

METHOD = "DE-MCz warm-up, then independence and difference moves; deviations of sites integrated out"
_START_STREAM = 2**32 - 1


def calibration_trials(trials: Trials) -> Trials:
    """Return the studies that calibrate: those for calibration and those of a cross-validation."""
    return trials.only(frozenset(s.study for s in trials.studies if s.use != "validation"))


def fit(
    trials: Trials,
    plan: CalibrationPlan,
    *,
    seed: int,
    settings: SamplerSettings | None = None,
    left_out: tuple[str, ...] = (),
    begun: Chains | None = None,
    keep: Callable[[Chains], None] = lambda _: None,
    report: Report = lambda _done, _total, _text: None,
) -> tuple[CalibratedSet, list[Finding]]:
    """Calibrate a model on trials.

    Parameters
    ----------
    trials
        Checked; only the studies to calibrate on. Studies whose use is validation are refused.
    plan
        Checked.
    seed
        Of all random numbers.
    settings
        How the chains run.
    left_out
        Studies that this fold leaves out, for the record.
    begun
        Chains of a checkpoint.
    keep, report
        Called after each block of generations: with the chains, and with the progress.

    Returns
    -------
    tuple
        The set, and a refusal for every gate that is not met.

    Raises
    ------
    ValueError
        If a study for validation is among the trials, or the density is zero at most draws of the prior.
    """
    wrong = [s.study for s in trials.studies if s.use == "validation"]
    if wrong:
        raise ValueError(f"{', '.join(wrong)} validates: it must not be calibrated on")
    settings = settings or SamplerSettings()
    problem = Problem(trials, plan)
    if begun is None:
        rng = np.random.default_rng([seed, _START_STREAM])
        begun = Chains.begin(lambda count: problem.priors.draw(count, rng), problem.log_density, settings)
    chains, verdict = sample(begun, problem.log_density, settings, seed=seed, keep=keep, report=report)
    made = _set(problem, chains, verdict, settings, seed, left_out)
    return made, gates(verdict, settings, plan)


def run_key(trials: Trials, plan: CalibrationPlan, seed: int, settings: SamplerSettings) -> str:
    """Return the hash of all that the chains depend on: a checkpoint goes on only under the same.

    How long they run is not among it.
    """
    moves = {k: v for k, v in asdict(settings).items() if k not in ("least", "most", "r_hat", "ess")}
    content = [
        trials.sha256,
        sorted(s.study for s in trials.studies),
        trials.inputs.parameters.sha256,
        plan.model_dump(mode="json"),
        seed,
        moves,
    ]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def gates(verdict: Diagnosis, settings: SamplerSettings, plan: CalibrationPlan) -> list[Finding]:
    """Return a refusal for every quantity that misses a gate."""
    found = []
    for place, prior in enumerate(plan.prior):
        r_hat = float(verdict.r_hat[place])
        ess = float(min(verdict.ess_bulk[place], verdict.ess_tail[place]))
        if r_hat <= settings.r_hat and ess >= settings.ess:
            continue
        found.append(
            finding(
                "calibration-not-converged",
                f"parameter {prior.name}",
                f"r-hat {r_hat:.3f}, effective sample size {ess:.0f}",
                r_hat=settings.r_hat,
                ess=settings.ess,
            )
        )
    return found


def _set(
    problem: Problem,
    chains: Chains,
    verdict: Diagnosis,
    settings: SamplerSettings,
    seed: int,
    left_out: tuple[str, ...],
) -> CalibratedSet:
    """Make the set of evenly spaced draws."""
    trials, plan = problem.trials, problem.plan
    inputs = trials.inputs
    flat = problem.priors.values(chains.kept.reshape(-1, chains.kept.shape[2]))
    picked = flat[np.linspace(0, len(flat) - 1, plan.draws).round().astype(int)]
    study_of = trials.study_of()
    stocks = Counter(study_of[row.site] for row in trials.observations)
    rows_sha = hashlib.sha256(json.dumps(trials.sha256, sort_keys=True).encode()).hexdigest()
    diagnostics = tuple(
        ParameterDiagnostics(
            name=prior.name,
            mean=float(flat[:, place].mean()),
            sd=float(flat[:, place].std(ddof=1)),
            r_hat=float(verdict.r_hat[place]),
            ess_bulk=float(verdict.ess_bulk[place]),
            ess_tail=float(verdict.ess_tail[place]),
        )
        for place, prior in enumerate(plan.prior)
    )
    sampler = {
        **{k: v for k, v in asdict(settings).items() if k not in ("least", "most")},
        "generations kept": len(chains.kept),
        "accepted": round(chains.accepted / (len(chains.kept) * settings.chains), 3),
        "stocks": len(problem.observed),
        "deviations integrated out": problem.structure.count + len(inputs.sites),
    }
    return CalibratedSet(
        id=plan.id if not left_out else f"{plan.id}-without-{'-'.join(left_out)}"[:100],
        model=inputs.model,
        version=inputs.parameters.version,
        title=plan.title,
        base=inputs.parameters.label,
        base_sha256=inputs.parameters.sha256,
        base_values=inputs.parameters.values,
        climate_zones=tuple(sorted({s.climate_zone for s in trials.studies})),
        priors=plan.prior,
        effects=tuple(str(effect) for effect in plan.effect),
        draws=tuple(tuple(float(v) for v in row) for row in picked),
        data=tuple(
            CalibrationData(
                study=s.study,
                stocks=stocks[s.study],
                citation=s.citation,
                licence=s.licence,
                sha256=rows_sha,
            )
            for s in trials.studies
        ),
        left_out=left_out,
        settings=tuple(sorted(model_settings(inputs).items())),
        method=METHOD,
        sampler=tuple((key.replace("_", " "), str(value)) for key, value in sampler.items()),
        seed=seed,
        diagnostics=diagnostics,
        limits=plan.limits,
    )

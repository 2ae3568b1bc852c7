"""The PyMC reference beside the exact engine, where it was asked for: same declaration, another sampler, draws kept."""

from __future__ import annotations

from dataclasses import asdict
from typing import Final

import numpy as np

from mollisol.methodology.findings import Finding, finding
from mollisol.methodology.results.deductions import PosteriorReference
from mollisol.methodology.results.run import RunResult
from mollisol.methodology.trace import Trace
from mollisol.uncertainty.posterior.draws_file import as_netcdf
from mollisol.uncertainty.posterior.pymc_model import SAMPLER, Settings, sample_with_pymc
from mollisol.uncertainty.posterior.results import PosteriorResult

MOST_ERRORS: Final = 3.0
MOST_R_HAT: Final = 1.01
LEAST_EFFECTIVE: Final = 400.0
MOST_DIVERGENT: Final = 0.001


def sample_references(
    results: RunResult, trace: Trace, settings: Settings | None = None
) -> tuple[RunResult, dict[str, bytes], list[Finding]]:
    """Sample every posterior of a run by NUTS, and hold the exact quantile against it.

    Parameters
    ----------
    results
        Of a finished run; its seed is the sampler's.
    trace
        Keeps the posteriors of the run.
    settings
        Of the sampler; by default four chains of 1,000 after 1,000.

    Returns
    -------
    tuple of RunResult, dict and list of Finding
        The results with the comparisons in them, the draws as files of the bundle, and a finding where they differ.
    """
    settings = settings or Settings(seed=results.seed)
    rows, draws, findings = [], {}, []
    for number, (name, result) in enumerate(trace.kept(PosteriorResult).items(), start=1):
        file = f"posterior/{number}.nc"
        row, draws[file] = _compare(name, file, result, settings)
        rows.append(row)
        if row.verdict != "pass":
            findings.append(_finding(row))
    return results.model_copy(update={"references": tuple(rows)}), draws, findings


def _compare(
    name: str, file: str, exact: PosteriorResult, settings: Settings
) -> tuple[PosteriorReference, bytes]:
    sampled = sample_with_pymc(exact.specification, settings, probability=exact.probability)
    error = float(np.hypot(sampled.monte_carlo_error, exact.monte_carlo_error))
    apart = (sampled.quantile - exact.quantile) / error
    r_hat = max(of.r_hat for of in sampled.diagnostics)
    bulk, tail = (min(getattr(of, kind) for of in sampled.diagnostics) for kind in ("bulk", "tail"))
    mixed = (
        r_hat <= MOST_R_HAT
        and min(bulk, tail) >= LEAST_EFFECTIVE
        and sampled.divergences <= MOST_DIVERGENT * sampled.reduction.size
    )
    row = PosteriorReference(
        of=name,
        file=file,
        sampler=f"{SAMPLER} NUTS",
        settings=asdict(settings),
        mean_t_co2e_per_ha=sampled.mean,
        standard_deviation_t_co2e_per_ha=sampled.sd,
        quantile_t_co2e_per_ha=sampled.quantile,
        monte_carlo_error_t_co2e_per_ha=sampled.monte_carlo_error,
        exact_quantile_t_co2e_per_ha=exact.quantile,
        exact_monte_carlo_error_t_co2e_per_ha=exact.monte_carlo_error,
        difference_in_monte_carlo_errors=apart,
        r_hat=r_hat,
        bulk_effective_draws=bulk,
        tail_effective_draws=tail,
        divergences=sampled.divergences,
        verdict="informative" if not mixed else "pass" if abs(apart) <= MOST_ERRORS else "fail",
    )
    return row, as_netcdf(sampled)


def _finding(row: PosteriorReference) -> Finding:
    mixed = row.verdict == "fail"
    return finding(
        "reference-differs" if mixed else "reference-not-mixed",
        row.of,
        f"NUTS gives {row.quantile_t_co2e_per_ha:.4g} where the exact engine gives "
        f"{row.exact_quantile_t_co2e_per_ha:.4g} t CO2e/ha, {row.difference_in_monte_carlo_errors:+.1f} combined "
        f"Monte Carlo errors apart; R-hat {row.r_hat:.3f}, {row.bulk_effective_draws:.0f} and "
        f"{row.tail_effective_draws:.0f} effective draws, {row.divergences} divergences",
        most_errors=MOST_ERRORS,
        most_r_hat=MOST_R_HAT,
        least_effective=LEAST_EFFECTIVE,
    )

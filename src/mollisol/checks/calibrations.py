"""Calibrations whose samples show a bias, or a slope that is not 1."""

from __future__ import annotations

from mollisol.methodology.checks.spectroscopy import VALIDATION
from mollisol.methodology.context import Context
from mollisol.methodology.findings import Finding, Place, finding
from mollisol.stocks.samples import Samples


def check_calibrations(context: Context, samples: Samples) -> list[Finding]:
    """Return a finding for each calibration whose own samples show it off.

    A bias refuses issuance: it is an error with a sign, which no spread can answer. A slope that is not 1 is told.
    """
    allowed = context.rules.number("mollisol.calibration.bias-significance") if samples.calibrations else 0.0
    findings = []
    for id, calibration in samples.calibrations.items():
        where = Place(file=VALIDATION, thing=f"laboratory method {id}")
        bias, slope = float(calibration.bias_p_value.value), float(calibration.slope_p_value.value)
        if bias < allowed:
            findings.append(
                finding(
                    "calibration-biased",
                    where,
                    f"predictions off by {calibration.bias.value:+.3g} g/kg in the mean of "
                    f"{len(calibration.predicted.index)} samples, p = {bias:.2g}",
                    allowed_name=allowed,
                )
            )
        if slope < allowed:
            findings.append(
                finding(
                    "calibration-slope-off",
                    where,
                    f"{calibration.slope.value:.3g} g/kg by dry combustion for each g/kg predicted, "
                    f"p = {slope:.2g}",
                    allowed_name=allowed,
                )
            )
    return findings

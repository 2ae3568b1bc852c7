"""The table of what a true-up changed and why, in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mollisol.methodology.true_up import Change, ErrorChange, FuturePeriod, TrueUpResult

UNCHANGED = "unchanged"


def change_rows(result: TrueUpResult) -> tuple[Change, ...]:
    """Return one row for each thing that a true-up can move, moved or not."""
    return tuple(_rows(result))


def _rows(result: TrueUpResult) -> Iterator[Change]:
    before, after = result.identity_before, result.identity
    now = UNCHANGED if before.sha256 == after.sha256 else after.parameter_set
    why = "calibrated again" if result.recalibrated else "recalibration is optional, and was not asked for"
    yield _change("parameter set", (before.parameter_set, now), why)
    for error in result.errors:
        yield from _error(error, result.remeasurement)
    for issued in result.issued:
        what = f"units issued for period {issued.period}"
        yield _change(what, (f"{issued.units:,}", UNCHANGED), "what was issued stays issued")
    for future in result.future:
        yield from _future(future)


def _error(row: ErrorChange, campaign: str) -> Iterator[Change]:
    kind = "practice effect" if row.practice_effect else "change of one scenario"
    what = f"{row.practice_category}, {row.crop_group}, {kind}"
    why = f"campaign {campaign} joined the validation"
    if row.comparisons_before == row.comparisons_after:
        why = (
            "the re-measurement tells of one scenario; control sites measured again would tell of the effect"
        )
    bias = row.mean_bias_before_t_co2e_per_ha, row.mean_bias_after_t_co2e_per_ha
    sd = row.model_sd_before_t_co2e_per_ha, row.model_sd_after_t_co2e_per_ha
    horizon = [_number(value, 1) for value in (row.horizon_before_years, row.horizon_after_years)]
    median = "the median of the durations in the validation"
    yield _change(f"{what}: comparisons", (str(row.comparisons_before), str(row.comparisons_after)), why)
    yield _change(f"{what}: mean bias, modelled less measured, t CO2e/ha", map(_number, bias), why)
    yield _change(f"{what}: sd of the model's error, t CO2e/ha", map(_number, sd), why)
    yield _change(f"{what}: longest period the error stands for, years", horizon, median)


def _future(row: FuturePeriod) -> Iterator[Change]:
    why = "both scenarios ran from the start with the new model error"
    deduction = row.deduction_before_percent, row.deduction_after_percent
    credited = row.credited_before_t_co2e_per_ha, row.credited_after_t_co2e_per_ha
    yield _change(f"period {row.period}: deduction, %", map(_number, deduction), why)
    yield _change(f"period {row.period}: credited, t CO2e/ha", map(_number, credited), why)
    yield _change(
        f"period {row.period}: units to issue", (f"{row.units_before:,}", f"{row.units_after:,}"), why
    )


def _change(what: str, ends: Iterable[str], why: str) -> Change:
    before, after = ends
    return Change(what=what, before=before, after=after, why=why)


def _number(value: float | None, digits: int = 2) -> str:
    return "none" if value is None else f"{value:.{digits}f}"

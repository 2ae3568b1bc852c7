"""The table of what a true-up changed and why, in words."""

from __future__ import annotations

from collections.abc import Iterator

from mollisol.methodology.true_up import Change, ErrorChange, FuturePeriod, TrueUpResult

UNCHANGED = "unchanged"


def change_rows(result: TrueUpResult) -> tuple[Change, ...]:
    """Return one row for each thing that a true-up can move, moved or not."""
    return tuple(_rows(result))


def _rows(result: TrueUpResult) -> Iterator[Change]:
    before, after = result.identity_before, result.identity
    yield Change(
        what="parameter set",
        before=before.parameter_set,
        after=UNCHANGED if before.sha256 == after.sha256 else after.parameter_set,
        why="calibrated again" if result.recalibrated else "recalibration is optional, and was not asked for",
    )
    for error in result.errors:
        yield from _error(error, result.remeasurement)
    for issued in result.issued:
        yield Change(
            what=f"units issued for period {issued.period}",
            before=f"{issued.units:,}",
            after=UNCHANGED,
            why="what was issued stays issued",
        )
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
    yield Change(
        what=f"{what}: comparisons",
        before=str(row.comparisons_before),
        after=str(row.comparisons_after),
        why=why,
    )
    yield Change(
        what=f"{what}: mean bias, modelled less measured, t CO2e/ha",
        before=_number(row.mean_bias_before_t_co2e_per_ha),
        after=_number(row.mean_bias_after_t_co2e_per_ha),
        why=why,
    )
    yield Change(
        what=f"{what}: sd of the model's error, t CO2e/ha",
        before=_number(row.model_sd_before_t_co2e_per_ha),
        after=_number(row.model_sd_after_t_co2e_per_ha),
        why=why,
    )
    yield Change(
        what=f"{what}: longest period the error stands for, years",
        before=_number(row.horizon_before_years, 1),
        after=_number(row.horizon_after_years, 1),
        why="the median of the durations in the validation",
    )


def _future(row: FuturePeriod) -> Iterator[Change]:
    why = "both scenarios ran from the start with the new model error"
    yield Change(
        what=f"period {row.period}: deduction, %",
        before=_number(row.deduction_before_percent),
        after=_number(row.deduction_after_percent),
        why=why,
    )
    yield Change(
        what=f"period {row.period}: credited, t CO2e/ha",
        before=_number(row.credited_before_t_co2e_per_ha),
        after=_number(row.credited_after_t_co2e_per_ha),
        why=why,
    )
    yield Change(
        what=f"period {row.period}: units to issue",
        before=f"{row.units_before:,}",
        after=f"{row.units_after:,}",
        why=why,
    )


def _number(value: float | None, digits: int = 2) -> str:
    return "none" if value is None else f"{value:.{digits}f}"

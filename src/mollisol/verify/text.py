"""The outcome of ``verify`` as lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from mollisol.verify.results import Difference, Earlier, PeriodAgain, RuleMove, Signed, Verification

_KEY: Final = 16
"""Digits of a hash or a key that are shown."""
_FEW_OF_A_KIND: Final = 3
_FEW_RESULTS: Final = 8
_CREDIT: Final = (".verified_total_t_co2e", ".units_to_issue_t")
_TRUST: Final = {
    "shipped": "shipped with this version",
    "released": "shipped with an earlier release",
    "auditor": "trusted by you",
    "nobody": "on no trusted list: nothing is issued under them",
}
_OUTCOME: Final = {"result", "trace", "finding", "project", "metadata", "figure", "report", "independent"}
"""Kinds that follow from what was changed; they are printed after it."""


def lines_of(outcome: Verification) -> list[str]:
    """Return what ``verify`` prints, the verdict first."""
    at = f" at {outcome.largest_at}" if outcome.largest_at else ""
    deviation = f"{outcome.largest_deviation:.3g}{at} (tolerance {outcome.tolerance:g})"
    return [
        _verdict(outcome),
        f"largest deviation of numbers that count as the same: {deviation}",
        f"signature: {_signature(outcome.signature)}",
        *_rules(outcome),
        *_redacted(outcome),
        *(_earlier(item) for item in outcome.earlier),
        *(_period(period) for period in outcome.periods),
        *_in_total(outcome),
        *(f"note: {note}" for note in outcome.notes),
        *_release_notes(outcome),
        *_independent(outcome),
        *_differences(outcome),
    ]


def _verdict(outcome: Verification) -> str:
    if outcome.same:
        return f"same: {outcome.files} files and {outcome.numbers_compared:,} numbers"
    open_ones = sum(not item.note for item in outcome.differences)
    moved = len(outcome.differences) - open_ones
    other = f", and {moved} that release notes move" if moved and open_ones else ""
    line = f"{open_ones} differences{other}" if open_ones else f"{moved} differences, each by a release note"
    return f"{outcome.outcome}: {line}"


def _signature(signed: Signed) -> str:
    match signed.state:
        case "good":
            return f"good: signed by {signed.signer} ({signed.key[:_KEY]}…)"
        case "somebody":
            return f"signed by somebody ({signed.key[:_KEY]}…): --key FILE names a signer"
        case "not checked":
            return "there is one, and it was not checked: install mollisol[audit]"
        case "bad":
            return "bad: it does not hold"
        case state:
            return state


def _earlier(item: Earlier) -> str:
    number = "" if item.outcome == "same" else f" ({item.differences} differences)"
    by = _signature(item.signature)
    return (
        f"closed period {item.period}: {item.file} performed again: {item.outcome}{number}; signature: {by}"
    )


def _rules(outcome: Verification) -> Iterator[str]:
    rules = outcome.rules
    if rules is None:
        return
    known = rules.trusted_by in ("shipped", "released")
    yield f"rules: {rules.rule_set}, {_TRUST[rules.trusted_by]} ({rules.hash[:_KEY] if known else rules.hash})"
    if rules.units_t is not None:
        yield f"       under your trust {rules.units_t:,} units are eligible to request"
    yield from (f"       {_move(move)}" for move in outcome.rule_moves)


def _redacted(outcome: Verification) -> Iterator[str]:
    if outcome.redacted:
        yield f"redacted: {outcome.redacted:,} values were taken out; taken, not recomputed:"
        yield from (f"       {line}" for line in outcome.taken)


def _move(move: RuleMove) -> str:
    values = f": {move.recorded}, ships as {move.shipped}" if move.recorded or move.shipped else ""
    line = f"{move.rule}{values}"
    if move.tonnes_t_co2e is not None and move.units_t is not None:
        line += f"; moves {move.tonnes_t_co2e:+,.3f} t CO2e, {move.units_t:+,} units"
    return line + (f" ({move.note})" if move.note else "")


def _period(period: PeriodAgain) -> str:
    def side(tonnes: float | None, units: int | None, state: str) -> str:
        if tonnes is None or units is None:
            return "no such period"
        return f"{tonnes:,.3f} t CO2e and {units:,} units to request ({state})"

    old = side(period.recorded_t_co2e, period.recorded_units_t, period.recorded_state)
    new = side(period.recomputed_t_co2e, period.recomputed_units_t, period.recomputed_state)
    return f"period {period.name}: {old} recorded, {'the same' if old == new else new} recomputed"


def _in_total(outcome: Verification) -> Iterator[str]:
    total = outcome.materiality
    if total is not None:
        share = "no recorded total" if total.percent is None else f"{total.percent:.3g} % of it"
        verdict = "material" if total.material else "not material"
        yield (
            f"in total: {total.recorded_t_co2e:,.3f} t CO2e recorded, {total.recomputed_t_co2e:,.3f} recomputed; "
            f"{total.recorded_units_t:,} units recorded, {total.recomputed_units_t:,} recomputed; the periods are off "
            f"by {share}: {verdict} against {total.threshold_percent:g} % ({total.rule}: {total.citation})"
        )


def _release_notes(outcome: Verification) -> Iterator[str]:
    for row in outcome.release_notes:
        number = sum(item.note == row.id for item in outcome.differences)
        yield f"release note {row.id} ({number} differences): {row.says}"


def _independent(outcome: Verification) -> Iterator[str]:
    if outcome.not_checked:
        yield f"independent: not checked, the second implementation was not run: {outcome.not_checked}"
    if outcome.independent:
        worst = max(outcome.independent, key=lambda row: row.deviation or 0.0)
        agree = sum(row.same for row in outcome.independent)
        yield (
            f"independent: {agree} of {len(outcome.independent)} figures of the design-based path agree; "
            f"largest deviation {worst.deviation or 0.0:.3g} at {worst.item}"
        )


def _differences(outcome: Verification) -> Iterator[str]:
    if not outcome.differences:
        return
    shown = _first(tuple(item for item in outcome.differences if not item.note) or outcome.differences)
    yield ""
    for item in shown:
        yield f"{item.code}: {item.item}"
        line = f"    recorded {item.recorded or '-'}; found {item.recomputed or '-'}"
        if item.difference is not None:
            line += f"; difference {item.difference:.6g}"
        if item.percent_of_total is not None:
            line += f", {item.percent_of_total:.3g} % of the total, {'' if item.material else 'not '}material"
        line += f"; moved by release note {item.note}" if item.note else ""
        yield line + (f"; other versions: {item.why}" if item.why else "")
    if len(shown) < len(outcome.differences):
        yield f"... and {len(outcome.differences) - len(shown)} more: --json gives them all"


def _first(differences: tuple[Difference, ...]) -> tuple[Difference, ...]:
    """Return the first few of each kind: what was changed before what follows from it."""
    by_kind: dict[str, list[Difference]] = {}
    for difference in differences:
        by_kind.setdefault(difference.code, []).append(difference)
    chosen = []
    for kind in sorted(by_kind, key=lambda kind: kind.partition("-")[0] in _OUTCOME):
        group = sorted(by_kind[kind], key=_weight)
        chosen += group[: _FEW_RESULTS if kind == "result" else _FEW_OF_A_KIND]
    return tuple(chosen)


def _weight(item: Difference) -> tuple[bool, float]:
    """Put the credit before everything, then the largest in tonnes."""
    credit = item.item.endswith(_CREDIT) and "vintages" not in item.item
    return not credit, -(item.percent_of_total or 0.0)

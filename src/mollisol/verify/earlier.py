"""The bundles behind the closed periods of a ledger, performed again: nothing is carried because a ledger says so."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from mollisol.bundle.read import Bundle, bundle_in
from mollisol.methodology.ledger import LEDGER_FILE, LedgerEntry
from mollisol.reading.archive import BundleFaultError, open_packed
from mollisol.run import Run
from mollisol.verify.compare import Comparison
from mollisol.verify.results import Earlier, Verification

type Verify = Callable[[Bundle], Verification]

_TENTH: Final = 0.05
"""Figures of a ledger may be written to a tenth of a tonne."""
_SHOWN: Final = 16


def verify_earlier(
    run: Run, verify: Verify, signers: Mapping[str, str], comparison: Comparison
) -> tuple[Earlier, ...]:
    """Return what came of each closed period that names its bundle; what differs is a difference of this bundle too.

    Parameters
    ----------
    run
        This bundle, run again: its project has the ledger, its inputs the earlier bundles.
    verify
        Verifies a bundle, and the ones that stand in it.
    signers
        Names of the signers that the auditor knows, by their public keys.
    comparison
        Where differences are entered.
    """
    done: dict[str, Verification] = {}
    told = []
    for entry in run.project.ledger.entry if run.project.ledger else ():
        name = entry.bundle_file
        if name not in run.inputs:
            continue
        place = f"{LEDGER_FILE}: period {entry.period}"
        try:
            if name not in done:
                done[name] = verify(bundle_in(open_packed(run.inputs[name], name)))
        except BundleFaultError as error:
            comparison.add("earlier-bundle", place, f"the bundle {name}", str(error))
            continue
        _compare(entry, done[name], place, comparison)
        told.append(_told(entry, done[name], signers))
    return tuple(told)


def _told(entry: LedgerEntry, outcome: Verification, signers: Mapping[str, str]) -> Earlier:
    signed = outcome.signature
    if signed.key in signers:
        signed = signed.model_copy(update={"state": "good", "signer": signers[signed.key]})
    return Earlier(
        period=entry.period,
        file=entry.bundle_file,
        outcome=outcome.outcome,
        differences=len(outcome.differences),
        signature=signed,
    )


def _compare(entry: LedgerEntry, outcome: Verification, place: str, comparison: Comparison) -> None:
    """Enter a bundle that is not the same again, a signature by another key, and a total that is not carried."""
    if outcome.outcome == "different":
        first = next(item for item in outcome.differences if not item.note)
        found = f"{len(outcome.differences)} differences, first {first.code}: {first.item}"
        comparison.add("earlier-bundle", place, f"the bundle {entry.bundle_file}, the same again", found)
    if entry.signed_by_key and outcome.signature.key != entry.signed_by_key:
        found = outcome.signature.key[:_SHOWN] or outcome.signature.state
        comparison.add("earlier-signature", place, entry.signed_by_key[:_SHOWN], found)
    again = next((period for period in outcome.periods if period.name == entry.period), None)
    total = None if again is None else again.recomputed_t_co2e
    if total is None or abs(total - entry.verified_total_t_co2e) > _TENTH:
        found = "no such period" if total is None else f"{total:.6g}"
        comparison.add(
            "earlier-figure", f"{place}: verified_total_t_co2e", entry.verified_total_t_co2e, found
        )

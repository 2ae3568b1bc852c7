"""Closed periods are held against the bundles that were signed off, not believed because the ledger says so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any, Final

from mollisol.methodology.context import Context
from mollisol.methodology.findings import Finding, finding
from mollisol.methodology.ledger import LedgerEntry, check_ledger, ledger_place
from mollisol.reading.archive import BundleFaultError
from mollisol.reading.json import load_json

_ONE_UNIT: Final = 1.0
"""Units are the whole tonnes of the verified total; a total that was written down rounded is off by less."""
_TENTH: Final = 0.05
"""How far figures may differ that were written down to a tenth of a tonne."""
RESULTS: Final = "results.json"


def question_ledger(context: Context, inputs: Mapping[str, bytes]) -> list[Finding]:
    """Return where closed periods do not fit the project, contradict their bundle, or have none to show."""
    ledger, head = context.project.ledger, context.project.head
    periods = [(period.name, period.during) for period in head.verification_periods]
    findings = check_ledger(ledger, start=head.start_date, periods=periods, inputs=inputs)
    if ledger is None or not context.rules.value("mollisol.words.shown").value:
        return findings
    shown = [told for entry in ledger.entry for told in (*_units(entry), *_against_bundle(entry, inputs))]
    return [*findings, *shown]


def _units(entry: LedgerEntry) -> Iterator[Finding]:
    issued, verified = (
        entry.issued_reduction_units_t + entry.issued_removal_units_t,
        entry.verified_total_t_co2e,
    )
    if abs(issued - max(verified, 0.0)) > _ONE_UNIT:
        found = (
            f"{entry.issued_reduction_units_t} + {entry.issued_removal_units_t} = {issued} units issued, "
            f"verified total {verified:.1f} t CO2e"
        )
        yield finding("ledger-units-differ", ledger_place(entry.period), found)


def _against_bundle(entry: LedgerEntry, inputs: Mapping[str, bytes]) -> Iterator[Finding]:
    """Yield what the copies of the bundle's files say against the entry; the manifest vouches for the results."""
    where = ledger_place(entry.period)
    manifest, results = inputs.get(entry.manifest_file), inputs.get(entry.results_file)
    if manifest is None or results is None:
        keys = [key for key in ("manifest_file", "results_file") if not getattr(entry, key)]
        zeros = "" if set(entry.bundle_manifest_sha256) != {"0"} else ", and a hash of zeros"
        yield finding("ledger-not-shown", where, f"no {' and no '.join(keys)}{zeros}")
        return
    try:
        listed = load_json(manifest, entry.manifest_file)["files"][RESULTS]
        periods = load_json(results, entry.results_file)["periods"]
        (period,) = [one for one in periods if one["name"] == entry.period]
        figures = figures_of_period(period)
        refused = period["issuance"] == "refused"
    except (BundleFaultError, KeyError, TypeError, ValueError, IndexError):
        found = f"{entry.manifest_file} and {entry.results_file} are not those of a bundle with this period"
        yield finding("ledger-figures-differ", where, found)
        return
    if listed != sha256(results).hexdigest():
        found = f"{entry.results_file} is not the one that {entry.manifest_file} lists"
        yield finding("ledger-figures-differ", where, found)
    if refused:
        yield finding(
            "ledger-figures-differ", where, "the bundle refused this period: no unit of it was issued"
        )
    for key, value in figures.items():
        written = float(getattr(entry, key))
        if abs(written - value) > _TENTH:
            found = f"{key} = {written:g}, the bundle has {value:.6g}"
            yield finding("ledger-figures-differ", where, found)


def figures_of_period(period: Mapping[str, Any]) -> dict[str, float]:
    """Return the figures of a ledger entry, taken out of a period of ``results.json``."""
    calendar, leakage = period["calendar"], period["leakage"] or {}
    return {
        "cumulative_project_change_t_co2e": period["vintages"][-1]["cumulative_project_change_t_co2e"],
        "cumulative_displaced_leakage_t_co2e": leakage.get("cumulative_displaced_t_co2e", 0.0),
        "verified_total_t_co2e": period["verified_total_t_co2e"],
        "issued_reduction_units_t": sum(part["reduction_units_t"] for part in calendar),
        "issued_removal_units_t": sum(part["removal_units_t"] for part in calendar),
        "buffer_t_co2e": period["buffer_t_co2e"],
    }

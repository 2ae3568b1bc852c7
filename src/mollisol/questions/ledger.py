"""Closed periods are held against the bundles that were signed off, not believed because the ledger says so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any, Final

from mollisol.methodology.checks.ledger import check_ledger
from mollisol.methodology.checks.unread import heard
from mollisol.methodology.context import Context
from mollisol.methodology.findings import Finding, finding
from mollisol.methodology.ledger import LedgerEntry, ledger_place
from mollisol.methodology.project import ProjectHead
from mollisol.output import MANIFEST, SIGNATURE, UNSIGNED
from mollisol.reading.archive import BundleFaultError, open_packed
from mollisol.reading.json import load_json

_ONE_UNIT: Final = 1.0
"""Units are the whole tonnes of the verified total; a total that was written down rounded is off by less."""
_TENTH: Final = 0.05
"""How far figures may differ that were written down to a tenth of a tonne."""
RESULTS: Final = "results.json"
_SAME: Final[Mapping[str, str]] = {"programme": "programme", "project": "name", "start_date": "start_date"}
"""What results and head have in common where both are of one project."""


def question_ledger(context: Context, inputs: Mapping[str, bytes]) -> list[Finding]:
    """Return where closed periods do not fit the project, contradict their bundle, or have none to show."""
    ledger, head = context.project.ledger, context.project.head
    findings = heard(check_ledger, context.project, inputs)
    if ledger is None or not context.rules.value("mollisol.words.shown").value:
        return findings
    shown = [
        told for entry in ledger.entry for told in (*_units(entry), *_against_bundle(entry, inputs, head))
    ]
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
    if not 0 <= entry.buffer_t_co2e <= max(verified, 0.0) + entry.buffer_t_co2e:
        found = f"buffer {entry.buffer_t_co2e:g} t CO2e beside {verified:g} t verified"
        yield finding("ledger-buffer-impossible", ledger_place(entry.period), found)


def _against_bundle(entry: LedgerEntry, inputs: Mapping[str, bytes], head: ProjectHead) -> Iterator[Finding]:
    """Yield what the bundle, or copies of two of its files, say against the entry; the manifest vouches for all."""
    where = ledger_place(entry.period)
    if entry.bundle_file in inputs:
        try:
            files, broken = _files_of(inputs[entry.bundle_file], entry.bundle_file)
        except BundleFaultError as error:
            yield finding("ledger-bundle-broken", where, f"{entry.bundle_file}: {error.finding.found}")
            return
        if broken:
            yield finding(
                "ledger-bundle-broken", where, f"{entry.bundle_file}: {broken}: not as its manifest lists"
            )
        yield from _signed(entry, files)
        if (digest := sha256(files.get(MANIFEST, b"")).hexdigest()) != entry.bundle_manifest_sha256:
            found = f"the manifest of {entry.bundle_file} has the hash {digest[:12]}..."
            yield finding("ledger-hash-differs", where, found, digest=entry.bundle_manifest_sha256[:12])
        manifest, results, place = files.get(MANIFEST), files.get(RESULTS), entry.bundle_file
    else:
        manifest, results = inputs.get(entry.manifest_file), inputs.get(entry.results_file)
        place = f"{entry.manifest_file} and {entry.results_file}"
    if manifest is None or results is None:
        keys = [key for key in ("manifest_file", "results_file") if not getattr(entry, key)]
        zeros = "" if set(entry.bundle_manifest_sha256) != {"0"} else ", and a hash of zeros"
        yield finding("ledger-not-shown", where, f"no bundle_file, no {' and no '.join(keys)}{zeros}")
        return
    if entry.bundle_file not in inputs:
        yield finding("ledger-copies-only", where, f"{place}, and no bundle_file")
    yield from _figures(entry, manifest, results, place, head)


def _figures(
    entry: LedgerEntry, manifest: bytes, results: bytes, place: str, head: ProjectHead
) -> Iterator[Finding]:
    where = ledger_place(entry.period)
    try:
        listed = load_json(manifest, place)["files"][RESULTS]
        document = load_json(results, place)
        (period,) = [one for one in document["periods"] if one["name"] == entry.period]
        figures = figures_of_period(period)
        refused = period["issuance"] == "refused"
        of = {
            key: (str(document[key]), str(getattr(head, name)))
            for key, name in _SAME.items()
            if key in document
        }
    except (BundleFaultError, KeyError, TypeError, ValueError, IndexError):
        found = f"{place} {'are' if ' and ' in place else 'is'} not of a bundle with this period"
        yield finding("ledger-figures-differ", where, found)
        return
    if listed != sha256(results).hexdigest():
        yield finding("ledger-figures-differ", where, f"{RESULTS} of {place} is not the one that is listed")
    if refused:
        found = "the bundle refused this period: no unit of it was issued"
        yield finding("ledger-figures-differ", where, found)
    for key, (there, here) in of.items():
        if there != here:
            yield finding("ledger-figures-differ", where, f"{key} {here}, the bundle is of {there[:80]}")
    for key, value in figures.items():
        written = float(getattr(entry, key))
        if abs(written - value) > _TENTH:
            found = f"{key} = {written:g}, the bundle has {value:.6g}"
            yield finding("ledger-figures-differ", where, found)


def _files_of(content: bytes, place: str) -> tuple[dict[str, bytes], str]:
    """Return the files of a packed bundle, and those that are not as its manifest lists them, in words."""
    source = open_packed(content, place)
    files = {name: source.read(name) for name in source.sizes}
    listed = load_json(files.get(MANIFEST, b""), MANIFEST).get("files")
    listed = listed if isinstance(listed, dict) else {}
    found = {name: sha256(text).hexdigest() for name, text in files.items() if name not in UNSIGNED}
    names = sorted(name for name in found.keys() | listed.keys() if found.get(name) != listed.get(name))
    return files, ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def _signed(entry: LedgerEntry, files: Mapping[str, bytes]) -> Iterator[Finding]:
    """Yield where the bundle does not name the key of the ledger; whether the signature holds, ``verify`` says."""
    if not entry.signed_by_key:
        return
    try:
        key = load_json(files[SIGNATURE], SIGNATURE)["public_key"] if SIGNATURE in files else ""
    except (BundleFaultError, KeyError, TypeError):
        key = "no key"
    if key != entry.signed_by_key:
        found = f"{entry.bundle_file} is signed by {str(key)[:16]}..." if key else "no signature in it"
        yield finding("ledger-not-signed", ledger_place(entry.period), found, key=entry.signed_by_key[:16])


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

"""What earlier verifications left behind: cumulative states and issued units, signed off and never computed again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from hashlib import sha256
from itertools import pairwise
from typing import Annotated

from pydantic import Field

from mollisol.methodology.base import Day, DomainObject, Identifier, Interval, Items, RequiredText, Text
from mollisol.methodology.findings import Finding, Place, finding

LEDGER_FILE = "ledger.toml"

type Amount = Annotated[float, Field(ge=-1e9, le=1e9, allow_inf_nan=False)]
type Units = Annotated[int, Field(ge=0, le=10**9)]


class LedgerEntry(DomainObject):
    """A verification period that is closed.

    Parameters
    ----------
    cumulative_project_change_t_co2e
        Project stock change since the start, after deductions, at the end of the period: the switch looks at it.
    cumulative_displaced_leakage_t_co2e
        LK_t of VMD0054 at the end of the period: LK_prior of the next one.
    bundle_manifest_sha256
        Hash of ``manifest.json`` of the bundle that was signed off.
    bundle_file
        That bundle as a zip in the project folder: the entry is held against it, it goes into the next bundle, and
        ``verify`` performs it again.
    manifest_file, results_file
        Where the bundle itself is not kept: copies of that manifest and of the ``results.json`` that it lists.
    signed_by_key
        The public key that the bundle was signed with, where signing is used.
    """

    period: Identifier
    during: Interval
    rules: Text
    cumulative_project_change_t_co2e: Amount
    cumulative_displaced_leakage_t_co2e: Annotated[float, Field(ge=0, le=1e9, allow_inf_nan=False)]
    verified_total_t_co2e: Amount
    issued_reduction_units_t: Units
    issued_removal_units_t: Units
    buffer_t_co2e: Amount
    bundle_manifest_sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    bundle_file: Text = ""
    manifest_file: Text = ""
    results_file: Text = ""
    signed_by_key: Annotated[str, Field(pattern=r"^([0-9a-f]{64})?$")] = ""
    signed_off_by: RequiredText
    signed_off_on: Day


class Ledger(DomainObject):
    """The closed periods, oldest first."""

    entry: Items[LedgerEntry]

    @property
    def issued_units_t(self) -> int:
        """Units issued so far."""
        return sum(one.issued_reduction_units_t + one.issued_removal_units_t for one in self.entry)


def check_ledger(
    ledger: Ledger | None, *, start: Day, periods: Sequence[tuple[str, Interval]], inputs: Mapping[str, bytes]
) -> list[Finding]:
    """Return the findings on the ledger, held against the project: no gap, no overlap, the bundle that was signed off.

    Parameters
    ----------
    start
        The start date.
    periods
        Names and intervals of the verification periods that are still to be computed.
    inputs
        The files that were read, for copies of manifests.
    """
    if ledger is None or not ledger.entry:
        if periods and periods[0][1].start != start:
            found = (
                f"the first period begins {periods[0][1].start}, the project {start}, and there is no ledger"
            )
            return [finding("ledger-missing", ledger_place(periods[0][0]), found)]
        return []
    return [*_chain(ledger, start, periods), *_names(ledger, periods), *_hashes(ledger, inputs)]


def _chain(ledger: Ledger, start: Day, periods: Sequence[tuple[str, Interval]]) -> Iterable[Finding]:
    spans = [(one.period, one.during) for one in ledger.entry] + list(periods[:1])
    if spans[0][1].start != start:
        found = f"begins {spans[0][1].start}; the project begins {start}"
        yield finding("ledger-not-continuous", ledger_place(spans[0][0]), found)
    for (_, one), (name, other) in pairwise(spans):
        if other.start != one.end + timedelta(days=1):
            found = f"period {name} begins {other.start}; the one before ends {one.end}"
            yield finding(
                "ledger-not-continuous",
                ledger_place(name),
                found,
                allowed="the day after the one before ends",
            )
    for entry in ledger.entry:
        if entry.during.end < entry.during.start:
            found = f"from {entry.during.start} to {entry.during.end}"
            yield finding(
                "ledger-not-continuous", ledger_place(entry.period), found, allowed="an end after the start"
            )
        if entry.signed_off_on <= entry.during.end:
            found = f"signed off {entry.signed_off_on}, ends {entry.during.end}"
            yield finding("ledger-signed-too-early", ledger_place(entry.period), found)


def _names(ledger: Ledger, periods: Sequence[tuple[str, Interval]]) -> Iterable[Finding]:
    seen: set[str] = set()
    for name in [one.period for one in ledger.entry] + [name for name, _ in periods]:
        if name in seen:
            found = f"period {name} a second time"
            yield finding("ledger-period-repeated", ledger_place(name), found)
        seen.add(name)


def _hashes(ledger: Ledger, inputs: Mapping[str, bytes]) -> Iterable[Finding]:
    for entry in ledger.entry:
        content = inputs.get(entry.manifest_file) if entry.manifest_file else None
        if content is not None and sha256(content).hexdigest() != entry.bundle_manifest_sha256:
            found = f"{entry.manifest_file} has the hash {sha256(content).hexdigest()[:12]}..."
            allowed = f"{entry.bundle_manifest_sha256[:12]}..., the bundle that was signed off"
            yield finding("ledger-hash-differs", ledger_place(entry.period), found, allowed=allowed)


def ledger_place(period: str) -> Place:
    """Return the place of a period of the ledger."""
    return Place(file=LEDGER_FILE, thing=f"period {period}")

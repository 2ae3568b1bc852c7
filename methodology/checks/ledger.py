"""The ledger against the project: no gap, no overlap, the bundle that was signed off."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from hashlib import sha256

from mollisol.methodology.base import Interval
from mollisol.methodology.checks.unread import heard
from mollisol.methodology.findings import Finding, finding
from mollisol.methodology.land.covered import periods_before, starts_of_units, units_of
from mollisol.methodology.ledger import Ledger, ledger_place
from mollisol.methodology.project import Project


def check_ledger(project: Project, inputs: Mapping[str, bytes]) -> list[Finding]:
    """Return the findings on the ledger, held against the project: no gap, no overlap, the bundle that was signed off.

    Parameters
    ----------
    inputs
        The files that were read, for copies of manifests.
    """
    ledger, names = project.ledger, [period.name for period in project.head.verification_periods]
    found = heard(_chain, project)
    if ledger is None or not ledger.entry:
        return found
    return [*found, *_dates(ledger), *_names(ledger, names), *_hashes(ledger, inputs)]


def _chain(project: Project) -> Iterable[Finding]:
    """Yield each closed period, and each first open one of some units, that does not follow what is before it."""
    entries = project.ledger.entry if project.ledger else ()
    starts = starts_of_units(project)
    spans = [(one.period, one.during, one.units or tuple(starts), True) for one in entries]
    spans += [
        (period.name, period.during, units_of(project, period), False)
        for period in project.head.verification_periods
        if not periods_before(project, period)
    ]
    last: dict[str, tuple[str, Interval]] = {}
    for name, during, units, closed in spans:
        allowed = "the day after the one before ends"
        for before, other in {last[unit][0]: last[unit][1] for unit in units if unit in last}.items():
            if during.start != other.end + timedelta(days=1):
                found = f"period {name} begins {during.start}; {before}, the one before, ends {other.end}"
                yield finding("ledger-not-continuous", ledger_place(name), found, allowed=allowed)
        for unit in units:
            if unit in last or unit not in starts or during.start == starts[unit]:
                continue
            if closed or last:
                found = f"begins {during.start}; {unit} begins {starts[unit]}"
                yield finding("ledger-not-continuous", ledger_place(name), found)
            else:
                found = (
                    f"the first period begins {during.start}, {unit} {starts[unit]}, and there is no ledger"
                )
                yield finding("ledger-missing", ledger_place(name), found)
            break
        last |= dict.fromkeys(units, (name, during))


def _dates(ledger: Ledger) -> Iterable[Finding]:
    for entry in ledger.entry:
        if entry.during.end < entry.during.start:
            found = f"from {entry.during.start} to {entry.during.end}"
            yield finding(
                "ledger-not-continuous", ledger_place(entry.period), found, allowed="an end after the start"
            )
        if entry.signed_off_on <= entry.during.end:
            found = f"signed off {entry.signed_off_on}, ends {entry.during.end}"
            yield finding("ledger-signed-too-early", ledger_place(entry.period), found)


def _names(ledger: Ledger, names: Sequence[str]) -> Iterable[Finding]:
    seen: set[str] = set()
    for name in [*(one.period for one in ledger.entry), *names]:
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

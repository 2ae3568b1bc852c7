"""What earlier verifications left behind: cumulative states and issued units, signed off and never computed again."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from mollisol.methodology.base import Day, DomainObject, Identifier, Interval, Items, RequiredText, Text
from mollisol.methodology.findings import Place

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
    units
        The quantification units that the period covered; none is all.
    non_permanence_rating_percent
        Under which its buffer was set aside; what a later verification sets free follows from it.
    signed_by_key
        The public key that the bundle was signed with, where signing is used.
    """

    period: Identifier
    during: Interval
    units: Items[Identifier] = ()
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
    non_permanence_rating_percent: Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)] | None = None
    signed_off_by: RequiredText
    signed_off_on: Day


class Ledger(DomainObject):
    """The closed periods, oldest first."""

    entry: Items[LedgerEntry]

    @property
    def issued_units_t(self) -> int:
        """Units issued so far."""
        return sum(one.issued_reduction_units_t + one.issued_removal_units_t for one in self.entry)


def ledger_place(period: str) -> Place:
    """Return the place of a period of the ledger."""
    return Place(file=LEDGER_FILE, thing=f"period {period}")

"""The commands of an auditor: ``verify`` and ``sign``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from mollisol.cli.printing import BundlePath, Json, print_json, tell

if TYPE_CHECKING:
    from mollisol.verify.results import Difference, Verification

EXIT_DIFFERENT: Final = 1

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


def verify(
    bundle: BundlePath,
    key: Annotated[
        Path | None,
        typer.Option("--key", metavar="PUBLIC", help="Public key that the manifest must be signed with."),
    ] = None,
    independent: Annotated[
        bool,
        typer.Option(
            "--independent", help="Also compute the design-based path with a second implementation."
        ),
    ] = False,
    tolerance: Annotated[
        float, typer.Option(help="Relative deviation up to which numbers are the same.", min=0.0)
    ] = 1e-9,
    trust: Annotated[
        list[str] | None,
        typer.Option(
            "--trust",
            metavar="HASH|FILE",
            help="Rules that you trust though they do not ship: a hash, a rule-set file, or a list of hashes.",
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Run a bundle again from its own inputs and rules and compare: 0 same, 1 moved or different, 2 no bundle."""
    from mollisol.verify.bundle import verify_bundle
    from mollisol.verify.trust import trusted_hashes

    trusted = trusted_hashes(trust or ())
    outcome = verify_bundle(
        bundle, public_key=key, independent=independent, tolerance=tolerance, trusted=trusted, tell=tell
    )
    if as_json:
        print_json(outcome.model_dump(mode="json"))
    else:
        _print(outcome)
    raise typer.Exit(0 if outcome.same else EXIT_DIFFERENT)


def sign(
    bundle: Annotated[
        Path | None, typer.Argument(help="The bundle folder to sign.", metavar="DIR", show_default=False)
    ] = None,
    key: Annotated[
        Path | None, typer.Option("--key", metavar="FILE", help="Private key to sign with.")
    ] = None,
    new_key: Annotated[
        Path | None, typer.Option("--new-key", metavar="FILE", help="Write a new private key and FILE.pub.")
    ] = None,
) -> None:
    """Sign the manifest of a bundle with Ed25519, or make a key; the signature is manifest.sig in the bundle."""
    from mollisol.bundle import signing
    from mollisol.verify.manifest import sign_bundle

    if (new_key is None) == (bundle is None) or (bundle is None) != (key is None):
        raise typer.BadParameter("give either DIR with --key FILE, or --new-key FILE")
    if new_key is not None:
        public = signing.new_key(new_key)
        typer.echo(f"private key: {new_key} (keep it)\npublic key:  {public} (hand it on)")
    elif bundle is not None and key is not None:
        typer.echo(f"signed: {sign_bundle(bundle, key)}")


def _print(outcome: Verification) -> None:
    if outcome.same:
        typer.echo(
            typer.style("same", bold=True)
            + f": {outcome.files} files and {outcome.numbers_compared:,} numbers"
        )
    else:
        open_ones = sum(not item.note for item in outcome.differences)
        moved = len(outcome.differences) - open_ones
        other = f", and {moved} that release notes move" if moved and open_ones else ""
        line = (
            f"{open_ones} differences{other}" if open_ones else f"{moved} differences, each by a release note"
        )
        typer.echo(typer.style(f"{outcome.outcome}: {line}", bold=True))
    at = f" at {outcome.largest_at}" if outcome.largest_at else ""
    typer.echo(
        f"largest deviation of numbers that count as the same: {outcome.largest_deviation:.3g}{at} "
        f"(tolerance {outcome.tolerance:g})"
    )
    typer.echo(f"signature: {outcome.signature}")
    if outcome.rules is not None:
        known = outcome.rules.trusted_by in ("shipped", "released")
        digest = outcome.rules.hash[:16] if known else outcome.rules.hash
        typer.echo(f"rules: {outcome.rules.rule_set}, {_TRUST[outcome.rules.trusted_by]} ({digest})")
        if outcome.rules.units_t is not None:
            typer.echo(f"       under your trust {outcome.rules.units_t:,} units are eligible to request")
    if outcome.materiality is not None:
        total = outcome.materiality
        share = "no recorded total" if total.percent is None else f"{total.percent:.3g} % of it"
        typer.echo(
            f"in total: {total.recorded_t_co2e:,.3f} t CO2e recorded, {total.recomputed_t_co2e:,.3f} recomputed, "
            f"{share}; {'material' if total.material else 'not material'} against {total.threshold_percent:g} % "
            f"({total.rule}: {total.citation})"
        )
    for note in outcome.notes:
        typer.echo(f"note: {note}")
    for row in outcome.release_notes:
        number = sum(item.note == row.id for item in outcome.differences)
        typer.echo(f"release note {row.id} ({number} differences): {row.says}")
    if outcome.independent:
        worst = max(outcome.independent, key=lambda row: row.deviation or 0.0)
        agree = sum(row.same for row in outcome.independent)
        typer.echo(
            f"independent: {agree} of {len(outcome.independent)} figures of the design-based path agree; "
            f"largest deviation {worst.deviation or 0.0:.3g} at {worst.item}"
        )
    if outcome.differences:
        shown = tuple(item for item in outcome.differences if not item.note) or outcome.differences
        _print_differences(_first(shown), len(outcome.differences))


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


def _print_differences(shown: tuple[Difference, ...], number: int) -> None:
    typer.echo("")
    for item in shown:
        typer.echo(f"{item.code}: {item.item}")
        line = f"    recorded {item.recorded or '-'}; found {item.recomputed or '-'}"
        if item.difference is not None:
            line += f"; difference {item.difference:.6g}"
        if item.percent_of_total is not None:
            line += f", {item.percent_of_total:.3g} % of the total, {'' if item.material else 'not '}material"
        line += f"; moved by release note {item.note}" if item.note else ""
        typer.echo(line + (f"; other versions: {item.why}" if item.why else ""))
    if len(shown) < number:
        typer.echo(f"... and {number - len(shown)} more: --json gives them all")

"""``mollisol audit``: leads, what projects share, the records to vouch, and what was found in them projected."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mollisol.cli.printing import EXIT_REFUSED, Json, exit_with, print_found, tell
from mollisol.cli.rounds.log import log_app
from mollisol.methodology.findings import FindingsError, UserError

if TYPE_CHECKING:
    from mollisol.audit.worksheet import Projection

audit_app = typer.Typer(
    help="What an auditor looks at: leads, overlaps, a sample of records.", no_args_is_help=True
)
audit_app.add_typer(log_app, name="log")

BundleFolder = Annotated[Path, typer.Argument(help="A bundle folder, or a zip of one.", metavar="BUNDLE")]


@audit_app.command()
def sample(
    bundle: BundleFolder,
    out: Annotated[Path, typer.Option("--out", help="The worksheet to write.", metavar="FILE.csv")],
    size: Annotated[int, typer.Option(help="How many picks.", min=2)] = 30,
    seed: Annotated[int, typer.Option(help="Of the selection.", min=0)] = 0,
) -> None:
    """Pick core records by their effect on the credit, list every figure typed in, and write a worksheet."""
    from mollisol.audit.worksheet import worksheet
    from mollisol.bundle.read import open_bundle

    text = worksheet(open_bundle(bundle), size=size, seed=seed)
    if out.exists():
        raise UserError(f"{out} is there already; name a file that is not: it may be filled in")
    try:
        with out.open("x", encoding="utf-8", newline="") as stream:
            stream.write(text)
    except OSError as error:
        raise UserError(f"{out} cannot be written: {error.strerror}") from None
    tell(
        f"{out}: {text.count(chr(10)) - 1} rows. Fill in the columns seen_*, then mollisol audit extrapolate"
    )


@audit_app.command()
def leads(bundle: BundleFolder, as_json: Json = False) -> None:
    """Print what is odd in a bundle, rarest first, with the share of honest projects that show as much."""
    from mollisol.audit.handed import handed_in
    from mollisol.audit.leads.ranked import leads_of
    from mollisol.audit.leads.words import leads_in_words

    try:
        handed, key = handed_in(bundle)
        found = leads_of(handed, rules_key=key)
    except FindingsError as error:
        exit_with(error.findings, as_json, words="nothing was looked at")
    print_found(found.as_json(), leads_in_words(found), as_json)


@audit_app.command()
def overlap(
    projects: Annotated[
        list[Path], typer.Argument(help="Bundles or project folders, two or more.", metavar="A B ...")
    ],
    as_json: Json = False,
) -> None:
    """Find land, places and core values that several projects hold; exit 3 where there are any."""
    from mollisol.audit.overlap.compare import overlaps_of
    from mollisol.audit.overlap.words import overlaps_in_words

    if len(projects) < 2:
        raise typer.BadParameter("one project shares nothing with itself: name two or more")
    try:
        found = overlaps_of(projects)
    except FindingsError as error:
        exit_with(error.findings, as_json, words="nothing was compared")
    print_found(found.as_json(), overlaps_in_words(found), as_json)
    if found.found:
        raise typer.Exit(EXIT_REFUSED)


@audit_app.command()
def extrapolate(
    bundle: BundleFolder,
    filled: Annotated[Path, typer.Argument(help="The filled worksheet.", metavar="FILE.csv")],
    as_json: Json = False,
) -> None:
    """Project the faults of the vouched records to all records, and hold them against materiality."""
    from mollisol.audit.worksheet import extrapolate as projected
    from mollisol.bundle.read import open_bundle
    from mollisol.reading.intake import taken

    projection = projected(open_bundle(bundle), taken(filled))
    print_found(projection.as_json(), _lines(projection), as_json)


def _lines(p: Projection) -> list[str]:
    lines = [
        f"{p.verdict}: {p.records} records in {p.picks} picks, {p.at_fault} at fault; {p.typed} typed figures, "
        f"{p.typed_at_fault} at fault",
        f"  credited     {p.credited_t_co2e:,.1f} t CO2e: records {p.records_t_co2e:,.1f}, typed figures "
        f"{p.typed_t_co2e:+,.1f}, other forms and deductions {p.rest_t_co2e:+,.1f}",
        f"  found        {p.found_t_co2e:+,.2f} t CO2e in the records themselves, {p.typed_found_t_co2e:+,.2f} in the "
        "typed figures (above zero: credited too much)",
        f"  projected    {p.projected_t_co2e:+,.2f} t CO2e over all records and typed figures, standard error "
        f"{p.standard_error_t_co2e:,.2f}; {p.low_t_co2e:+,.2f} to {p.high_t_co2e:+,.2f}, each at {p.confidence:.0%}",
        f"  material     from {p.material_t_co2e:,.2f} t CO2e, {p.materiality_percent:g} % of {p.credited_t_co2e:,.1f} "
        f"credited; rule {p.rule}, {p.citation}",
    ]
    if p.largest_share_at_fault is not None and p.largest_relative_error is not None:
        lines.append(
            f"  not excluded faults in {p.largest_share_at_fault:.1%} of all effects, at {p.confidence:.0%}; "
            f"material if those are off by {p.largest_relative_error:.1%} of their value, all in one direction"
        )
    return lines

"""The commands of an auditor: ``verify`` and ``sign``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from mollisol.cli.printing import BundlePath, Json, print_json, tell

EXIT_DIFFERENT: Final = 1


def verify(
    bundle: BundlePath,
    key: Annotated[
        list[Path] | None,
        typer.Option(
            "--key",
            metavar="FILE",
            help="Public key of a signer that you know; one of them must have signed.",
        ),
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
    evidence: Annotated[
        Path | None,
        typer.Option(
            "--evidence",
            metavar="DIR",
            help="Documents of the evidence register, to hold against their hashes.",
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Run a bundle again from its own inputs and rules and compare: 0 same, 1 moved or different, 2 no bundle."""
    from mollisol.verify.bundle import verify_bundle
    from mollisol.verify.text import lines_of
    from mollisol.verify.trust import trusted_hashes

    trusted = trusted_hashes(trust or ())
    outcome = verify_bundle(
        bundle,
        public_keys=key or (),
        independent=independent,
        tolerance=tolerance,
        trusted=trusted,
        evidence=evidence or "",
        tell=tell,
    )
    if as_json:
        print_json(outcome.model_dump(mode="json"))
    else:
        first, *others = lines_of(outcome)
        typer.echo("\n".join([typer.style(first, bold=True), *others]))
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

"""Re-perform a bundle: hold every file against the manifest, run its inputs again under its own rules, and compare."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Final

from mollisol.bundle.crate import CRATE, crate_metadata
from mollisol.bundle.read import Bundle, open_bundle
from mollisol.bundle.redacted import REDACTED, run_redacted
from mollisol.bundle.values import VALUES
from mollisol.bundle.write import RULES, bundle_files
from mollisol.engine import run_project
from mollisol.methodology.findings import FindingsError, UserError, blocking
from mollisol.methodology.results.figure import Origin
from mollisol.methodology.rules_in_force.rule_set import RuleSet, trust
from mollisol.origins.paths import origins_of
from mollisol.output import MANIFEST, UNSIGNED, canonical_json, made_with
from mollisol.programmes.registry import (
    material_share,
    programme,
    programme_names,
    programme_of,
    programme_of_results,
)
from mollisol.run import Run, RunOptions, Tell, silent
from mollisol.verify.compare import Comparison, count_numbers
from mollisol.verify.compare_second import compare_independent, outside
from mollisol.verify.earlier import verify_earlier
from mollisol.verify.evidence import compare_evidence
from mollisol.verify.manifest import compare_files
from mollisol.verify.opened import DOCUMENTS, Opened, mapping, opened
from mollisol.verify.periods import compare_periods, materiality_of, recorded_total_t_co2e
from mollisol.verify.releases import name_notes
from mollisol.verify.results import (
    Earlier,
    IndependentFigure,
    PeriodAgain,
    RuleMove,
    Trust,
    Verification,
    VersionRow,
)
from mollisol.verify.rule_moves import rule_moves
from mollisol.verify.rules import BundleRules, compare_asked
from mollisol.verify.signature import signed, signers
from mollisol.verify.trace import TRACE, compare_values, in_first_edition
from mollisol.verify.trust import rules_trust, trust_in

TOLERANCE: Final = 1e-9

_CODES: Final = {
    "results.json": "result",
    "trace.json": "trace",
    "findings.json": "finding",
    "project.json": "project-head",
    CRATE: "metadata",
}
_MOVES: Final = {
    "mollisol": "rules, equations, fields of the files, words of the report; CHANGELOG says which",
    "duckdb": "the bytes of values.parquet",
    "python": "the last digits of numbers, seldom",
    "numpy": "the last digits of numbers",
    "scipy": "the last digits of quantiles and of the posterior",
    "jinja2": "the markup of the report",
    "pydantic": "the layout of the JSON files",
}


def verify_bundle(
    path: str | Path,
    *,
    public_keys: Sequence[str | Path] = (),
    independent: bool = False,
    tolerance: float = TOLERANCE,
    trusted: Collection[str] = (),
    evidence: str | Path = "",
    tell: Tell = silent,
) -> Verification:
    """Verify a bundle.

    Parameters
    ----------
    path
        A bundle folder, or a zip of one.
    public_keys
        Files of public keys, each of a signer; if there are any, one of them must have signed the manifest.
    independent
        Also compute the design-based path with the second implementation.
    tolerance
        Relative deviation up to which numbers are the same.
    trusted
        Hashes of rule sets that the auditor trusts beside those that ship or were released.
    evidence
        A folder with the documents of the evidence register, as they were handed over; held against their hashes.
    tell
        Called with a line on each step.

    Raises
    ------
    UserError
        If there is no bundle that can be opened, or the key cannot be used.
    """
    tell("reading the bundle")
    keys = [Path(key) for key in public_keys]
    documents = Path(evidence) if evidence else None
    if documents is not None and not documents.is_dir():
        raise UserError(f"--evidence {documents}: no such folder")
    bundle = open_bundle(Path(path))
    return _verified(bundle, keys, independent, tolerance, trusted, documents, tell)


def _verified(
    bundle: Bundle,
    keys: Sequence[Path],
    independent: bool,
    tolerance: float,
    trusted: Collection[str],
    documents: Path | None,
    tell: Tell,
) -> Verification:
    files = bundle.files
    to = Comparison(tolerance)
    compare_files(bundle.manifest, files, to)
    signature = signed(files, keys, to)
    given = opened(bundle, to)
    results, rules, options, notes = given.results, given.rules, given.options, given.notes
    to.total_t = recorded_total_t_co2e(results)
    run = materiality = standing = None
    listed: Trust = "nobody"
    periods: tuple[PeriodAgain, ...] = ()
    moves: tuple[RuleMove, ...] = ()
    earlier: tuple[Earlier, ...] = ()
    versions = _versions(bundle.manifest)
    if rules is not None:
        tell("computing again from the bundle's own inputs")
        listed = trust_in(rules, trusted, given.folders)
        # A bundle that says it was proposed is compared as one; the auditor's trust then adds what it is worth.
        issues = listed == "released" or (listed == "auditor" and results.get("state") != "proposed")
        run = _again(given, rules, issues, to)
        standing = rules_trust(rules, listed, run.results if run else None)
    if rules is not None and run is not None:
        threshold = material_share(programme_of(run.project.head), run.results.periods)
        to.threshold_percent = float(threshold.value)
        periods = compare_periods(results, run.results.periods)
        materiality = materiality_of(periods, threshold)
        compare_asked(bundle.manifest, results, options, rules, run.project.head.rules, to)
        tell("comparing")
        _compare(given, run, to)
        again = partial(
            _verified,
            keys=(),
            independent=False,
            tolerance=tolerance,
            trusted=trusted,
            documents=None,
            tell=tell,
        )
        if documents is not None:
            number = compare_evidence(run.project, documents, to)
            tell(f"{number} documents of the evidence register held against their hashes")
        earlier = verify_earlier(run, again, signers(keys), to)
        if listed in ("auditor", "nobody"):
            tell("computing what each rule moves that is not as it ships")
            moves = rule_moves(rules.rule_set, run, given.folders, partial(_under, bundle, options))
    second: tuple[IndependentFigure, ...] = ()
    beside = ""
    if independent and not (beside := _beside(results, files, rules)):
        tell("computing the design-based path with the second implementation")
        second = compare_independent(files, given.recorded, tolerance, to)
    differences = name_notes(to.differences, notes)
    moved = {item.note for item in differences}
    return Verification(
        outcome="different" if "" in moved else "moved" if moved else "same",
        same=not differences,
        differences=differences,
        versions=versions,
        notes=_notes(bundle.manifest, versions, options, rules),
        signature=signature,
        tolerance=tolerance,
        numbers_compared=to.numbers,
        largest_deviation=to.largest,
        largest_at=to.largest_at,
        files=len(files),
        materiality=materiality,
        periods=periods,
        rule_moves=moves,
        earlier=earlier,
        rules=standing,
        independent=second,
        not_checked=beside,
        release_notes=tuple(note for note in notes if note.id in moved or note.rules),
        redacted=len(bundle.redaction.commitments) if bundle.redaction is not None else 0,
        taken=bundle.redaction.lines if bundle.redaction is not None else (),
    )


def origins_again(bundle: Bundle) -> dict[str, Origin]:
    """Return the origins of the figures of a bundle that names none, as those of release 0.1.0, by running it again.

    Raises
    ------
    UnknownExtensionError
        If its programme is not here.
    """
    unheard = Comparison(TOLERANCE)
    given = opened(bundle, unheard)
    programme_of_results(given.results)
    run = _again(given, given.rules, True, unheard) if given.rules is not None else None
    return origins_of(run.results) if run is not None else {}


def _again(given: Opened, rules: BundleRules, issues: bool, comparison: Comparison) -> Run | None:
    """Run the inputs again; what stands in the way is a difference, for a bundle is of a run that came through."""
    try:
        # Rules that an earlier release shipped issue as they did then; laid with constants they have another hash.
        own = trust(rules.rule_set) if issues else rules.rule_set
        run = _performed(given.bundle, own, given.options)
        if run.results.rule_set_hash == rules.hash:
            return run
        return replace(run, results=run.results.model_copy(update={"rule_set_hash": rules.hash}))
    except FindingsError as error:
        for finding in blocking(error.findings):
            comparison.add(
                "not-computable",
                f"inputs/{finding.where}" if finding.where.file else str(finding.where),
                "a run that came through",
                f"{finding.code}: {finding.found}",
            )
    except (UserError, ArithmeticError, LookupError, TypeError, ValueError) as error:
        comparison.add(
            "not-computable", "the run", "a run that came through", f"{type(error).__name__}: {error}"
        )
    return None


def _under(bundle: Bundle, options: RunOptions, rules: RuleSet) -> Run:
    """Run the inputs under other rules, as if they were in force."""
    return _performed(bundle, trust(rules), options)


def _performed(bundle: Bundle, rules: RuleSet, options: RunOptions) -> Run:
    if bundle.redaction is not None:
        return run_redacted(bundle.input_files, rules, options, bundle.redaction)
    return run_project(bundle.input_files, rule_set=rules, **options.beside_rules)


def _compare(given: Opened, run: Run, comparison: Comparison) -> None:
    manifest, files, recorded = given.bundle.manifest, given.bundle.files, given.recorded
    named = {
        "mollisol": str(manifest.get("mollisol", "")),
        "versions": mapping(manifest.get("versions")),
    }
    companions = {REDACTED: files[REDACTED]} if REDACTED in files else {}
    made = bundle_files(run, named, companions=companions)
    if VALUES not in files and "quantities" in mapping(recorded.get(TRACE)):
        made = in_first_edition(made, run)
    if given.notes and RULES in files:
        # Rules of an earlier release were held against those released: they would be written with our fields now.
        made[RULES] = files[RULES]
    if manifest.get("sampler") != json.loads(made[MANIFEST])["sampler"]:
        comparison.add("sampler", f"{MANIFEST}: sampler", manifest.get("sampler"), "that of this route")
    own = {name: content for name, content in files.items() if name not in UNSIGNED | {CRATE}}
    made[CRATE] = canonical_json(crate_metadata(run, own, named))
    why = _why(_versions(manifest))
    for name in sorted(made.keys() - files.keys()):
        comparison.add("file-not-there", name, "no such file", "written by every run", why["mollisol"])
    for name in sorted(files.keys() - made.keys() - UNSIGNED):
        comparison.add("file-not-made", name, "a file", "not written by the run", why["mollisol"])
    shared = [name for name in (*DOCUMENTS, CRATE) if name in recorded]
    shared += sorted((made.keys() & files.keys()) - {*DOCUMENTS, CRATE, MANIFEST})
    if VALUES in made and VALUES in files and TRACE in files:
        shared = [name for name in shared if name not in (TRACE, VALUES)]
        writer = mapping(manifest.get("versions")).get("duckdb") == made_with()["versions"]["duckdb"]
        compare_values(given.bundle, made, comparison, why["values"], same_writer=writer)
    for name in shared:
        _compare_file(name, files[name], recorded.get(name), made[name], why, comparison)


def _compare_file(
    name: str, content: bytes, recorded: Any, made: bytes, why: Mapping[str, str], comparison: Comparison
) -> None:
    before, numbers = len(comparison.differences), comparison.numbers
    if content == made:
        comparison.numbers += count_numbers(recorded) if name in _CODES else 0
    elif name in _CODES:
        comparison.documents(_CODES[name], f"{name}: ", recorded, json.loads(made), why["mollisol"])
        if len(comparison.differences) == before and recorded == json.loads(made):
            comparison.add(
                "layout", name, "other bytes", "the same content as mollisol writes it", why["mollisol"]
            )
    elif name.startswith("figures/"):
        _compare_text("figure", name, content, made, why["mollisol"], comparison)
    elif name.endswith(".html"):
        _compare_text("report", name, content, made, why["report"], comparison)
    else:
        comparison.add("file-not-same", name, f"{len(content)} bytes", f"{len(made)} bytes", why["report"])
    if name == CRATE:
        comparison.numbers = numbers


def _compare_text(
    code: str, name: str, content: bytes, made: bytes, why: str, comparison: Comparison
) -> None:
    try:
        comparison.text(code, name, content.decode(), made.decode(), why)
    except UnicodeDecodeError:
        comparison.add(code, name, "bytes that are not UTF-8", "text", why)


def _versions(manifest: Mapping[str, Any]) -> tuple[VersionRow, ...]:
    here = made_with()
    recorded = {"mollisol": manifest.get("mollisol", ""), **mapping(manifest.get("versions"))}
    own = {"mollisol": here["mollisol"], **here["versions"]}
    return tuple(
        VersionRow(
            name=str(name),
            recorded=str(recorded.get(name, "not recorded")),
            here=str(own.get(name, "not used")),
            moves=_MOVES.get(name, ""),
        )
        for name in dict.fromkeys([*own, *recorded])
    )


def _why(versions: tuple[VersionRow, ...]) -> dict[str, str]:
    """Say, by what a file hangs on, which other version may explain a difference; empty where none does."""
    other = {
        row.name: f"{row.name} {row.recorded} there, {row.here} here"
        for row in versions
        if row.recorded != row.here
    }
    mollisol = other.get("mollisol", "")
    return {
        "mollisol": mollisol,
        "report": "; ".join(filter(None, (mollisol, other.get("jinja2", "")))),
        "values": "; ".join(filter(None, (mollisol, other.get("duckdb", "")))),
    }


def _notes(
    manifest: Mapping[str, Any],
    versions: tuple[VersionRow, ...],
    options: RunOptions,
    rules: BundleRules | None,
) -> tuple[str, ...]:
    notes = [
        f"{row.name} {row.recorded} made the bundle, {row.here} is here: it moves {row.moves}"
        for row in versions
        if row.recorded != row.here
    ]
    if "options" not in manifest:
        notes.append(
            f"the bundle does not record its options; route {options.route}, seed {options.seed} were used"
        )
    if rules is not None and rules.release:
        notes.append(f"the rules are those that mollisol {rules.release} shipped, to the last byte")
    if rules is not None and rules.rule_set.overlays:
        notes.append(
            f"proposals are laid over the rule set: {', '.join(o.label for o in rules.rule_set.overlays)}"
        )
    return tuple(notes)


def _beside(results: Mapping[str, Any], files: Mapping[str, bytes], rules: BundleRules | None) -> str:
    """Return why the second implementation does not compute a bundle; empty where it does."""
    name = str(results.get("programme"))
    known = "programme" not in results or (
        name in programme_names() and programme(name).second_implementation
    )
    if not known:
        return f"the project is of the programme {name}"
    told = outside(files, rules.rule_set if rules else None)
    return f"the project is {told}" if told else ""

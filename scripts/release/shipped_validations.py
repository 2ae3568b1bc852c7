"""Validates the calibrated sets that ship, puts ``validation.json`` beside each, and writes the figures of the page.

``validation.json`` is that of the calibrated set, ``crossed.json`` its cross-validation where that is another one, and
``published.json`` that of the published set on the same trials. With ``--page`` nothing is computed: the figures of
``docs/validation.md`` are made again from what lies there.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from mollisol.methodology.validation import CombinationResult, ValidationResult

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = ROOT / "methodology" / "soil_models" / "data" / "calibrated"
PAGE = ROOT / "docs" / "validation.md"
MARK = "<!-- figures -->"
SETS = {
    "rothc-rothamsted": (
        "examples/rothamsted-trials",
        {"validation.json": "none", "crossed.json": "block"},
    ),
    "tier2-canada": ("examples/canada-trials", {"validation.json": "experiment"}),
}
"""Trial folder of each set, and what each of its files leaves out in turn."""


def run(name: str) -> None:
    """Validate one set and the published one."""
    folder, units = SETS[name]
    ways = {file: ["--parameters", name, "--cross-validate", unit] for file, unit in units.items()}
    ways["published.json"] = []
    for file, more in ways.items():
        with tempfile.TemporaryDirectory() as place:
            out = Path(place, "out")
            command = [
                str(Path(sys.executable).with_name("mollisol")),
                "model",
                "validate",
                folder,
                "--out",
                str(out),
                *more,
            ]
            done = subprocess.run(command, cwd=ROOT, check=False)  # noqa: S603  our own command on our own folders
            if done.returncode not in (0, 3):
                raise SystemExit(done.returncode)
            (SHIPPED / name / file).write_bytes((out / "validation.json").read_bytes())


def figures() -> str:
    """Give the section of the page from the files."""
    lines = ["## The sets that ship", ""]
    for name, (_, units) in SETS.items():
        before = read(name, "published.json")
        for file in units:
            lines += table(name, read(name, file), before)
    return "\n".join(lines)


def read(name: str, file: str) -> ValidationResult:
    """Read a validation that ships."""
    return ValidationResult.from_json((SHIPPED / name / file).read_text(encoding="utf-8"))


def table(name: str, after: ValidationResult, before: ValidationResult) -> list[str]:
    """Give the table of one validation beside that of the published set."""
    unit = after.cross_validation
    how = "trials that calibration did not see" if unit == "none" else f"each {unit} left out in turn"
    lines = [
        f"`{name}`, on {how}; errors in t CO2e/ha over the period of a comparison. Coverage is printed / studies "
        "left out / posterior predictive.",
        "",
        "| combination | set | studies, comparisons | mean bias | PMU | RMSE | coverage | verdict |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for item in after.combinations:
        for word, result in (("published", before), ("calibrated", after)):
            lines += [row(one, word) for one in result.combinations if key(one) == key(item)]
    missed = sum(finding.code == "calibration-not-converged" for finding in after.findings)
    gates = f" {missed} gates of the chains of its folds were missed." if after.folds else ""
    return [
        *lines,
        "",
        f"Land: {', '.join(after.domain.climate_zones)}; {', '.join(after.domain.texture_classes)}; "
        f"{after.domain.lowest_clay_percent:g} to {after.domain.highest_clay_percent:g} % clay. "
        f"It validates no project elsewhere.{gates}",
        "",
    ]


def key(item: CombinationResult) -> tuple[str, str, str, bool]:
    """Give what a combination is told by."""
    return item.practice_category, item.crop_group, item.source, item.practice_effect


def row(item: CombinationResult, word: str) -> str:
    """Give a row of the table."""
    gate = item.bias
    margin = gate.pooled_measurement_uncertainty_t_co2e_per_ha
    told = "not known" if margin is None else f"{margin:.1f}" + (" (default)" if gate.by_default else "")
    cells = [
        f"{item.practice_category}, {item.crop_group}" + ("" if item.practice_effect else ", single sites"),
        word,
        f"{len(item.studies)}, {item.comparisons}",
        f"{gate.mean_bias_t_co2e_per_ha:.1f}",
        told,
        f"{item.mean_square_error**0.5:.1f}",
        " / ".join(coverage(item)),
        item.verdict,
    ]
    return f"| {' | '.join(cells)} |"


def coverage(item: CombinationResult) -> Iterator[str]:
    """Give the coverage by each form, a dash where there is none."""
    found = {one.form: one for one in item.coverage}
    for form in ("printed", "new observation", "posterior predictive"):
        yield f"{found[form].inside} of {found[form].of}" if form in found else "-"


def page() -> str:
    """Give the page with its figures."""
    text = PAGE.read_text(encoding="utf-8")
    return text[: text.index(MARK) + len(MARK)] + "\n\n" + figures()


def main() -> None:
    """Do what the arguments say."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--page", action="store_true", help="only write the page again")
    if not parser.parse_args().page:
        for name in SETS:
            run(name)
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()

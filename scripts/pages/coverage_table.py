"""Write docs/coverage.md: how often the truth is at least what the moment form credits, by design.

The figures are those that the laboratory measured for docs/deduction.md: run ``scripts/pages/deduction.py`` first.
"""

from __future__ import annotations

import sys
from pathlib import Path

from mollisol.laboratory.worlds import design_rows

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from shared import ROOT, markdown, read_csv

TABLE = ROOT / "docs" / "figures" / "deduction" / "designs.csv"
REGULAR = (
    "A",
    "B",
    "C",
    "E",
    "F",
    "J",
    "L0",
    "M",
    "N",
    "Q",
    "U",
    "n5",
    "n10",
    "S1",
    "S2",
    "S3",
    "K",
    "O",
    "S4",
)
TOO_MUCH = ("G", "D", "I", "m3", "m5", "m10", "l10", "W", "L1", "L2", "L3")
SHARED = ("E", "L0", "N")

PAGE = """<!-- Made by scripts/pages/coverage_table.py. Do not edit: change the script and run it. -->

# Does the promise hold?

What is credited should be exceeded by the truth with a probability of 2/3. The [laboratory](laboratory.md) draws
campaigns of projects whose truth is known, and the moment form, the arithmetic of the methodology, credits
`mean - t(2/3, df) SE`, with degrees of freedom after Satterthwaite. The share of campaigns in which the truth is at
least what was credited stands below, over {campaigns} campaigns a design (error 0.0015). Each design is a world:
`mollisol lab run design-A`. What issues takes no less than this off: [the deduction that issues](deduction.md) has it,
and its price, in the same designs.

## Regular designs

The band is 0.667 +- 0.010. Control sites that stand for the same strata are the replicates, so that sites that differ
among themselves (K, O, S4) are regular too. With two samples in each of twelve strata (C) the share lies a little
above: degrees of freedom are themselves estimated, and can only come out at or below the true ones.

{regular}

## Too much is credited

- A few samples seldom catch a long tail of losses, so the mean comes out too high and the spread too small in the same
  campaign. Student's t does not know of it (D, W, m, l); nor does it of gains at control sites (I).
- One control site says nothing of how sites differ (L1 to L3), nor does a site of its own in each stratum (G).

The moment form does not close this. The deduction that issues closes part of it: where the samples can tell.

{too_much}

## One control site under several strata is one error

As printed, the error of a control site is added up stratum by stratum, as if each stratum had a site of its own. The
exact form, the default, takes it once.

{shared}
"""


def page() -> str:
    """Return the page from the table that was measured."""
    measured = {(row["design"], row["form"]): row for row in read_csv(TABLE)}
    about = {name: row["about"] for name, row in design_rows().items()}

    def kept(name: str, form: str) -> str:
        return f"{float(measured[name, form]['probability']):.3f}"

    def table(names: tuple[str, ...]) -> str:
        head = ("", "design", "P(truth >= credited)")
        return "\n".join(markdown(head, [(name, about[name], kept(name, "moment")) for name in names]))

    shared = [(name, about[name], kept(name, "printed"), kept(name, "moment")) for name in SHARED]
    return PAGE.format(
        campaigns=f"{int(measured['A', 'moment']['campaigns']):,}",
        regular=table(REGULAR),
        too_much=table(TOO_MUCH),
        shared="\n".join(markdown(("", "design", "as printed", "exact form"), shared)),
    )


if __name__ == "__main__":
    (ROOT / "docs" / "coverage.md").write_text(page(), encoding="utf-8")

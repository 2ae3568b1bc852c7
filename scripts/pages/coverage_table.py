"""Write docs/coverage.md: how often the truth is at least what the moment form credits, by design.

Run it as ``python scripts/pages/coverage_table.py`` in the environment of the checkout.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from mollisol.uncertainty.simulation.landscapes import IRREGULAR, MENDED, REGULAR, Design, coverage

PAGE: Final = Path(__file__).parents[2] / "docs" / "coverage.md"
LANDSCAPES: Final = 200
CAMPAIGNS: Final = 500
SEED: Final = 20260611

HEAD: Final = """# Does the promise hold?

What is credited should be exceeded by the truth with a probability of 2/3. Here landscapes are simulated whose truth is
known: the mean over all fields of all strata, less the mean over all sites under the baseline practice. Each campaign
draws fields and control sites from one of them, and the moment form credits `mean - t(2/3, df) SE`, with degrees of
freedom after Satterthwaite. The share of campaigns in which the truth is at least what was credited stands below.

{landscapes} landscapes with {campaigns} campaigns each, seed {seed}; the error is that of the simulation.
Made by `scripts/pages/coverage_table.py` from `uncertainty/simulation/landscapes.py`; tests compute them again.
"""

REGULAR_TEXT: Final = """
## Regular designs

The band is 0.667 +- 0.010. With two samples in each of ten strata the share lies a little above 2/3: the degrees of
freedom are themselves estimated, and can only come out at or below the true ten.
"""

IRREGULAR_TEXT: Final = """
## Irregular designs: too much is credited

Here the printed arithmetic keeps less than it promises.

- A few samples seldom catch a long tail of losses, so the mean comes out too high and the spread too small in the same
  campaign. Student's t does not know of it.
- Control sites differ among themselves. Points within a site do not show it: the equations as printed take the points
  as replicates and leave the difference between sites out.
- One control site under several strata is one error, not several that average out.

The moment form does not close this; it is left to the posterior route, which has a spread between control sites and a
guard for skewness.
"""

MENDED_TEXT: Final = """
## The same designs with the right replicate

Two of the designs above come right within the moment form: the site as the replicate, and the exact form for shared
controls, which is the default. The control side then has few degrees of freedom, and the deduction is large. The tail
of losses has no such cure.
"""


def table(designs: Iterable[Design]) -> str:
    """Simulate the designs and give their rows."""
    rows = ["", "| design | P(truth >= credited) | error |", "|---|---|---|"]
    for design in designs:
        found = coverage(design=design, landscapes=LANDSCAPES, campaigns=CAMPAIGNS, seed=SEED)
        rows.append(f"| {design.name} | {found.probability:.3f} | {found.monte_carlo_error:.4f} |")
    return "\n".join(rows) + "\n"


def page() -> str:
    """Give the whole page."""
    parts = [HEAD.format(landscapes=LANDSCAPES, campaigns=CAMPAIGNS, seed=SEED)]
    for text, designs in ((REGULAR_TEXT, REGULAR), (IRREGULAR_TEXT, IRREGULAR), (MENDED_TEXT, MENDED)):
        parts += [text, table(designs)]
    return "".join(parts)


if __name__ == "__main__":
    PAGE.write_text(page())

"""Make docs/programmes-compared.md: examples under three programmes, as `mollisol compare` prints them."""

from __future__ import annotations

import textwrap
from pathlib import Path

from mollisol.portfolio.comparing import compare_programmes, lines_of

ROOT = Path(__file__).parents[2]
EXAMPLES = ("woburn-ley", "woburn-backtest", "mixed-farm")
PROGRAMMES = ("vm0042", "gs402", "crcf")
HEAD = """<!-- Made by scripts/pages/programmes.py: change the code or the rule files and run `make docs`. -->

# The same projects under three programmes

`mollisol compare PROJECT --programmes vm0042,gs402,crcf` sets one project under several programmes, on the same
cores, stocks at equal soil mass and strata. Only the programme that a project declares can issue. Gold Standard
402 takes the stock at the start as baseline: what a whole region gains is credited there and taken off under
VM0042, and what a region loses the other way round. Carbon farming in the European Union is computed by readings
of a text that was not seen.
"""


def page() -> str:
    """Return the page."""
    parts = [HEAD]
    for name in EXAMPLES:
        lines = lines_of(compare_programmes(ROOT / "examples" / name, PROGRAMMES))
        wrapped = [part for line in lines for part in textwrap.wrap(
            line, 118, subsequent_indent=" " * 8, initial_indent=" " * (len(line) - len(line.lstrip()))
        )]  # fmt: skip
        parts.append(f"\n## {name}\n\n```text\n" + "\n".join(wrapped) + "\n```\n")
    return "".join(parts)


if __name__ == "__main__":
    (ROOT / "docs" / "programmes-compared.md").write_text(page(), encoding="utf-8")

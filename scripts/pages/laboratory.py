"""Write docs/laboratory.md: the journey of a methodology author, with what the commands print and draw.

``python scripts/pages/laboratory.py`` runs every command of the page again: two minutes.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from typer.testing import CliRunner

from mollisol.cli.app import app
from mollisol.laboratory.worlds import world_names

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from shared import ROOT

PROJECTS = 20_000
FIGURES = ROOT / "docs" / "figures" / "laboratory"
QUESTIONS = {
    "Is 0.75 a better confidence than two thirds?": (
        "confidence-075",
        "It keeps the promise better, also among those that issue, and every project pays for it, the strong ones too.",
    ),
    "What does an allowance of 15 % do?": (
        "allowance-15",
        "It breaks the promise: where the deduction is below 15 %, nothing is taken off, and half of such credits are "
        "too high.",
    ),
    "And a bar of 50 %?": (
        "bar-50",
        "Half of the true tonnes are refused, and what issues is no better for it: the lucky estimates pass.",
    ),
    "Should soil be reported to 50 cm?": (
        "depth-50",
        "In this world the subsoil gains a tenth of what the topsoil does, and reporting to 30 cm leaves that out. The "
        "truth of a project is to 50 cm whatever is reported; put your own `deeper_share` into the world.",
    ),
    "One control site in place of three?": (
        "one-control-site",
        "Those who plan with three take one. It is cheaper, and more of what issues has no tonne behind it: one site "
        "does not show how sites differ.",
    ),
    "How far apart are the documents as printed and corrected?": (
        "as-printed",
        "The printed forms take the normal quantile for the bar, and a shared control site as if each stratum had its "
        "own. `lab report` shares the difference among the switches.",
    ),
    "Ten samples at least?": (
        "ten-samples",
        "More projects pass, and each of them pays for its samples. Whether it earns more is in the last line.",
    ),
    "A flat discount of 20 % instead?": (
        "discount-20",
        "It lies on top of the deduction here. It takes the same share from the good and the bad estimate.",
    ),
}
GAMES = (
    "lowest stratum", "best strata", "split into 4", "merged by 4", "better of two dates, 0.5",
    "leaves after the first look that passes, 0 ",
)  # fmt: skip
PRICE = ("bar-on-design", "negatives-booked", "pool-fixed-membership", "no-bar-077", "prior-of-population")
RUN = ("lab", "run", "default", "--projects", str(PROJECTS))


def commands() -> dict[str, tuple[str, ...]]:
    """Return the commands of the page that need nothing but a world, by the name of the file of their output."""
    asked = {name: (*RUN, "--check", "5", "--proposal", name) for name, _ in QUESTIONS.values()}
    laid = [word for name in PRICE for word in ("--proposal", name)]
    return asked | {
        "prices": (*RUN, "--check", "0", *laid),
        "games": ("lab", "game", "V2", "--proposal", "bar-50"),
    }


def shown(*words: str) -> str:
    """Return what a command prints."""
    seen = CliRunner().invoke(app, list(words), catch_exceptions=False)
    if seen.exit_code:
        raise SystemExit(f"{' '.join(words)}: {seen.stderr}")
    return seen.stdout


def stored(name: str) -> str:
    """Return what a command printed when the page was made."""
    return (FIGURES / f"{name}.txt").read_text(encoding="utf-8").rstrip()


def block(words: Sequence[str], output: str) -> str:
    """Return a command with its output."""
    return f"```console\n$ mollisol {' '.join(words)}\n{output}\n```"


def games(printed: str) -> str:
    """Return some of the games."""
    kept: list[str] = []
    wanted = True
    for line in printed.splitlines():
        if not line.startswith("    "):
            wanted = not line.startswith("  ") or line.strip().startswith(GAMES)
        kept += [line] * wanted
    return "\n".join([*kept, "..."])


PAGE = """<!-- Made by scripts/pages/laboratory.py. Do not edit: change the script and run it. -->

# The laboratory

What does a rule do to many projects? `mollisol lab` draws projects whose truth is known, credits them under several
rule sets on the same draws, and says what was credited, what was true, who wins, who loses, and how the rule is
gamed. Nothing here is a project, and nothing issues.

## I want to lower the bar to 50 %: what happens?

**1. A world.** `mollisol lab make world.toml` writes a file of distributions: sizes, strata, samples, control
sites, true change by practice, soil and region, spreads, skewness, laboratory error, costs, price, and what
developers do when a rule asks for more. Each number has a source and a status, and the command prints those that
are no more than assumed. Change what you know better; `mollisol lab make world.toml` then checks the file. Worlds
that ship: {worlds}; and each design of [the deduction](deduction.md) is one, `design-A`. `--around PROJECT` makes a
world of replicates: the design of one project, with what it measured as the truth.

**2. A rule.** A [proposal](proposals.md), here `bar-50`, which ships:

```toml
{proposal}
```

**3. The run.** The first rule set is what the others are compared with; `--proposal A --proposal B` are two more,
`--proposal A+B` is one with both, `--rules KEY` names another edition. Without `--projects` it draws until 50,000
have issued under each rule set.

{bar}

- Each figure has its Monte Carlo error. A difference is from the same draws, and is shown where its error is a
  tenth of it or less. Below 400 issued no figure is printed. What blocks is a category of its own, as the bar is.
- [The promise among those that issue](selection.md) has the definitions. `credit_per_ha`, `over_credited` and
  `lost` are t CO2e for each enrolled hectare: credited, credited above the truth of the own project, and true but
  not credited. `price` is the mean credit, of all campaigns, over that of a judge who knows the standard error of each
  design: what caution costs.
- `--out DIR` writes the projects and what each rule makes of them as Parquet, the result as JSON, the rules and the
  world, with a manifest of hashes: the same bytes for the same seed, whatever `--workers`.

**4. Whom it meets, and what it costs.** `lab report DIR` writes a page and prints the same:

{report}

![The promise over all campaigns and among those that issue](figures/laboratory/promise.svg)

![What a project earns by number of samples](figures/laboratory/samples.svg)

![Over-credited against lost tonnes](figures/laboratory/frontier.svg)

Which rule did it is told in Shapley shares of the sums, where a proposal changes several. The frontier shows every
confidence and bar: a tighter bar loses far more true tonnes than it saves over-credited ones.

**5. How it is gamed.** `lab game` plays best responses: land dropped or strata chosen after the data, control sites
chosen, projects split or merged, routes and dates chosen after the data, leaving after a lucky campaign, and six
periods under each way of adding them up. Each stands beside the honest way, on the same draws.

{games}

So the answer is: not to make what issues right. Here it refuses more than half of the true tonnes and does not tell
apart the promise among those that issue; where effects are weak (V2, above) the promise falls by half.

## Eight questions

{questions}

## Proposals that answer the selection

They ship, and none is the default. The kernel alone computes four of them, and a run refuses their values, each for a
reason: a project folder has no effect that was declared before the data (`bar-on-design`), and none of the other
projects of a pool; a debt is of the ledger, which no programme keeps so (`negatives-booked`); and a posterior of the
population is a form of its own, which no methodology knows. Everything else of such a rule set is held against the full
engine.

{prices}

- `bar-on-design`: eligible where t(0.95) times the *planned* standard error is within the bar of the *declared*
  effect. In this world the mean effect is declared (`declared`, a multiple of it).
- `negatives-booked`: credits of either sign enter the ledger. Two thirds hold for every truth, as far as debts are
  paid.
- `pool-fixed-membership`: twenty successive projects are one estimate; here a pool counts as one.
- `no-bar-077`: set on the populations of [selection](selection.md), and not enough for weaker effects.
- `prior-of-population`: posterior of a project taken from the mixed register. Run it at half and one and a half
  times the mean, and half and double the spread: a prior that is half as high again over-credits. At half the spread
  of V2 the promise holds for 0.733 of those that this rule issues to, and for 0.76 of those that the printed rule would
  issue to, which a study of the same populations counted: a narrow prior also credits clear losses that pass the bar.

## Two engines

A kernel computes deduction, bar, split, leakage, buffer, allowance and discounts of all projects at once, by the
engine's own equations. On the first projects of every run (`--check`, 20) the full engine reads the same project as a
folder, from memory, and both must agree to 1e-9; a run that does not is refused. It checks, computes and credits as a
run does; only the questions, which find much and move no amount, are left out: 20 (default world) to 31
(V1) projects a second on one core, reading included. A
rule that the kernel does not ask for moves nothing that is drawn, and the check would show it if it did.

A folder of real projects in place of a world is a backtest: `mollisol lab run examples --proposal bar-50` runs each
by the full engine under each rule set. No truth is known there.

## Limits

- Truth, spreads between projects and between control sites are assumptions, and the figures among those that issue
  hang on them. Change them in the world and look again.
- Only measured baselines are drawn. Of leakage manure from outside, residues taken from use as fuel and lost
  production are drawn, of other gases the diesel that is saved: they are in what is verified and earned, and not in the
  truth of the soil. Nitrous oxide of fertilizer is not drawn: the methodology takes the end of each factor by the
  direction of each project, which only the full engine does. Additionality and models that are wrong are not in here.
- Strata of one project are of falling size (`stratum_ratio`), samples independent, populations infinite.
"""


def page() -> str:
    """Return the page from what the commands printed."""
    words = commands()
    answers = []
    for text, (name, says) in QUESTIONS.items():
        told = "The journey above." if name == "bar-50" else block(words[name], stored(name))
        answers.append(f"### {text}\n\n{says}\n\n{told}")
    prices = [line for line in stored("prices").splitlines() if not line.startswith("  ")]
    proposal = ROOT / "methodology" / "rules" / "proposals" / "bar-50.toml"
    return PAGE.format(
        worlds=", ".join(f"`{name}`" for name in world_names()),
        proposal=proposal.read_text(encoding="utf-8").rstrip(),
        bar=block(words["bar-50"], stored("bar-50")),
        report=block(("lab", "report", "lab"), stored("report")),
        games=block(words["games"], games(stored("games"))),
        questions="\n\n".join(answers),
        prices=block(words["prices"], "\n".join(prices)),
    )


def main() -> None:
    """Run the commands, keep what they print and draw, and write the page."""
    FIGURES.mkdir(parents=True, exist_ok=True)
    for name, words in commands().items():
        (FIGURES / f"{name}.txt").write_text(shown(*words), encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "lab"
        shown(*commands()["bar-50"], "--out", str(out))
        lines = shown("lab", "report", str(out)).splitlines()
        (FIGURES / "report.txt").write_text("\n".join(lines[:-1]) + "\n", encoding="utf-8")
        for figure in ("promise", "samples", "frontier"):
            shutil.copy(out / f"{figure}.svg", FIGURES / f"{figure}.svg")
    (ROOT / "docs" / "laboratory.md").write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()

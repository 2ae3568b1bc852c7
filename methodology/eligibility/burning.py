"""What the mass of burned biomass is, and the combustion factor that goes with it (VM0042 v2.2 section 8.2.8; E-31)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from mollisol.methodology.activity import Burning
from mollisol.methodology.factors.factor import Factor
from mollisol.methodology.factors.tables import look_up
from mollisol.methodology.findings import Finding, Place, Severity, finding

MEASURED_LOSS = ", measured loss"
_BEFORE = "before the fire"

ALL_OF_IT = Factor(
    id="mollisol/combustion-of-a-measured-loss",
    central=1.0,
    unit="fraction of pre-fire biomass",
    status="verified",
    range_kind="none",
    citation="mollisol 0.1, E-31",
    note="the measured loss is what burned: a combustion factor would count combustion twice",
)


def burned_category(row: Burning) -> str:
    """Return the residue of a fire, marked where its mass is a measured loss."""
    return row.residue + (MEASURED_LOSS if row.basis == "measured loss" else "")


def combustion_factor(category: str) -> Factor:
    """Return the combustion factor of a residue: that of the table, or 1 for a measured loss."""
    return ALL_OF_IT if category.endswith(MEASURED_LOSS) else look_up("2.6", fuel=category)


def check_burning(rows: Sequence[Burning], file: str, *, least_plots: float) -> Iterator[Finding]:
    """Return what the fires do not say or do not keep: what the mass is of, alike in both scenarios, and plots."""
    bases: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    undeclared = set()
    for number, row in enumerate(rows, start=2):
        bases[row.residue][row.scenario].add(row.basis or _BEFORE)
        if row.basis is None:
            undeclared.add("basis")
        if not row.residue.startswith("savanna") or row.scenario == "baseline":
            continue
        if row.plots is None:
            undeclared.add("plots")
        elif row.plots < least_plots:
            where = Place(file=file, row=number, column="plots")
            yield finding("burning-too-few-plots", where, f"{row.plots} plots", least=least_plots)
    if undeclared:
        text = f"{' and '.join(sorted(undeclared))} not declared"
        if "basis" in undeclared:
            text += ": taken as biomass before the fire"
        severity = Severity.REFUSAL if "plots" in undeclared else Severity.NOTE
        yield finding("burning-basis", Place(file=file), text, severity=severity)
    for residue, by in bases.items():
        if by["baseline"] and by["project"] and by["baseline"] != by["project"]:
            text = "another basis in the project than in the baseline"
            yield finding("burning-basis-differs", Place(file=file, thing=f"burned {residue}"), text)

"""No threshold without a source: a number in a check is a rule's, or stands here with what it is besides."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROOMS = ("src/mollisol/questions", "src/mollisol/checks", "methodology/checks")
PLAIN = {-1, 0, 1, 2}
"""Counts and signs."""
SHOWN = "how many places or names a message shows; the rest is counted"
UNIT = "a unit turned into another"
ROUND = "what arithmetic with rounded numbers leaves"
NOT_RULES: Mapping[str, Mapping[float, str]] = {
    "src/mollisol/questions/amounts.py": {
        0.8: "orders the causes that a hint names; no finding is made or left out by it",
        10: "a decimal place, in a hint",
        365.0: UNIT,
        1000: UNIT,
    },
    "src/mollisol/questions/changes.py": {4: SHOWN},
    "src/mollisol/questions/copies.py": {3: SHOWN, 5: SHOWN, 1.001: ROUND},
    "src/mollisol/questions/declarations.py": {1e-9: ROUND},
    "src/mollisol/questions/densities.py": {5: SHOWN, 10: "per cent beside g/kg, in a hint"},
    "src/mollisol/questions/grouped.py": {6364136223846793005: "a multiplier that mixes bits"},
    "src/mollisol/questions/laboratory/methods.py": {0.5: "most of a side: more than half", 3: SHOWN},
    "src/mollisol/questions/ledger.py": {0.05: "figures of results are written to a tenth", 3: SHOWN},
    "src/mollisol/questions/missing.py": {5: SHOWN},
    "src/mollisol/questions/names.py": {128: "the plain letters and signs"},
    "src/mollisol/questions/pairs.py": {10: UNIT, 100.0: UNIT, 365.25: UNIT, 100_000: "a key of two depths"},
    "src/mollisol/questions/places/checks.py": {5: SHOWN, 90: "latitudes end there"},
    "src/mollisol/questions/places/distances.py": {
        0.98: "a first sieve: the sphere is within one per cent",
        1000: UNIT,
    },
    "src/mollisol/questions/places/fields.py": {360.0: "a whole turn"},
    "src/mollisol/questions/places/overlaps.py": {
        360.0: "a whole turn",
        6371000.0: "the radius of the earth in m",
    },
    "src/mollisol/questions/places/points.py": {360.0: "a whole turn"},
    "src/mollisol/questions/plan.py": {
        5: SHOWN,
        16: "digits of a hash are hexadecimal",
        180: "half a turn",
        360: "a whole turn",
        365.25: UNIT,
        111195.0: "metres of a degree",
    },
    "src/mollisol/questions/profiles.py": {
        4: "the density of the difference of two equal normal values: 1 / sqrt(4 pi) of their deviation",
        1e-6: ROUND,
        **dict.fromkeys(
            (10.0, 5.0, 0.5, 0.1, 0.05, 0.01, 0.005, 0.001, 1e-4), "steps that digits are written in"
        ),
    },
    "src/mollisol/questions/ratios.py": {
        4: "a first sieve that is wider than the rule: no group beyond the rule lies nearer to the middle of all",
        8: SHOWN,
        1e-6: "keeps a logarithm of 0 finite",
        1.4826: "from the median of deviations to a standard deviation: the normal distribution",
    },
    "src/mollisol/questions/selection.py": {5: SHOWN, 100: UNIT},
    "src/mollisol/questions/typed_numbers.py": {1e-6: ROUND, 365.25: UNIT, 1000.0: UNIT},
    "src/mollisol/questions/words/evidence.py": {64: "digits of a hash"},
    "src/mollisol/questions/words/eligibility.py": {5: SHOWN},
    "src/mollisol/questions/words/people.py": {
        5: "words of a name",
        5000000: "bytes that are looked through",
    },
    "src/mollisol/checks/control_sites.py": {100: UNIT, 365.25: UNIT},
    "src/mollisol/checks/laboratory_figures.py": {1000.0: UNIT},
    "src/mollisol/checks/non_permanence.py": {365.25: UNIT},
    "src/mollisol/checks/plausibility.py": {
        0.5: "nearer to the one reading in most of the rows",
        1e-9: ROUND,
        10: "per cent beside g/kg",
    },
    "methodology/checks/baseline_model.py": {12: "the last month", 31: "its last day", 365.25: UNIT},
    "methodology/checks/external_model.py": {12: "months of a year"},
    "methodology/checks/gathered.py": {25: SHOWN},
    "methodology/checks/likely_causes.py": {
        0.05: "orders the causes that a hint names; no finding is made or left out by it",
        4: SHOWN,
    },
    "methodology/checks/look_alikes.py": {0.6: "which name a hint offers; none is changed by it"},
    "methodology/checks/periods.py": {
        3: SHOWN,
        9: "digits that a rating is rounded to",
        1e-9: ROUND,
        365.25: UNIT,
    },
    "methodology/checks/references.py": {5: SHOWN},
    "methodology/checks/sampling.py": {
        0.1: "depths are written to a millimetre",
        300.0: "no report goes deeper: bounds the units that a hint names; the finding is there without it",
        5: SHOWN,
        365.25: UNIT,
    },
}


def numbers(path: Path) -> Iterator[float]:
    """Yield the numbers of a module that are not plain, no places in a sequence and no widths of a format."""

    def inside(node: ast.AST) -> Iterator[float]:
        if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
            yield from () if isinstance(node.value, bool) or node.value in PLAIN else (node.value,)
        for child in ast.iter_child_nodes(node):
            if not isinstance(node, ast.Subscript | ast.FormattedValue) or child is node.value:
                yield from inside(child)
            else:  # a place or a width, unless it is a comparison
                for part in ast.walk(child):
                    yield from inside(part) if isinstance(part, ast.Compare) else ()

    yield from inside(ast.parse(path.read_text(encoding="utf-8")))


def test_a_number_in_a_check_is_a_rule_or_no_threshold() -> None:
    found: dict[str, set[float]] = {}
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            if here := set(numbers(path)):
                found[path.relative_to(ROOT).as_posix()] = here
    argued = {module: set(reasons) for module, reasons in NOT_RULES.items()}
    assert found == argued, "numbers without a reason, or reasons without a number"

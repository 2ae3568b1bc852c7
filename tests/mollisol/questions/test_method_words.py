"""What the words of a laboratory method say: sentences as laboratories write them, judged by hand."""

from __future__ import annotations

import pytest

from mollisol.methodology.checks.look_alikes import did_you_mean
from mollisol.methodology.measurement import LaboratoryMethod
from mollisol.questions.laboratory.words import question_words


class Rules:
    """The one rule that words of acidity are held against."""

    def number(self, _id: str) -> float:
        return 7.3


@pytest.mark.parametrize(
    ("kind", "words", "told"),
    [
        ("dry_combustion", "total carbon; no acid pre-treatment; soil pH 7.9, effervesces", "refusal"),
        ("dry_combustion", "total carbon (TC), carbonates not removed", "refusal"),
        ("dry_combustion", "without decarbonation, soil on chalk", "refusal"),
        ("dry_combustion", "unacidified, pH 8.1", "refusal"),
        ("dry_combustion", "total carbon by dry combustion", "warning"),
        ("dry_combustion", "dry combustion after acid fumigation; soil effervesces", ""),
        ("dry_combustion", "Total organic carbon, acid treatment with HCl", ""),
        ("dry_combustion", "total carbon by dry combustion; soils are non-calcareous", ""),
        ("dry_combustion", "total carbon less inorganic carbon", ""),
        ("dry_combustion", "no carbonates found; not acidified", ""),
        ("dry_combustion", "carbonates removed with HCl, pH 8.0", ""),
        ("dry_combustion", "soil pH in water 6.5", ""),
        ("dry_combustion", "DIN EN 15936", ""),
        ("loss_on_ignition", "at 550 degrees", "refusal"),
        ("walkley_black", "humus, per cent", "refusal"),
        ("walkley_black", "organic matter divided by 1.724", ""),
    ],
)
def test_the_words_of_a_method(kind: str, words: str, told: str) -> None:
    method = LaboratoryMethod.model_validate(
        {"id": "m", "kind": kind, "laboratory": "a", "description": words}
    )
    assert [finding.severity.value for finding in question_words(method, Rules())] == ([told] if told else [])  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("declared", "words", "told"),
    [
        ("removed", "no acid used", True),
        ("none", "soil effervesces", True),
        ("removed", "soil effervesces", False),
        ("subtracted", "total carbon", False),
    ],
)
def test_words_against_a_declaration(declared: str, words: str, told: bool) -> None:
    given = {"id": "m", "kind": "dry_combustion", "laboratory": "a", "analyte": "organic"}
    method = LaboratoryMethod.model_validate({**given, "inorganic_carbon": declared, "description": words})
    assert bool([*question_words(method, Rules())]) is told  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "known", "words"),
    [
        ("F1-1-01", ["F1-01-01", "F1-01-02", "F1-11-01"], "did you mean F1-01-01?"),
        ("Loes", ["Loess", "Clay"], "did you mean Loess?"),
        ("Κ3", ["K3", "K4"], "GREEK CAPITAL LETTER KAPPA"),
        ("zzz", ["K3", "K4"], ""),
    ],
)
def test_a_name_that_is_nearly_another_is_offered(name: str, known: list[str], words: str) -> None:
    said = did_you_mean(name, known)
    assert words in said
    assert bool(words) == bool(said)

"""The calibrated sets that ship: each has the validation of its very numbers, and the page tells what it says."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from mollisol.methodology.soil_models.calibrated import calibrated_set, calibrated_sets
from mollisol.methodology.validation import ValidationResult
from mollisol.trials.files import rendered, shipped_validation

ROOT = Path(__file__).parents[2]


def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("ship", ROOT / "scripts" / "release/shipped_validations.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", calibrated_sets())
def test_a_set_ships_with_the_validation_of_its_numbers(name: str) -> None:
    text, beside = shipped_validation(name)
    result, own = ValidationResult.from_json(text), calibrated_set(name)
    assert beside == own
    assert result.identity.parameters_sha256 == own.sha256
    assert result.identity.settings == own.settings
    assert result.calibrated
    trained = {item.study for item in own.data}
    if result.cross_validation == "none":
        assert not trained & {study.study for study in result.studies}
    for fold in result.folds:
        assert not set(fold.left_out) & set(fold.fitted_on)
    assert all(c.interval_low_t_co2e_per_ha is not None for c in result.comparisons)


@pytest.mark.parametrize("name", calibrated_sets())
def test_its_report_says_what_it_is_worth(name: str) -> None:
    text, own = shipped_validation(name)
    page = rendered(ValidationResult.from_json(text), own, ("html",))["report.html"].decode()
    assert "It validates no project elsewhere." in page
    assert own is not None
    for prior in own.priors:
        assert f"<code>{prior.name}</code>" in page


def test_the_page_says_what_the_files_say() -> None:
    page = (ROOT / "docs" / "validation.md").read_text(encoding="utf-8")
    assert page == script().page(), "run scripts/release/shipped_validations.py --page"

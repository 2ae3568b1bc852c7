"""The page on equal soil mass is executed, and its stocks are SciPy's."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.interpolate import CubicSpline


@pytest.fixture(scope="module")
def esm(load: Callable[[str], dict[str, Any]]) -> dict[str, Any]:
    return load("pages/equal_mass.py")


def test_page_and_figure_are_fresh(root: Path, script: Callable[[str, Path], None], tmp_path: Path) -> None:
    script("pages/equal_mass.py", tmp_path)
    for name in ("fixed-depth-or-equal-mass.md", "figures/esm/clapham.svg"):
        assert (tmp_path / name).read_bytes() == (root / "docs" / name).read_bytes(), name


@pytest.mark.parametrize("layers", [3, 6])
def test_stocks_are_scipy_s(esm: dict[str, Any], layers: int) -> None:
    profiles = esm["read"]()
    reference = profiles.reference
    knots = np.pad(profiles.mass[:, :layers], ((0, 0), (1, 0)))
    carbon = np.pad(profiles.carbon[:, :layers], ((0, 0), (1, 0)))
    for i in range(len(knots)):
        spline = CubicSpline(knots[i], carbon[i], bc_type="natural")
        found = profiles.at_mass(reference, "natural_cubic_spline", layers)[i]
        assert found == pytest.approx(float(spline(reference)), rel=1e-11)
        last = (carbon[i, -1] - carbon[i, -2]) / (knots[i, -1] - knots[i, -2])
        if reference > knots[i, -1]:
            straight = carbon[i, -1] + last * (reference - knots[i, -1])
        else:
            straight = float(np.interp(reference, knots[i], carbon[i]))
        assert profiles.at_mass(reference, "linear", layers)[i] == pytest.approx(straight, rel=1e-11)


def test_the_reference_is_the_densest_profile_and_within_all_samples(esm: dict[str, Any]) -> None:
    profiles = esm["read"]()
    assert profiles.mass.shape == (80, 6)
    assert list(profiles.lower_cm) == [10, 20, 40, 60, 105, 150]
    assert profiles.reference == profiles.mass[:, 2].max() == pytest.approx(5323.4, abs=0.05)
    assert (profiles.mass[:, -1] > profiles.reference).all()


def test_sampling_to_40_cm_alone_makes_carbon(esm: dict[str, Any]) -> None:
    profiles = esm["read"]()
    for interpolation in ("natural_cubic_spline", "linear"):
        assert esm["excess"](profiles, interpolation).mean() > 3

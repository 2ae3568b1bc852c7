"""Diagnostics of control sites in the results, with figures worked out here from the cores."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from mollisol.engine import run_project
from tests.support.baselines import Make
from tests.support.modelled_project import LATER, POINTS

T_CO2E = 0.1 * 1.35 * 30 * 44 / 12
"""Stock of one g/kg. [t CO2e/ha]"""


def test_equivalence_and_regression_to_the_mean_by_hand(modelled: Make) -> None:
    """Welch's two one-sided tests by SciPy; analysis of covariance written out."""
    run = run_project(modelled(approach="measure_and_remeasure"))
    (row,) = run.results.control_diagnostics
    start = {name: given[3] for name, given in POINTS.items()}
    unit = np.array([start[name] for name, given in POINTS.items() if given[0]])
    control = np.array([start[name] for name, given in POINTS.items() if given[1]])
    margin = 0.1 * unit.mean()
    lower = stats.ttest_ind(unit, control - margin, equal_var=False, alternative="greater").pvalue
    upper = stats.ttest_ind(unit, control + margin, equal_var=False, alternative="less").pvalue
    assert row.equivalence_p_value == pytest.approx(max(lower, upper), rel=1e-9)
    assert row.similarity_p_value == pytest.approx(
        stats.ttest_ind(unit, control, equal_var=False).pvalue, rel=1e-9
    )
    assert row.similar
    assert not row.equivalent
    change = {name: LATER[name] - start[name] for name in POINTS}
    across = along = 0.0
    for place in (0, 1):
        names = [name for name, given in POINTS.items() if given[place]]
        x = np.array([start[name] for name in names]) - np.mean([start[name] for name in names])
        y = np.array([change[name] for name in names])
        across, along = across + float(x @ (y - y.mean())), along + float(x @ x)
    expected = across / along * (unit.mean() - control.mean()) * T_CO2E
    assert row.regression_to_mean_t_co2e_per_ha == pytest.approx(expected, rel=1e-6)
    assert row.trend_p_value is None


def test_no_diagnostics_without_control_sites_in_the_baseline(modelled: Make) -> None:
    assert run_project(modelled()).results.control_diagnostics == ()

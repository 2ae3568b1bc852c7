"""Equations on numbers, arrays and labelled columns; the expected values are the printed formula by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import mollisol
from mollisol.equations import EquationError


def test_the_deduction_on_the_columns_of_a_frame_in_three_lines() -> None:
    table = pd.DataFrame({"mean_change": [2.0, 3.0], "variance_of_mean": [0.25, 0.0]}, index=["a", "b"])
    credited = mollisol.equation("mollisol:credited-mean")
    found = credited(**table, degrees_of_freedom=10, confidence=2 / 3)
    # t of 2/3 with 10 degrees of freedom is 0.444 (scipy.stats.t.ppf); 2 - 0.444 * 0.5, and 3 without a variance
    assert found.to_dict() == pytest.approx({"a": 1.7778, "b": 3.0}, abs=1e-3)
    assert found.attrs == {"units": "t CO2e/ha"}


def test_an_array_of_xarray_keeps_its_labels() -> None:
    credited = mollisol.equation("mollisol:credited-mean")
    change = xr.DataArray(np.array([2.0, 3.0]), dims="stratum", coords={"stratum": ["a", "b"]})
    found = credited(mean_change=change, variance_of_mean=0.25, degrees_of_freedom=10, confidence=2 / 3)
    assert found.sel(stratum="a").item() == pytest.approx(1.7778, abs=1e-3)
    assert found.attrs == {"units": "t CO2e/ha"}


def test_other_labels_are_refused_and_never_put_in_order() -> None:
    credited = mollisol.equation("mollisol:credited-mean")
    change, variance = pd.Series([2.0, 3.0], index=["a", "b"]), pd.Series([0.2, 0.3], index=["b", "a"])
    with pytest.raises(EquationError, match="other labels"):
        credited(mean_change=change, variance_of_mean=variance, degrees_of_freedom=10, confidence=2 / 3)


def test_what_is_not_allowed_is_told_by_name() -> None:
    credited = mollisol.equation("mollisol:credited-mean")
    with pytest.raises(EquationError, match="variance_of_mean"):
        credited(mean_change=1.0, variance_of_mean=-1.0, degrees_of_freedom=10, confidence=2 / 3)
    with pytest.raises(EquationError, match="nothing:1"):
        mollisol.equation("nothing:1")

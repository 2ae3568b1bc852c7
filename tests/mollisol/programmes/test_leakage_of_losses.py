"""Leakage in a year of loss: it is shared and the loss told; only a sum of exactly zero has no shares."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from mollisol.engine import run_project
from mollisol.methodology.findings import FindingsError
from mollisol.programmes.interface import Shares
from mollisol.programmes.vm0042 import _must_have_shares
from tests.broken.conftest import apply, write_skeleton

EDITS: list[dict[str, Any]] = [
    {
        "file": "organic_amendments.csv",
        "text": "quantification_unit,scenario,year,amendment,origin,applied_t,carbon_t_per_t,exemption,evidence\n"
        "PLACEHOLDER-unit,project,2021,compost,yard,100,0.3,none,\n",
    },
    {
        "file": "core_increments.csv",
        "where": {"campaign": "2026", "point": "[LS]*"},
        "column": "soc_g_per_kg",
        "times": 0.85,
    },
]


def test_a_year_of_loss_with_leakage_is_computed(tmp_path: Path) -> None:
    """100 t of compost with 0.3 t C/t, 12 per cent of it leakage, by hand: 100 x 0.3 x 0.12 x 44/12 = 13.2."""
    folder = write_skeleton(tmp_path / "project")
    apply(folder, EDITS)
    run = run_project(folder, route="analytic")
    first = run.results.periods[0].vintages[0]
    assert max(first.reductions_t_co2e, first.removals_t_co2e) <= 0
    gross, net = (
        first.reductions_t_co2e + first.removals_t_co2e,
        first.net_reductions_t_co2e + first.net_removals_t_co2e,
    )
    assert gross - net == pytest.approx(13.2, rel=1e-9)
    assert run.results.periods[0].units_to_issue_t == 0
    assert "loss-event" in {finding.code for finding in run.findings}


def test_a_sum_of_zero_has_no_shares() -> None:
    year = cast("Any", SimpleNamespace(during=SimpleNamespace(start="2021-10-01", end="2022-09-30")))
    shares = cast(
        "Shares", SimpleNamespace(reductions=SimpleNamespace(value=0.0), removals=SimpleNamespace(value=0.0))
    )
    with pytest.raises(FindingsError) as error:
        _must_have_shares(year, cast("Any", SimpleNamespace(value=1.0)), shares, printed=False)
    assert [finding.code for finding in error.value.findings] == ["leakage-without-shares"]

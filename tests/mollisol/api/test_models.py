"""A soil model on frames gives what the command gives of a folder, and its findings."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from typer.testing import CliRunner

import mollisol
from mollisol.cli.app import app
from mollisol.methodology.findings import FindingsError

FOLDER = Path(__file__).parents[3] / "examples" / "soil-models" / "rothamsted"


def tables() -> dict[str, pd.DataFrame]:
    return {name: pd.read_csv(FOLDER / f"{name}.csv") for name in ("sites", "schedule", "weather")}


@pytest.mark.parametrize(("model", "parameters"), [("rothc", "rothc-26.3"), ("amg", "amg-v2")])
def test_frames_and_the_command_give_the_same_stocks(model: str, parameters: str) -> None:
    command = ["model", "run", str(FOLDER), "--model", model, "--parameters", parameters, "--json"]
    told = json.loads(CliRunner().invoke(app, command).stdout)
    places: tuple[Any, ...] = (tables(), FOLDER)
    for place in places:
        stocks = mollisol.run_model(place, model=model, parameters=parameters)
        assert stocks["soc_t_ha"].tolist() == [row["soc_t_ha"] for row in told["stocks"]]
        assert stocks.index.names == ["scenario", "site", "year", "draw"]
        assert stocks.attrs["units"]["soc_t_ha"] == "t C/ha"


def test_a_fault_in_a_frame_is_a_finding() -> None:
    given = tables()
    given["sites"] = given["sites"].assign(clay_percent=140.0)
    with pytest.raises(FindingsError) as told:
        mollisol.run_model(given, model="rothc")
    assert {one.where.file for one in told.value.findings} == {"sites.csv"}

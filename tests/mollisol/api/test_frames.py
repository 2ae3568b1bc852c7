"""Projects and results as frames: what goes through frames gives the same bytes of results."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import mollisol
from mollisol.api.tables import bytes_of_frame, cell_of
from mollisol.methodology.findings import FindingsError, UserError
from mollisol.output import canonical_json

ROOT = Path(__file__).parents[3]
EXAMPLES = sorted(file.parent.name for file in (ROOT / "examples").glob("*/project.toml"))


def through_frames(project: mollisol.Project) -> mollisol.Project:
    return mollisol.Project.from_frames(project.head, project.to_frames(), files=project.files)


def results(run: Any) -> bytes:
    return canonical_json(run.results.model_dump(mode="json"))


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_round_trip_is_the_same_project(name: str) -> None:
    project = mollisol.Project(ROOT / "examples" / name)
    frames = project.to_frames()
    assert {"strata", "core_increments", "sample_points"} <= frames.keys()
    assert frames["core_increments"].attrs["units"]["upper_cm"] == "cm"
    assert all(frame.index.name for frame in frames.values())
    again = through_frames(project)
    assert again == project
    assert [f.code for f in again.check().findings] == [f.code for f in project.check().findings]


@pytest.mark.slow
@pytest.mark.parametrize("name", EXAMPLES)
def test_a_round_trip_gives_the_same_bytes_of_results(name: str) -> None:
    folder = ROOT / "examples" / name
    assert results(through_frames(mollisol.Project(folder)).run()) == results(mollisol.run_project(folder))


def test_a_newcomers_own_three_tables_give_a_credit() -> None:
    """Units, strata and increments of one's own, on the points of the skeleton."""
    unit = "PLACEHOLDER-unit"
    units = pd.DataFrame(
        {"quantification_unit": [unit], "approach": ["measure_and_remeasure"], "area_ha": [110.0]}
    )
    strata = pd.DataFrame(
        {"stratum": ["loam", "sand"], "quantification_unit": [unit, unit], "area_ha": [70.0, 40.0]}
    )
    new = mollisol.Project.new()
    increments = new.to_frames()["core_increments"]
    mine = new.with_frames(quantification_units=units, strata=strata, core_increments=increments)
    found = mollisol.frames(mine.run(route="analytic"))
    assert found["periods"]["area_ha"].tolist() == [110.0]
    assert found["periods"]["units_if_eligible_t"].item() > 0
    assert found["credits"].index.names == ["period", "year"]
    assert found["periods"].attrs["units"]["verified_total_t_co2e"] == "t CO2e"


def test_results_trace_and_findings_as_frames() -> None:
    run = mollisol.Project(ROOT / "examples" / "woburn-ley").run(route="analytic")
    found = mollisol.frames(run)
    for period in run.results.periods:
        row = found["periods"].loc[period.name]
        assert row["verified_total_t_co2e"] == period.verified_total_t_co2e
        assert row["start"] == period.during.start
        own = found["strata"].loc[period.name]
        assert own["project_change_t_co2e_per_ha"].tolist() == [
            stratum.project_change_t_co2e_per_ha for stratum in period.strata
        ]
    trace = found["trace"]
    assert trace.index.names == ["quantity", "place"]
    assert len(found["findings"]) == len(run.findings)
    assert found["findings"].index.name == "code"
    some = next(q for q in run.trace.quantities.values() if isinstance(q.value, float))
    assert trace.loc[some.name]["value"].tolist() == [some.value]
    assert "<script" not in run._repr_html_()


def test_a_fault_in_a_frame_is_a_finding_with_its_row() -> None:
    new = mollisol.Project.new()
    increments = new.to_frames()["core_increments"].astype({"soc_g_per_kg": object})
    increments.iloc[3, increments.columns.get_loc("soc_g_per_kg")] = "<0.5"
    wrong = new.with_frames(core_increments=increments)
    (finding,) = [f for f in wrong.check().findings if f.code == "below-detection-limit"]
    assert (finding.where.file, finding.where.row) == ("core_increments.csv", 5)
    with pytest.raises(FindingsError):
        wrong.to_frames()
    with pytest.raises(FindingsError):
        wrong.run()


def test_a_frame_that_no_table_is_is_refused() -> None:
    with pytest.raises(UserError, match="stratas"):
        mollisol.Project.new().with_frames(stratas=pd.DataFrame({"stratum": ["loam"]}))


class Outlined:
    """Outlines as a GeoDataFrame gives them: a reference system, and features by the common protocol."""

    crs = "EPSG:32630"

    def __init__(self, features: dict[str, Any]) -> None:
        self.__geo_interface__ = features

    def to_crs(self, system: int) -> Outlined:
        assert system == 4326
        return self


def test_outlines_come_as_a_frame_of_features() -> None:
    import json

    project = mollisol.Project(ROOT / "examples" / "woburn-ley")
    outlines: Any = Outlined(json.loads(project.files["units.geojson"]))
    given = {**project.to_frames(), "units.geojson": outlines}
    again = mollisol.Project.from_frames(project.head, given, files=project.files)
    assert json.loads(again.files["units.geojson"]) == json.loads(project.files["units.geojson"])


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.1, "0.1"), (1e22, "1e+22"), (pd.NA, ""), (None, ""), (float("nan"), ""), (True, "yes"), (3, "3"),
        (pd.Timestamp("2021-10-01"), "2021-10-01"), (date(2021, 10, 1), "2021-10-01"), ("=1+1", "=1+1"),
        (pd.Timestamp("2021-10-01 12:00"), "2021-10-01T12:00:00"),
    ],
)  # fmt: skip
def test_a_cell(value: object, text: str) -> None:
    assert cell_of(value) == text


def test_what_stands_in_a_cell_is_quoted() -> None:
    frame = pd.DataFrame({"name": ['a, "b"', "c"], "area_ha": [1.0, float("nan")]}, index=[7, 9])
    assert bytes_of_frame(frame) == b'name,area_ha\n"a, ""b""",1.0\nc,\n'


def test_a_folder_is_written_and_read_again(tmp_path: Path) -> None:
    new = mollisol.Project.new()
    new.write(tmp_path / "mine")
    assert mollisol.Project(str(tmp_path / "mine")) == new
    assert "core_increments.csv" in new._repr_html_()


def test_a_portfolio_and_a_laboratory_as_frames(tmp_path: Path) -> None:
    from mollisol.laboratory.figures import Figure
    from mollisol.laboratory.results import LabResult, ScenarioResult
    from mollisol.portfolio.store import opened

    mollisol.Project.new().write(tmp_path / "one")
    with opened(tmp_path / "store", new=True) as store:
        store.add([tmp_path / "one"])
    found = mollisol.frames(str(tmp_path / "store"))
    assert found["projects"]["name"].tolist() == ["one"]
    assert {"credits", "findings", "overlaps", "periods"} <= found.keys()
    figure = Figure(value=1.5, error=0.25)
    given: dict[str, Any] = {"rule_set": "r", "rule_set_hash": "", "changes": (), "states": {"issued": 3}}
    given |= {"price": figure, "differences": {}, "samples": 1.0, "sites": 1.0, "cost": 2.0, "earned": 3.0}
    one = ScenarioResult(name="first", figures={"mean": figure}, **given)
    head: dict[str, Any] = {"world": "w", "about": "", "world_sha256": "", "seed": 0, "projects": 3}
    tables = mollisol.frames(LabResult(scenarios=(one,), findings=(), **head))
    assert tables["figures"].loc[("first", "mean")].to_dict() == {"value": 1.5, "error": 0.25}
    assert tables["scenarios"].loc["first", "cost"] == 2.0


def test_a_calibrated_set_as_a_tree() -> None:
    from mollisol.methodology.soil_models.calibrated import calibrated_from

    folder = ROOT / "examples" / "measure-and-model" / "model" / "calibrated"
    made = calibrated_from((folder / "set.toml").read_text(), (folder / "draws.csv").read_text())
    tree = mollisol.datatree(made)
    assert set(tree.children) == {"prior", "posterior"}
    for place, prior in enumerate(made.priors):
        own = tree["posterior"][prior.name].values.ravel()
        assert own.tolist() == [draw[place] for draw in made.draws]
        first = tree["prior"][prior.name].values
        assert first.min() > prior.low
        assert first.max() < prior.high

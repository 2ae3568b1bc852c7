"""Figures as laboratories give them: the engine computes carbon and fine soil, and leads back to what was given.

The raw figures are made backwards from the converted ones of a project, by hand arithmetic; the same credit comes out.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Mapping
from importlib.resources import files
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mollisol.audit.worksheet import worksheet
from mollisol.bundle.read import open_bundle
from mollisol.bundle.render import render_bundle
from mollisol.bundle.write import bundle_files
from mollisol.cli.app import app
from mollisol.engine import assess_project, run_project
from mollisol.methodology.findings import FindingsError
from mollisol.output import write_folder
from mollisol.verify.bundle import verify_bundle

RUN = CliRunner()
type Row = dict[str, str]


def skeleton(folder: Path, change: Callable[[int, Row], Mapping[str, str]] = lambda number, row: {}) -> Path:
    """Write the skeleton project with its cores as they are changed, row by row."""
    folder.mkdir(parents=True)
    for item in files("mollisol").joinpath("skeleton").iterdir():
        (folder / item.name).write_bytes(item.read_bytes())
    path = folder / "core_increments.csv"
    rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
    changed = [{**row, **change(number, row)} for number, row in enumerate(rows)]
    columns = list(dict.fromkeys(name for row in changed for name in row))
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(changed)
    return folder


def raw(number: int, row: Row) -> Mapping[str, str]:
    """Return the figures of a laboratory that come to those of a row, by turn in each way that there is."""
    soc, density = float(row["soc_g_per_kg"]), float(row["fine_soil_density_g_per_cm3"])
    thickness = float(row["lower_cm"]) - float(row["upper_cm"])
    carbon: Mapping[str, float] = (
        {"carbon_as_given_g_per_kg": soc * 0.96, "carbon_dry_matter_fraction": 0.96},
        {"organic_matter_g_per_kg": soc / 0.5, "carbon_share_of_matter": 0.5},
        {"total_carbon_g_per_kg": soc + 3, "inorganic_carbon_g_per_kg": 3.0},
    )[number % 3]
    alone = density / 0.8
    by_mass = 0.2 * 2.5 / (0.2 * 2.5 + 0.8 * alone)  # 20 % by volume of stones of 2.5 g/cm3
    soil: Mapping[str, float] = (
        {"whole_soil_density_g_per_cm3": density / 0.9, "coarse_fragments_mass_fraction": 0.1},
        {
            "whole_soil_density_g_per_cm3": density + 0.25,
            "coarse_fragments_volume_fraction": 0.1,
            "particle_density_g_per_cm3": 2.5,
        },
        {
            "fine_earth_density_g_per_cm3": alone / 0.95,
            "coarse_fragments_volume_fraction": 0.2,
            "soil_dry_matter_fraction": 0.95,
        },
        {
            "fine_earth_density_g_per_cm3": alone,
            "coarse_fragments_mass_fraction": by_mass,
            "particle_density_g_per_cm3": 2.5,
        },
        # a probe of 100 mm2: 1 g is 100 t/ha, and density x thickness x 100 t/ha are so many grams
        {
            "moist_fine_soil_mass_g": density * thickness / 0.9,
            "soil_dry_matter_fraction": 0.9,
            "probe_inner_diameter_mm": 11.283791670955125,
            "cores": 1,
        },
    )[number % 5]
    numbers = {name: repr(value) if name != "cores" else "1" for name, value in {**carbon, **soil}.items()}
    return {"soc_g_per_kg": "", "fine_soil_density_g_per_cm3": "", **numbers}


def test_the_same_credit_comes_of_raw_figures(tmp_path: Path) -> None:
    one = run_project(skeleton(tmp_path / "converted"))
    other = run_project(skeleton(tmp_path / "raw", raw))
    mine, theirs = one.results.periods[0], other.results.periods[0]
    assert theirs.gross_t_co2e == pytest.approx(mine.gross_t_co2e, rel=1e-9)
    assert theirs.verified_total_t_co2e == pytest.approx(mine.verified_total_t_co2e, rel=1e-9)
    assert [r.credited_t_co2e_per_ha for r in theirs.routes] == pytest.approx(
        [r.credited_t_co2e_per_ha for r in mine.routes], rel=1e-7
    )
    told = {f.code for f in other.findings} - {f.code for f in one.findings}
    # what the skeleton says of its one method is none of this test
    assert told <= {"matter-factor-without-error", "inorganic-carbon-unknown"}, told
    assert "matter-factor-without-error" in told

    write_folder(tmp_path / "bundle", bundle_files(other))
    checked = verify_bundle(tmp_path / "bundle", independent=True)
    assert checked.same
    assert checked.independent  # the second path computes them itself
    assert all(figure.same for figure in checked.independent)
    again = render_bundle(tmp_path / "bundle", ["html"])
    assert again["report.html"] == (tmp_path / "bundle" / "report.html").read_bytes()
    sheet = worksheet(open_bundle(tmp_path / "bundle"), size=10, seed=1)
    recorded = [row["recorded_soc_g_per_kg"] for row in csv.DictReader(sheet.splitlines()) if row["picks"]]
    assert recorded
    assert all(float(value) > 0 for value in recorded)


def test_explain_ends_at_the_number_of_the_laboratory(tmp_path: Path) -> None:
    write_folder(tmp_path / "bundle", bundle_files(run_project(skeleton(tmp_path / "raw", raw))))
    told = RUN.invoke(
        app, ["explain", str(tmp_path / "bundle"), "carbon_mass_t@core_increments.csv:3", "--json"]
    )
    tree = json.loads(told.stdout)
    found = {}

    def walk(node: Mapping[str, object]) -> None:
        if node["kind"] == "read":
            found[str(node["name"]).partition(".")[0]] = (node["value"], node["rows"])
        for child in node.get("children", ()):  # type: ignore[attr-defined]
            walk(child)

    walk(tree)
    row = list(csv.DictReader((tmp_path / "raw" / "core_increments.csv").read_text().splitlines()))[1]
    for column in ("organic_matter_g_per_kg", "carbon_share_of_matter", "whole_soil_density_g_per_cm3",
                   "coarse_fragments_volume_fraction", "particle_density_g_per_cm3"):  # fmt: skip
        assert found[column] == (float(row[column]), ["core_increments.csv:3"]), column
    assert "not in the trace" not in told.stdout


def both(number: int, row: Row) -> Mapping[str, str]:
    """Keep what was converted beside the laboratory's figures, rounded to the digits of the table."""
    return {**raw(number, row), "soc_g_per_kg": row["soc_g_per_kg"], "fine_soil_mass_g": ""} | (
        {} if number % 5 == 4 else {"fine_soil_density_g_per_cm3": row["fine_soil_density_g_per_cm3"]}
    )


def test_a_converted_figure_counts_as_written_and_has_to_agree(tmp_path: Path) -> None:
    one = run_project(skeleton(tmp_path / "converted")).results.periods[0]
    other = run_project(skeleton(tmp_path / "both", both)).results.periods[0]
    assert other.gross_t_co2e == pytest.approx(one.gross_t_co2e, rel=1e-12)

    def apart(number: int, row: Row) -> Mapping[str, str]:
        made = dict(both(number, row))
        if number == 4:
            made["soc_g_per_kg"] = f"{float(made['soc_g_per_kg']) + 0.1:.1f}"
        return made

    with pytest.raises(FindingsError) as caught:
        run_project(skeleton(tmp_path / "apart", apart))
    (fault,) = [f for f in caught.value.findings if f.code == "laboratory-figure-differs"]
    assert (fault.where.row, fault.where.column) == (6, "soc_g_per_kg")


def test_limits_tell_what_another_rule_would_do(tmp_path: Path) -> None:
    """The lower increments of campaign 2021 are below 4 g/kg, and count as half of it.

    Half of it is 2 g/kg in 20 cm of 1.45 g/cm3, 2,900 t soil/ha, at every point: 5.8 t C/ha over all hectares.
    """

    def limits(number: int, row: Row) -> Mapping[str, str]:
        if row["campaign"] != "2021" or row["upper_cm"] != "30":
            return {}
        return {"soc_g_per_kg": "", "carbon_as_given_g_per_kg": "4", "below_limit": "half the limit"}

    folder = skeleton(tmp_path / "project", limits)
    areas = list(csv.DictReader((folder / "strata.csv").read_text(encoding="utf-8").splitlines()))
    hectares = sum(float(row["area_ha"]) for row in areas)
    (told,) = [f for f in assess_project(folder).findings if f.code == "contents-below-limit"]
    assert f"zero {-5.8 * hectares:+,.2f} t C, the limit {5.8 * hectares:+,.2f} t C" in told.found
    assert told.where.thing == "campaign 2021"


def test_what_a_method_declares_goes_with_rows_that_are_converted_here(tmp_path: Path) -> None:
    def total(number: int, row: Row) -> Mapping[str, str]:
        soc, density = float(row["soc_g_per_kg"]), float(row["fine_soil_density_g_per_cm3"])
        return {"soc_g_per_kg": "", "fine_soil_density_g_per_cm3": "",
                "total_carbon_g_per_kg": repr((soc + 3) * 0.96), "inorganic_carbon_g_per_kg": repr(3 * 0.96),
                "carbon_dry_matter_fraction": "0.96", "whole_soil_density_g_per_cm3": repr(density / 0.9),
                "coarse_fragments_mass_fraction": "0.1"}  # fmt: skip

    words = (
        'analyte = "total"\ninorganic_carbon = "undeclared"\ndensity_basis = "whole soil"\n'
        'coarse_fragments = "by mass"\ndrying = "air-dry"\n'
    )
    told = {}
    for name, change in (("raw", total), ("converted", lambda number, row: {})):
        folder = skeleton(tmp_path / name, change)
        head = (folder / "project.toml").read_text(encoding="utf-8")
        assert head.count('id = "dumas"\n') == 1
        (folder / "project.toml").write_text(
            head.replace('id = "dumas"\n', f'id = "dumas"\n{words}'), "utf-8"
        )
        told[name] = {f.code for f in assess_project(folder).findings}
    basis = {"inorganic-carbon-unknown", "density-of-whole-soil", "soil-not-oven-dry"}
    assert basis <= told["converted"]
    assert not basis & told["raw"]

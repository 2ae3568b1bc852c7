"""Management and invoices in forms that no set has: years behind the names of columns, doses, days of grazing.

A cell of 0.01 degrees at 48 degrees north has 82.97 ha; every amount is hand arithmetic on it.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Mapping
from datetime import date
from typing import Any

import openpyxl  # type: ignore[import-untyped]
import pytest

from mollisol.importing.perform import Import, imported
from mollisol.importing.sniff import sniffed
from tests.mollisol.importing.conftest import Maker

HECTARES = 82.9682
PARCELS = (("Les Vignes", "argile", 2.0, 1), ("La Plaine", "limon", 2.02, 1), ("Grand Pré", "limon", 2.04, 2))
"""Name, soil, west, and width in cells."""
PLACES = """
kind = "places"
file = "parcelles.geojson"
[fields]
field = "Parcelle"
stratum = { column = "Sol", words = { argile = "clay", limon = "loam" } }
unit = { value = "ferme" }
approach = { value = "measure_and_remeasure" }
[decide]
area = "geometry on the ellipsoid"
"""
ROTATION = r"""
kind = "schedule"
file = "assolement.xlsx"
[read]
blocks = { read = '^(?P<name>.*[^\d\s_-])[\s_-]+(?P<block>(?:19|20)\d\d)$', column = "year" }
[fields]
crop = { column = "Culture", split = " + " }
tillage = { column = "Travail", words = { labour = "yes", SD = "no", empty = "no" } }
tillage_depth_cm = { column = "Profondeur", unit = "cm", words = { empty = "missing" } }
yield_t_per_ha = { column = "Rendement", unit = "dt/ha", words = { empty = "missing" } }
residue_removed_fraction = { column = "Pailles", unit = "fraction", words = { "exportées" = 0.8, "enfouies" = 0 } }
year = { column = "year", shift = -1 }
field = "Îlot"
[decide]
absent = "no"
"""
LONG = ROTATION.replace("assolement.xlsx", "long.csv").replace(
    ROTATION[ROTATION.index("[read]") : ROTATION.index("[fields]")], ""
).replace('column = "year"', 'column = "Année"')  # fmt: skip
COLUMNS = ("Culture", "Travail", "Profondeur", "Rendement", "Pailles")
YEARS = {
    "2019": {
        "Les Vignes": ("Blé tendre", "labour", 24, 80, "exportées"),
        "La Plaine": ("Orge", "SD", None, 60, "exportées"),
        "Grand Pré": ("Maïs + CIPAN", "labour", 18, None, "enfouies"),
    },
}  # fmt: skip
DOSES = """
kind = "amounts"
file = "intrants.csv"
[read]
encoding = "cp1252"
separator = ";"
decimal = ","
thousands = " "
[fields]
product = "Intrant"
amount.column = "Dose"
amount.is = "product"
amount.unit = { column = "Unité", words = { "q/ha" = "dt/ha", "u N/ha" = "kg/ha" } }
content = { column = "Unité", words = { "u N/ha" = "nutrient" } }
year = { column = "Date", begins = "10-01", order = "day first" }
field = "Parcelle"
[decide]
rate_area = "geometry"
[products]
"Ammonitrate 33,5" = { table = "fertilizers", name = "ammonitrate", kind = "synthetic", nitrogen = 0.335 }
"Solution*" = { table = "fertilizers", name = "solution", kind = "synthetic", nitrogen = 0.3, density = "1.3 kg/l" }
"Carbonate*" = { table = "liming", name = "limestone", share = 0.96 }
"""
INVOICES = (
    "Parcelle;Date;Intrant;Dose;Unité\n"
    "Les Vignes;12/03/2019;Ammonitrate 33,5;1,8;q/ha\n"
    "Les Vignes;02/03/2020;Ammonitrate 33,5;60;u N/ha\n"
    "La Plaine;14/03/2019;Solution azotée 39;210;l/ha\n"
    "La Plaine;05/03/2021;Solution azotée 39;1 050;l\n"
    "Grand Pré;20/09/2022;Carbonate 54 CaO;2;t/ha\n"
).encode("cp1252")
GRAZING = """
kind = "amounts"
file = "grazing.tsv"
[read]
encoding = "utf-16"
separator = "tab"
[fields]
product = "Class"
amount = { column = "Head", unit = "head" }
year = { column = "Date in", begins = "10-01", order = "day first" }
from = { column = "Date in", order = "day first" }
until = { column = "Date out", order = "day first" }
field = "Paddock"
[products]
"Steers*" = { table = "livestock", name = "other cattle", productivity = "all", live_weight_kg = 450 }
"""


def parcels() -> bytes:
    features = [
        {
            "type": "Feature",
            "properties": {"Parcelle": name, "Sol": soil},
            "geometry": {
                "type": "Polygon",
                "coordinates": [
                    [[west, 48], [east, 48], [east, 48.01], [west, 48.01], [west, 48]]
                    for east in [west + 0.01 * cells]
                ],
            },
        }
        for name, soil, west, cells in PARCELS
    ]  # fmt: skip
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def wide(*more: str) -> bytes:
    book: Any = openpyxl.Workbook()
    years = {**YEARS, **dict.fromkeys(more, YEARS["2019"])}
    book.active.append(["Îlot", *(f"{name} {year}" for year in years for name in COLUMNS)])
    for field in YEARS["2019"]:
        book.active.append([field, *(cell for year in years.values() for cell in year[field])])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def long() -> bytes:
    lines = [",".join(("Îlot", "Année", *COLUMNS))]
    for year, fields in YEARS.items():
        lines += [
            ",".join([name, year, *("" if c is None else str(c) for c in cells)])
            for name, cells in fields.items()
        ]
    return "\n".join(lines).encode()


def rows(result: Import, table: str) -> list[dict[str, str]]:
    assert result.questions == (), [question.as_data() for question in result.questions]
    return list(csv.DictReader(io.StringIO(result.tables[table].decode())))


def done(result: Import) -> dict[tuple[str, str], str]:
    """Return the arithmetic of each row by table and key."""
    lines = csv.DictReader(io.StringIO(result.tables["imports/provenance.csv"].decode()))
    return {(line["table"], line["key"]): line["done"] for line in lines}


def project(project_of: Maker, raw: Mapping[str, bytes], **mappings: str) -> Import:
    return imported(project_of({"parcelles.geojson": parcels(), **raw}, {"places": PLACES, **mappings}))


@pytest.mark.parametrize("form", ["wide", "long"])
def test_fields_of_a_unit_by_year(form: str, project_of: Maker) -> None:
    """Grand Pré is two cells of four: depth (24 + 2 x 18) / 3 cm, residues (0.8 + 0.8 + 2 x 0) / 4, two yields.

    A harvest of 2019 is of the project year that began in 2018.
    """
    raw = {"assolement.xlsx": wide()} if form == "wide" else {"long.csv": long()}
    result = project(project_of, raw, rotation=ROTATION if form == "wide" else LONG)
    (row,) = rows(result, "schedule_of_activities.csv")
    assert (row["place"], row["scenario"], row["year"]) == ("ferme", "baseline", "2018")
    assert row["crop"] == "Blé tendre; CIPAN; Maïs; Orge"
    assert float(row["tillage_depth_cm"]) == pytest.approx(20, abs=1e-3)
    assert float(row["residue_removed_fraction"]) == pytest.approx(0.4, abs=1e-3)
    assert float(row["yield_t_per_ha"]) == pytest.approx(7, abs=1e-3)
    told = done(result)["schedule_of_activities.csv", "ferme|baseline|2018"]
    assert told == "tillage on 75% of the area"


def test_an_amount_that_some_fields_lack_is_asked_about(project_of: Maker) -> None:
    text = ROTATION.replace('unit = "dt/ha", words = { empty = "missing" }', 'unit = "dt/ha"')
    (question,) = project(project_of, {"assolement.xlsx": wide()}, rotation=text).questions
    assert (question.column, question.choices, question.places) == (
        "Rendement",
        ("0", "missing"),
        ["Sheet!4"],
    )
    zero = ROTATION.replace(
        'unit = "dt/ha", words = { empty = "missing" }', 'unit = "dt/ha", words = { empty = 0 }'
    )
    result = project(project_of, {"assolement.xlsx": wide()}, rotation=zero)
    assert float(rows(result, "schedule_of_activities.csv")[0]["yield_t_per_ha"]) == pytest.approx(
        3.5, abs=1e-3
    )


def test_doses_of_product_and_nutrient(project_of: Maker) -> None:
    result = project(project_of, {"intrants.csv": INVOICES}, doses=DOSES)
    found = {
        (row["year"], row["product"]): float(row["applied_t"]) for row in rows(result, "fertilizers.csv")
    }
    assert found == {
        ("2018", "ammonitrate"): pytest.approx(0.18 * HECTARES, rel=1e-5),
        ("2019", "ammonitrate"): pytest.approx(0.06 * HECTARES / 0.335, rel=1e-5),
        ("2018", "solution"): pytest.approx(210 * HECTARES * 1.3 / 1000, rel=1e-5),
        ("2020", "solution"): pytest.approx(1050 * 1.3 / 1000, rel=1e-9),
    }
    (lime,) = rows(result, "liming.csv")
    assert float(lime["lime_t"]) == pytest.approx(2 * 2 * HECTARES * 0.96, rel=1e-5)
    told = done(result)
    assert told["fertilizers.csv", "ferme|baseline|2019|ammonitrate"].endswith(
        "60 kg/ha x 82.9682 ha of nutrient / 0.335"
    )
    assert told["fertilizers.csv", "ferme|baseline|2018|solution"].endswith(
        "210 l/ha x 82.9682 ha x 1.3 kg/l"
    )


def log(*lines: str) -> bytes:
    return "\r\n".join(["Paddock\tClass\tHead\tDate in\tDate out", *lines]).encode("utf-16")


def test_days_of_grazing_are_a_share_of_the_year(project_of: Maker) -> None:
    """40 head for 10 days and 30 for 20 of one year: 1000 of 365 days."""
    lines = (
        "Grand Pré\tSteers 2yo\t40\t03/04/2019\t13/04/2019",
        "Grand Pré\tSteers 3yo\t30\t01/05/2019\t21/05/2019",
    )
    result = project(project_of, {"grazing.tsv": log(*lines)}, grazing=GRAZING)
    (row,) = rows(result, "livestock.csv")
    assert float(row["head"]) == pytest.approx(1000 / 365, rel=1e-6)
    assert done(result)["livestock.csv", "ferme|baseline|2018|other cattle"].endswith(
        "40 head x 10 / 365 days"
    )


def test_days_that_no_year_has_are_asked_about(project_of: Maker) -> None:
    line = "Grand Pré\tSteers 2yo\t40\t03/04/2019\t13/06/2020"
    (question,) = project(project_of, {"grazing.tsv": log(line)}, grazing=GRAZING).questions
    assert (question.found, question.places) == ("437", ["line 2"])


def test_sniff_sees_years_behind_the_names(project_of: Maker) -> None:
    folder = project_of({"assolement.xlsx": wide("2020"), "intrants.csv": INVOICES}, {})
    sniffed(folder, [])
    text = (folder / "imports" / "assolement.toml").read_text(encoding="utf-8")
    assert 'column = "? year"' in text
    assert 'crop = { column = "? Culture"' in text
    assert 'field = { column = "? Îlot" }' in text
    assert 'kind = "amounts"' in (folder / "imports" / "intrants.toml").read_text(encoding="utf-8")


def report() -> bytes:
    """Return a report with a column for each depth, stones only where there are some, and what they are under it."""
    book: Any = openpyxl.Workbook()
    book.active.append(["Laboratorio Agrario - Informe 21/884"])
    names = [
        f"{name} {depth} cm" for name in ("MO %", "Da g/cm3", "Gravas % vol") for depth in ("0-15", "15-30")
    ]
    book.active.append(["Muestra", "Fecha", *names])
    book.active.append(["P-01", date(2021, 10, 4), 2.5, 1.7, 1.3, 1.42, 5, 8])
    book.active.append(["P-02", date(2021, 10, 4), 2.6, 1.8, 1.3, 1.42, None, 8])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_a_laboratory_with_a_column_for_each_depth(project_of: Maker) -> None:
    """2.5 % of organic matter is 14.5 g/kg of carbon by 0.58; fine soil 1.3 - 2.65 x 0.05. Alike questions are one."""
    folder = project_of({"informe.xlsx": report()}, {})
    sniffed(folder, [])
    path = folder / "imports" / "informe.toml"
    text = path.read_text(encoding="utf-8").replace('"? ', '"').replace("'? ", "'")
    for key, answer in (("is", "matter"), ("basis", "whole soil"), ("by", "volume")):
        text = re.sub(rf'\b{key} = "\?"', f'{key} = "{answer}"', text)
    for name in ("method", "batch"):
        text = text.replace(f'{name} = {{ value = "?" }}', f'{name} = {{ value = "x" }}')
    path.write_text(text.replace('factor = "?"', "factor = 0.58"), encoding="utf-8")
    (question,) = imported(folder).questions
    assert question.kind == "stone-density", "and nothing that follows from it"
    text = path.read_text(encoding="utf-8").replace('by = "volume"', 'by = "volume", particle_density = 2.65')
    path.write_text(text, encoding="utf-8")
    (question,) = imported(folder).questions
    assert question.answer.endswith("fields.stones.words.empty")
    path.write_text(
        text.replace('by = "volume"', 'by = "volume", words = { empty = "zero" }'), encoding="utf-8"
    )
    found = {(row["point"], row["upper_cm"]): row for row in rows(imported(folder), "core_increments.csv")}
    assert len(found) == 4
    first = found["P-01", "0"]
    assert (first["soc_g_per_kg"], first["fine_soil_density_g_per_cm3"]) == ("14.5", "1.1675")
    assert found["P-02", "0"]["fine_soil_density_g_per_cm3"] == "1.3"


def test_sniff_sees_metres_in_columns_that_are_called_x_and_y(project_of: Maker) -> None:
    folder = project_of({"puntos.txt": b"ID;X;Y;Estrato\nP-01;440100;4470050;secano\n"}, {})
    sniffed(folder, [])
    text = (folder / "imports" / "puntos.toml").read_text(encoding="utf-8")
    assert 'easting = { column = "? X" }' in text
    assert 'stratum = { column = "? Estrato" }' in text


def test_a_row_a_practice_and_a_column_a_year(project_of: Maker) -> None:
    """Cells of a year stand in ``value``; what a row is about is told by another column."""
    content = b"field,practice,2020,2021\nLes Vignes,crop,wheat,barley\nLes Vignes,tillage,yes,no\n"
    mapping = r"""
kind = "schedule"
file = "practices.csv"
[read]
blocks = { read = '^(?P<block>\d{4})$', column = "year" }
[fields]
field = "field"
year = { column = "year", shift = 0 }
crop = { columns = ["practice", "value"], words = { "tillage*" = "missing" }, read = '\| (.+)$' }
tillage = { columns = ["practice", "value"], words = { "tillage | yes" = "yes", "**" = "no" } }
[decide]
absent = "no"
"""
    raw = {"practices.csv": content, "parcelles.geojson": parcels()}
    made = imported(project_of(raw, {"places": PLACES, "practices": mapping}))
    found = rows(made, "schedule_of_activities.csv")
    assert [(row["scenario"], row["year"], row["crop"], row["tillage"]) for row in found] == [
        ("baseline", "2020", "wheat", "yes"),
        ("project", "2021", "barley", "no"),
    ]

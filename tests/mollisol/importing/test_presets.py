"""Presets of published formats on small made files: known by their columns, and read once their marks are answered.

The layouts are those that the formats' own documents and readers tell; every value is made up, and every figure is hand
arithmetic.
"""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from mollisol.importing.perform import imported, write_import
from mollisol.importing.sniff import sniffed
from tests.mollisol.importing.conftest import Maker
from tests.mollisol.importing.test_management import HECTARES, PLACES

LUCAS = b"""Depth,POINTID,pH_CaCl2,pH_H2O,EC,OC,CaCO3,P,N,K,SURVEY_DATE
0-20 cm,P-01,6.1,6.6,12.1,18.4,< LOD,31,1.7,160,06-10-21
0-20 cm,P-02,6.4,6.9,13.0,< 2.0,3,28,1.4,150,07-10-21
"""
LUCAS_DENSITY = b"POINT_ID,BD 0-10,BD 10-20,BD 0-20\nP-01,1.21,1.31,1.26\nP-02,1.30,1.36,1.33\n"
LUCAS_MAPPING = r"""
preset = "lucas-topsoil"
kind = "laboratory"
file = "LUCAS-SOIL-2018.csv"
[read]
join = { file = "BulkDensity_2018_final-2.csv", column = "POINTID", matches = "POINT_ID" }
[fields]
point = "POINTID"
sampled_on = { column = "SURVEY_DATE", order = "day first" }
carbon = { column = "OC", unit = "g/kg", is = "organic", words = { "<" = "half the limit" } }
density = { column = "BD 0-20", unit = "g/cm3", basis = "fine soil per total volume" }
campaign = { value = "2021" }
method = { value = "lab" }
[decide]
role = "results"
zero = "mineral surface"
"""
WOSIS = (
    b"profile_id\tprofile_layer_id\tupper_depth\tlower_depth\tlayer_name\tlitter\torgc_value_avg\torgc_date\t"
    b"bdws_value_avg\tcfgr_value_avg\n"
    b"P-01\t7001\t0\t20\tAp\tFALSE\t14.2\t2021-10-01,2021-10-31\t1.5\t10\n"
    b"P-01\t7002\t20\t45\tBw\tFALSE\t6.1\t2021-10-01,2021-10-31\t1.6\t20\n"
)
WOSIS_MAPPING = """
preset = "wosis-layers"
kind = "laboratory"
file = "wosis.tsv"
[fields]
point = "profile_id"
carbon = { column = "orgc_value_avg", unit = "g/kg", is = "organic" }
density = { column = "bdws_value_avg", unit = "g/cm3", basis = "whole soil" }
stones = { column = "cfgr_value_avg", unit = "%", by = "mass" }
campaign = { value = "2021" }
method = { value = "lab" }
[decide]
role = "results"
zero = "mineral surface"
"""
COMET = b"""<Day cometEmailId="nobody@example.org"><Cropland name="Les Vignes">
<CropScenario Name="Current">
<CropYear Year="2020"><Crop CropNumber="1"><CropName>Corn</CropName>
<TillageList><TillageEvent><TillageType>Intensive Tillage</TillageType></TillageEvent></TillageList>
<NApplicationList><NApplicationEvent><NApplicationType>UAN</NApplicationType></NApplicationEvent></NApplicationList>
<OMADApplicationList/></Crop></CropYear>
<CropYear Year="2021"><Crop CropNumber="1"><CropName>Soybean</CropName>
<TillageList><TillageEvent><TillageType>Mow</TillageType></TillageEvent></TillageList>
<OMADApplicationList><OMADApplicationEvent><OMADType>Beef slurry</OMADType></OMADApplicationEvent>
</OMADApplicationList>
<LimingList><LimingEvent><LimingMaterial>Calcitic Limestone</LimingMaterial></LimingEvent></LimingList>
</Crop></CropYear>
</CropScenario></Cropland></Day>
"""
COMET_MAPPING = """
preset = "comet-farm"
kind = "schedule"
file = "comet.xml"
[fields]
year = { column = "Year", shift = 0 }
scenario = { column = "Day.Cropland.CropScenario.Name", words = { Current = "baseline" } }
manure.column = "Crop.OMADApplicationList.OMADApplicationEvent.OMADType"
manure.words = { "*compost*" = "no", "**" = "yes", empty = "no" }
[decide]
absent = "no"
"""
ICASA = b"EXNAME,FLDID,FEDATE,FECD,FEAMN\nX1,Les Vignes,2021120,FE005,46\nX1,Les Vignes,2021150,FE001,33.5\n"
ICASA_MAPPING = r"""
preset = "icasa-fertilizer"
kind = "amounts"
file = "fertilizer_events.csv"
[fields]
year = { column = "FEDATE", read = '^(\d{4})\d{3}$', shift = 0 }
amount = { column = "FEAMN", unit = "kg/ha", is = "nutrient" }
field = "FLDID"
[products]
FE001 = { table = "fertilizers", name = "ammonium nitrate", kind = "synthetic", nitrogen = 0.335 }
FE005 = { table = "fertilizers", name = "urea", kind = "synthetic", nitrogen = 0.46 }
[decide]
rate_area = "geometry"
"""


def rows_of(folder: Path, table: str) -> list[dict[str, str]]:
    result = imported(folder)
    assert result.questions == (), [(q.column, q.found, q.question) for q in result.questions]
    write_import(folder, result)
    return list(csv.DictReader((folder / table).read_text(encoding="utf-8").splitlines()))


@pytest.mark.parametrize(
    ("preset", "file", "content"),
    [
        ("lucas-topsoil", "LUCAS-SOIL-2018.csv", LUCAS),
        ("wosis-layers", "wosis.tsv", WOSIS),
        ("icasa-fertilizer", "fertilizer_events.csv", ICASA),
        ("daycent-wth", "site.wth", b"1 1 2021 1 6.0 2.0 0.2\n2 1 2021 2 6.0 2.0 0.2\n"),
        ("era5-daily", "era5.csv", b"valid_time,latitude,longitude,t2m,tp\n2021-01-01,42,-93,274.15,0.001\n"),
    ],
)
def test_a_file_is_known_by_its_columns(preset: str, file: str, content: bytes, project_of: Maker) -> None:
    folder = project_of({file: content}, {})
    sniffed(folder, [])
    (mapping,) = (folder / "imports").glob("*.toml")
    assert f'preset = "{preset}"' in mapping.read_text(encoding="utf-8")


def test_lucas(project_of: Maker) -> None:
    raw = {"LUCAS-SOIL-2018.csv": LUCAS, "BulkDensity_2018_final-2.csv": LUCAS_DENSITY}
    rows = rows_of(project_of(raw, {"lucas": LUCAS_MAPPING}), "core_increments.csv")
    keys = ("point", "sampled_on", "upper_cm", "lower_cm", "soc_g_per_kg", "fine_soil_density_g_per_cm3")
    assert [tuple(row[key] for key in keys) for row in rows] == [
        ("P-01", "2021-10-06", "0", "20", "18.4", "1.26"),
        ("P-02", "2021-10-07", "0", "20", "1", "1.33"),  # half of 2.0
    ]
    assert [row["below_limit"] for row in rows] == ["", "half the limit"]


def test_wosis(project_of: Maker) -> None:
    rows = rows_of(project_of({"wosis.tsv": WOSIS}, {"wosis": WOSIS_MAPPING}), "core_increments.csv")
    keys = ("point", "sampled_on", "upper_cm", "lower_cm", "soc_g_per_kg", "fine_soil_density_g_per_cm3")
    assert [tuple(row[key] for key in keys) for row in rows] == [
        ("P-01", "2021-10-01", "0", "20", "14.2", "1.35"),  # 1.5 x (1 - 0.1)
        ("P-01", "2021-10-01", "20", "45", "6.1", "1.28"),  # 1.6 x (1 - 0.2)
    ]
    assert rows[0]["whole_soil_density_g_per_cm3"] == "1.5"


def parcels() -> bytes:
    west = 2.0
    ring = [[west, 48.0], [west + 0.01, 48.0], [west + 0.01, 48.01], [west, 48.01], [west, 48.0]]
    text = str([ring]).replace("'", '"')
    return (
        '{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"Parcelle": "Les Vignes", '
        f'"Sol": "argile"}}, "geometry": {{"type": "Polygon", "coordinates": {text}}}}}]}}'
    ).encode()


def test_comet_farm(project_of: Maker) -> None:
    raw = {"comet.xml": COMET, "parcelles.geojson": parcels()}
    rows = rows_of(project_of(raw, {"places": PLACES, "comet": COMET_MAPPING}), "schedule_of_activities.csv")
    keys = ("scenario", "year", "crop", "tillage", "synthetic_nitrogen", "manure", "compost", "liming")
    assert [tuple(row[key] for key in keys) for row in rows] == [
        ("baseline", "2020", "Corn", "yes", "yes", "no", "no", "no"),
        ("baseline", "2021", "Soybean", "no", "no", "yes", "no", "yes"),  # a mowing is no tillage
    ]


def test_an_element_that_a_file_lacks_is_left_out_of_its_preset(project_of: Maker) -> None:
    """No manure and no lime in the file: no column, and what no column tells did not take place."""
    content = COMET.replace(b"<OMADApplicationList/>", b"")
    for element in (b"OMADApplicationList", b"LimingList"):
        content = content[: content.index(b"<" + element)] + content[
            content.index(b"</" + element) :
        ].replace(b"</" + element + b">", b"", 1)
    mapping = "\n".join(line for line in COMET_MAPPING.splitlines() if not line.startswith("manure"))
    folder = project_of(
        {"comet.xml": content, "parcelles.geojson": parcels()}, {"places": PLACES, "comet": mapping}
    )
    rows = rows_of(folder, "schedule_of_activities.csv")
    assert {(row["manure"], row["compost"], row["liming"]) for row in rows} == {("no", "no", "no")}


WEATHER = (
    'preset = "{}"\nfile = "{}"\n[fields]\ncell = {{ value = "c" }}\n{}[decide]\nevaporation = "none"\n{}'
)


def test_weather_of_daycent_has_no_names(project_of: Maker) -> None:
    """Two days of 4 and 6 C with 0.2 cm and no rain known: 5 C; the day that is missing counts as none."""
    days = b"  1  1 2021   1   6.00   2.00   0.20\n  2  1 2021   2   8.00   4.00 -99.99\n"
    decide = 'gaps = "zero"\nshort_month = "sum of the days there are"\n'
    folder = project_of({"site.wth": days}, {"w": WEATHER.format("daycent-wth", "site.wth", "", decide)})
    (row,) = rows_of(folder, "model/weather.csv")
    assert (float(row["tmean_c"]), float(row["rain_mm"])) == (5.0, 2.0)


def test_weather_of_era5_is_kelvin_and_metres(project_of: Maker) -> None:
    days = b"valid_time,latitude,longitude,t2m,tp\n2021-01-01,42,-93,274.15,0.001\n2021-01-02,42,-93,276.15,0.003\n"
    more = 'rain = { unit = "m" }\n'
    decide = 'short_month = "sum of the days there are"\n'
    folder = project_of({"era5.csv": days}, {"w": WEATHER.format("era5-daily", "era5.csv", more, decide)})
    (row,) = rows_of(folder, "model/weather.csv")
    assert (float(row["tmean_c"]), float(row["rain_mm"])) == (2.0, 4.0)


def test_icasa(project_of: Maker) -> None:
    raw = {"fertilizer_events.csv": ICASA, "parcelles.geojson": parcels()}
    rows = rows_of(project_of(raw, {"places": PLACES, "icasa": ICASA_MAPPING}), "fertilizers.csv")
    found = {row["product"]: float(row["applied_t"]) for row in rows}
    # 46 kg N/ha are 100 kg of urea, 33.5 kg N/ha are 100 kg of ammonium nitrate, on all hectares
    assert found == pytest.approx(dict.fromkeys(("urea", "ammonium nitrate"), 0.1 * HECTARES), rel=1e-4)

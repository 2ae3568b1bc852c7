"""What is not answered is asked, by file and place, and then nothing is made."""

from __future__ import annotations

from pathlib import Path

import pytest

from mollisol.importing.perform import Import, imported, write_import
from tests.mollisol.importing.conftest import Maker

LAB = """
kind = "laboratory"
file = "lab.csv"
[fields]
point = "id"
upper = { column = "top", unit = "cm" }
lower = { column = "bottom", unit = "cm" }
sampled_on = "date"
carbon = { column = "oc", unit = "%", is = "organic" }
density = { column = "bd", unit = "g/cm3", basis = "fine soil per total volume" }
campaign = { value = "2021" }
method = { value = "lab" }
batch = { value = "1" }
[decide]
role = "results"
zero = "mineral surface"
"""
ROWS = b"id,top,bottom,oc,bd,date\nP-01,0,15,1.5,1.3,2021-10-01\nP-01,15,30,1.1,1.4,2021-10-01\n"


def asked(result: Import) -> dict[str, str]:
    return {question.answer.split(" ", 1)[1]: question.kind for question in result.questions}


def test_a_sound_mapping_asks_nothing(project_of: Maker) -> None:
    result = imported(project_of({"lab.csv": ROWS}, {"lab": LAB}))
    assert not result.is_open
    assert result.tables["core_increments.csv"].decode().splitlines() == [
        "campaign,point,sample,sampled_on,upper_cm,lower_cm,soc_g_per_kg,laboratory_method,fine_soil_density_g_per_cm3",
        "2021,P-01,P-01-2021,2021-10-01,0,15,15,lab,1.3",
        "2021,P-01,P-01-2021,2021-10-01,15,30,11,lab,1.4",
    ]


@pytest.mark.parametrize(
    ("before", "after", "answer", "kind"),
    [
        ('unit = "%", ', "", "fields.carbon.unit", "unit"),
        (', is = "organic"', "", "fields.carbon.is", "kind-of-carbon"),
        (', is = "organic"', ', is = "matter"', "fields.carbon.factor", "matter-to-carbon"),
        (', is = "organic"', ', is = "total"', "fields.inorganic", "kind-of-carbon"),
        (', basis = "fine soil per total volume"', "", "fields.density.basis", "basis-of-density"),
        ('basis = "fine soil per total volume"', 'basis = "whole soil"', "fields.stones", "stones"),
        ('role = "results"\n', "", "decide.role", "role"),
        ('zero = "mineral surface"\n', "", "decide.zero", "depth-convention"),
        ('point = "id"\n', "", "fields.point", "missing"),
        ('method = { value = "lab" }\n', "", "fields.method", "missing"),
        ('unit = "%"', 'unit = "? %"', "fields.carbon.unit", "unit"),
        ('"mineral surface"', '"? mineral surface"', "decide.zero", "depth-convention"),
    ],
)
def test_what_decides_a_number_has_no_default(
    project_of: Maker, before: str, after: str, answer: str, kind: str
) -> None:
    assert before in LAB
    result = imported(project_of({"lab.csv": ROWS}, {"lab": LAB.replace(before, after)}))
    assert asked(result)[answer] == kind
    assert not result.tables
    assert all(question.file == "lab.csv" for question in result.questions)


@pytest.mark.parametrize(
    ("cell", "instead", "answer", "kind"),
    [
        ("1.5", "<0.5", 'fields.carbon.words."<"', "censored"),
        ("1.5", "1.5*", 'fields.carbon.words."mark"', "marked"),
        ("1.5", '"1,5"', 'fields.carbon.words."comma"', "number-as-text"),
        ("1.5", "n.b.", 'fields.carbon.words."n.b."', "no-number"),
        ("1.5", "", 'fields.carbon.words."empty"', "missing"),
        ("2021-10-01\n", "10/09/2021\n", "fields.sampled_on.order", "date"),
        ("2021-10-01\n", "\n", 'fields.sampled_on.words."empty"', "missing"),
        ("P-01,0", "P-09,0", 'fields.point.words."P-09"', "no-match"),
        ("P-01,0", "p 1,0", "decide.ids", "ids"),
        ("15,30", "0,15", "decide.duplicates", "duplicate"),
    ],
)
def test_a_cell_that_is_no_plain_value_is_asked_about(
    project_of: Maker, cell: str, instead: str, answer: str, kind: str
) -> None:
    rows = ROWS.decode().replace(cell, instead, 1).encode()
    result = imported(project_of({"lab.csv": rows}, {"lab": LAB}))
    assert asked(result)[answer] == kind
    question = next(one for one in result.questions if one.answer.endswith(answer))
    assert question.places[0] in ("line 2", "line 3")
    assert not result.tables


def test_answers_are_logged_with_what_they_did(project_of: Maker) -> None:
    words = '{ column = "oc", unit = "%", is = "organic", words = { "<" = "half the limit" } }'
    text = LAB.replace('{ column = "oc", unit = "%", is = "organic" }', words)
    folder = project_of({"lab.csv": ROWS.replace(b"1.5", b"<0.5")}, {"lab": text})
    result = imported(folder)
    write_import(folder, result)
    log = (folder / "imports" / "log.csv").read_text(encoding="utf-8").splitlines()
    assert log[1] == "lab,lab.csv,line 2,oc,<0.5,half the limit,2.5"
    assert "0,15,2.5,lab" in (folder / "core_increments.csv").read_text(encoding="utf-8")


def test_a_table_that_is_there_is_never_written_over(project_of: Maker) -> None:
    folder = project_of({"lab.csv": ROWS}, {"lab": LAB})
    (folder / "core_increments.csv").write_text("typed by hand\n", encoding="utf-8")
    result = imported(folder)
    assert [finding.code for finding in result.findings] == ["import-table-there"]
    assert result.is_open


def test_faults_of_form_come_all_at_once(project_of: Maker) -> None:
    text = LAB.replace("[decide]", "[decide]\nrole_ = 1\n") + '\n[surprise]\nkey = "x"\n'
    from mollisol.methodology.findings import FindingsError

    with pytest.raises(FindingsError) as caught:
        imported(project_of({"lab.csv": ROWS}, {"lab": text}))
    assert {finding.code for finding in caught.value.findings} == {"import-mapping"}
    assert {finding.where.thing for finding in caught.value.findings} == {"surprise", "decide.role_"}


def test_a_raw_file_that_is_missing_is_told(project_of: Maker) -> None:
    result = imported(project_of({"other.csv": ROWS}, {"lab": LAB}))
    assert [finding.code for finding in result.findings] == ["import-raw-missing"]


def test_gaps_between_increments_are_findings(project_of: Maker) -> None:
    result = imported(project_of({"lab.csv": ROWS.replace(b"15,30", b"20,30")}, {"lab": LAB}))
    (found,) = result.findings
    assert (found.code, found.found) == ("import-horizons", "P-01, campaign 2021: gap between 15 and 20 cm")


def test_overlaps_between_increments_are_findings(project_of: Maker) -> None:
    result = imported(project_of({"lab.csv": ROWS.replace(b"15,30", b"12,30")}, {"lab": LAB}))
    (found,) = result.findings
    assert (found.code, found.found) == (
        "import-horizons",
        "P-01, campaign 2021: overlap between 15 and 12 cm",
    )


def test_one_mapping_alone_keeps_the_tables_of_others(project_of: Maker) -> None:
    schedule = """
kind = "schedule"
file = "years.csv"
[fields]
year = { column = "harvest", shift = -1 }
crop = "crop"
unit = { value = "farm" }
[decide]
absent = "no"
"""
    raw = {"lab.csv": ROWS, "years.csv": b"harvest,crop\n2022,wheat\n"}
    folder = project_of(raw, {"lab": LAB, "years": schedule})
    write_import(folder, imported(folder))
    kept = (folder / "core_increments.csv").read_bytes()
    (folder / "imports" / "years.toml").write_text(schedule.replace("-1", "0"), encoding="utf-8")
    write_import(folder, imported(folder, "years"))
    assert (folder / "core_increments.csv").read_bytes() == kept
    assert "farm,project,2022,wheat" in (folder / "schedule_of_activities.csv").read_text(encoding="utf-8")
    provenance = (folder / "imports" / "provenance.csv").read_text(encoding="utf-8")
    assert "core_increments.csv,2021|P-01|0,lab.csv,line 2" in provenance
    assert "schedule_of_activities.csv,farm|project|2022,years.csv,line 2" in provenance


def test_total_carbon_organic_matter_and_moisture_by_hand(project_of: Maker) -> None:
    """2 % total less 0.4 % inorganic; 3 % matter x 0.5; both of soil with 20 % water: 20 and 18.75 g/kg."""
    rows = b"id,top,bottom,tc,tic,om,bd,date,w\nP-01,0,15,2,0.4,,1.3,2021-10-01,20\nP-02,0,15,,,3,1.3,2021-10-01,20\n"
    carbon = """[
  { column = "tc", unit = "%", is = "total" },
  { column = "om", unit = "%", is = "matter", factor = 0.5 },
]
inorganic = { column = "tic", unit = "%" }
moisture = { column = "w", unit = "%", is = "of moist soil" }"""
    text = LAB.replace("[decide]", '[decide]\nmoist = ["carbon"]').replace(
        '{ column = "oc", unit = "%", is = "organic" }', carbon
    )
    result = imported(project_of({"lab.csv": rows}, {"lab": text}))
    lines = result.tables["core_increments.csv"].decode().splitlines()
    assert [line.split(",")[6] for line in lines[1:]] == ["20", "18.75"]


def test_one_column_a_depth(project_of: Maker) -> None:
    rows = b"id,date,OC 0-15 cm,OC 15-30 cm,BD 0-15 cm,BD 15-30 cm\nP-01,2021-10-01,1.5,1.1,1.3,1.4\n"
    text = (
        LAB.replace(
            "[fields]",
            """[read]
blocks = { read = '^(?P<name>\\w+) (?P<block>\\d+-\\d+) cm$', column = "layer" }
split = { column = "layer", read = '(?P<top>\\d+)-(?P<bottom>\\d+)' }
[fields]""",
        )
        .replace('"oc"', '"OC"')
        .replace('"bd"', '"BD"')
    )
    result = imported(project_of({"lab.csv": rows}, {"lab": text}))
    assert result.tables["core_increments.csv"].decode().splitlines()[1:] == [
        "2021,P-01,P-01-2021,2021-10-01,0,15,15,lab,1.3",
        "2021,P-01,P-01-2021,2021-10-01,15,30,11,lab,1.4",
    ]


def test_nothing_is_read_that_no_mapping_declares(project_of: Maker, tmp_path: Path) -> None:
    folder = project_of({"lab.csv": ROWS, "secret.csv": b"x\n1\n"}, {"lab": LAB})
    write_import(folder, imported(folder))
    assert "secret" not in (folder / "imports" / "lock.json").read_text(encoding="utf-8")


def test_what_our_tables_do_not_allow_is_told_at_its_place_in_the_raw_file(project_of: Maker) -> None:
    """A report in g/kg read as %: 150 g/kg times ten is no soil."""
    rows = ROWS.replace(b"1.5", b"60.5")
    result = imported(project_of({"lab.csv": rows}, {"lab": LAB}))
    fault = next(finding for finding in result.findings if finding.code == "value-out-of-range")
    assert (fault.where.file, fault.where.thing, fault.where.column) == (
        "raw/lab.csv",
        "line 2",
        "soc_g_per_kg",
    )
    assert result.is_open
    assert not result.tables


def test_the_rule_for_limits_is_told_in_tonnes(project_of: Maker) -> None:
    """Two points, one below 5 g/kg in 15 cm of 1.3 g/cm3: 5 x 1.3 x 15 x 0.1 / 2 = 4.875 t C/ha between the ends."""
    words = '{ column = "oc", unit = "%", is = "organic", words = { "<" = "half the limit" } }'
    text = LAB.replace('{ column = "oc", unit = "%", is = "organic" }', words)
    rows = ROWS.replace(b"1.5", b"<0.5") + b"P-02,0,15,1.4,1.2,2021-10-01\n"
    result = imported(project_of({"lab.csv": rows}, {"lab": text}))
    assert (
        "0-15 cm, campaign 2021: 2 increments, 8.25 (sd 8.1) g C/kg, fine soil 1.25 (sd 0.071) g/cm3"
        in result.lines
    )
    assert result.lines[-1] == (
        "campaign 2021: 1 contents below a limit count as half the limit; "
        "zero -2.4 t C/ha, summed over strata, the limit +2.4 t C/ha, summed over strata"
    )


@pytest.mark.parametrize(
    ("before", "after", "code", "word"),
    [
        ('point = "id"', 'point = { column = "id", crosswalk = "none.csv" }', "import-mapping", "none.csv"),
        ('point = "id"', 'point = { column = "id", read = "(" }', "import-file", "read:"),
        (
            'point = "id"',
            'point = { column = "id", read = "P", write = "{1}" }',
            "import-file",
            "write names groups",
        ),
        ('point = "id"', 'point = "nowhere"', "import-file", "no column 'nowhere'"),
        ('point = "id"', "point = 5", "import-mapping", "point = 5"),
        ('unit = "%"', 'unit = ["%"]', "", ""),
        ('"organic"', '"organic", factor = "x"', "", ""),
        ('file = "lab.csv"', 'file = "lab.csv"\nkind = "x"', "import-mapping", ""),
        ('kind = "laboratory"', 'kind = "lab"', "import-mapping", "'lab'"),
        ('kind = "laboratory"', 'preset = "nobody"\nkind = "laboratory"', "import-mapping", "'nobody'"),
        ("[decide]", "[read]\nheader = 99\n[decide]", "import-file", "no names of columns"),
        ("[decide]", '[read]\nencoding = "none"\n[decide]', "import-file", "no encoding"),
        ("[decide]", '[read]\nformat = "none"\n[decide]', "import-file", "format 'none'"),
        (
            "[decide]",
            '[read]\njoin = { file = "x.csv", column = "id", matches = "y" }\n[decide]',
            "import-file",
            "raw/",
        ),
    ],
)
def test_a_mapping_that_is_wrong_is_told_in_words(
    project_of: Maker, before: str, after: str, code: str, word: str
) -> None:
    from mollisol.methodology.findings import FindingsError

    folder = project_of({"lab.csv": ROWS}, {"lab": LAB.replace(before, after)})
    try:
        result = imported(folder)
    except FindingsError as error:
        found = error.findings
    else:
        found = result.findings
        assert result.is_open or not code
    if code:
        assert code in {one.code for one in found}
        assert word in " ".join(f"{one.found} {one.do} {one.allowed}" for one in found)

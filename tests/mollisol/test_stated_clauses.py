"""Every clause that asks for a statement: silence, an answer that is not allowed and a missing document are told."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

from mollisol.engine import assess_project
from mollisol.methodology.findings import Finding
from tests.support.modelled_project import write_modelled_project
from tests.support.statements import state_all, table_of_clauses

CLAUSES = table_of_clauses()
FARM = Path(__file__).parents[2] / "examples" / "mixed-farm"
FIELDS = "field,farm,instance,stratum,area_ha,joined_on,left_on,reason\n"
SENSOR = """
[[project.laboratory_methods]]
id = "infrared"
kind = "mid_infrared"
laboratory = "none: constructed"
"""
ATTESTED = """
[[evidence]]
place = "arable"
fact = "dung"
kind = "quantitative"
level = 3
signed_attestation = true
close_to_similar_fields = true
look_back_years = 3
"""
type Told = Mapping[str, Sequence[Finding]]


def _change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    changed = re.sub(old, new, text, count=1)
    assert changed != text, (path.name, old)
    path.write_text(changed, encoding="utf-8")


def _farm(folder: Path) -> Path:
    """Write the farm with a thing of each kind that clauses are on, and with no statement."""
    shutil.copytree(FARM, folder)
    _change(folder / "project.toml", r"proficiency_test = .*\n", "")
    _change(
        folder / "project.toml",
        r"\n\[\[project.monitoring_periods",
        SENSOR + r"\n[[project.monitoring_periods",
    )
    _change(folder / "strata.csv", r"(?s).*", "stratum,quantification_unit,area_ha,shallow_soil_depth_cm\n"
            "arable,arable,60,\ngrass,grass,40,\nmixed,mixed,50,28\n")  # fmt: skip
    for unit, kind in (("arable", "degraded_land"), ("grass", "integrated_system")):
        old = rf'(\[\[land_use\]\]\nplace = "{unit}"\n)'
        _change(folder / "eligibility.toml", old, rf'\1exception = "{kind}"\n')
    with (folder / "eligibility.toml").open("a", encoding="utf-8") as stream:
        stream.write(ATTESTED)
    _change(
        folder / "evidence" / "register.csv", r"evidence/farm-accounts.txt,\w+,invoice,liming.csv.*\n", ""
    )
    _change(folder / "evidence" / "register.csv", r"evidence/statements.txt.*\n", "")
    (folder / "fields.csv").write_text(
        FIELDS
        + "f1,,north,arable,60,2021-10-01,,\nf2,,south,grass,40,2021-10-01,,\nf3,,south,mixed,50,2021-10-01,,\n"
    )
    return folder


def _modelled(folder: Path) -> Path:
    """Write a project under measure and model with an instance."""
    write_modelled_project(folder)
    (folder / "fields.csv").write_text(
        FIELDS + "f1,,north,loam,80,2016-10-01,,\nf2,,south,sand,40,2016-10-01,,\n"
    )
    return folder


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Told]:
    """Give a function that returns what is found on clauses under a way of stating them, by clause."""
    known: dict[str, dict[str, list[Finding]]] = {}

    def find(how: str) -> Told:
        if how not in known:
            found: dict[str, list[Finding]] = {}
            for write in (_farm, _modelled):
                folder = state_all(write(tmp_path_factory.mktemp(f"stated-{how}") / "project"), how)
                for one in assess_project(folder).findings:
                    if one.code.startswith("clause-"):
                        found.setdefault(one.where.thing.partition(" of ")[0], []).append(one)
            known[how] = found
        return known[how]

    return find


@pytest.mark.parametrize("clause", CLAUSES, ids=lambda clause: clause["id"])
def test_a_clause_that_is_not_kept_is_told(clause: Mapping[str, str], told: Callable[[str], Told]) -> None:
    for how, code, severity in (
        ("silent", "clause-undeclared", clause["missing"]),
        ("answers", "clause-broken", clause["broken"]),
        ("documents", "clause-undocumented", clause["missing"] if clause["document"] else ""),
    ):
        found = [one for one in told(how).get(clause["id"], ()) if one.code == code]
        assert {one.severity for one in found} == ({severity} if severity else set()), how
        assert {one.clause for one in found} <= {clause["part"]}


@pytest.mark.parametrize("clause", CLAUSES, ids=lambda clause: clause["id"])
def test_a_clause_that_is_kept_is_left_in_peace(
    clause: Mapping[str, str], told: Callable[[str], Told]
) -> None:
    assert list(told("").get(clause["id"], ())) == []

"""One bad value in a column of the schedule, beside declared eligibility: findings, and no error of another kind."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from mollisol.engine import assess_project

FARM = Path(__file__).resolve().parents[2] / "examples" / "mixed-farm"
SCHEDULE = "schedule_of_activities.csv"


@pytest.mark.slow
@pytest.mark.parametrize("value", ["-7e9", "text", "", "1e400"])
def test_in_the_schedule_with_eligibility(value: str) -> None:
    files = {str(path.relative_to(FARM)): path.read_bytes() for path in FARM.rglob("*") if path.is_file()}
    header, first, *rest = csv.reader(io.StringIO(files[SCHEDULE].decode("utf-8-sig"), newline=""))
    for place in range(len(header)):
        out = io.StringIO(newline="")
        spoiled = [*first[:place], value, *first[place + 1 :]]
        csv.writer(out, lineterminator="\n").writerows([header, spoiled, *rest])
        assert assess_project({**files, SCHEDULE: out.getvalue().encode()}).findings

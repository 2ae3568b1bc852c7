"""What needs more than one fault: seeds that follow, spares that replace, distances."""

from __future__ import annotations

import hashlib
from datetime import date

import numpy as np
import pytest

from mollisol.engine import assess_project
from mollisol.methodology.measurement import PlanHead, PlannedStratum
from mollisol.questions.plan import metres_between, seed_of
from tests.broken.conftest import CASES, Breaker
from tests.broken.conftest import broken as broken


def test_a_public_seed_follows_from_strata_and_value() -> None:
    head = PlanHead(
        made_on=date(2021, 8, 15),
        depth_cm=50.0,
        interval_years=5.0,
        seed=0,
        public_value="27 balls",
        strata=(PlannedStratum(stratum="loam", area_ha=80.0),),
    )
    assert seed_of(head) == int(hashlib.sha256(b"loam,80.0\n27 balls").hexdigest()[:8], 16)


def test_a_degree_of_latitude_is_about_111_km_also_across_the_date_line() -> None:
    one, other = np.array([[7.0, 45.0], [179.9995, 0.0]]), np.array([[7.0, 45.001], [-179.9995, 0.0]])
    # meridian arc at 45 degrees by the WGS 84 ellipsoid: 111.13 m per 0.001 degree; equator: 111.32 m
    assert metres_between(one, other) == pytest.approx([111.13, 111.32], rel=2e-3)


def test_a_spare_may_take_the_place_of_a_point_that_was_lost(broken: Breaker) -> None:
    edits = CASES["plan-point-extra"]["edit"]
    planned = {
        "file": "plan/points.csv",
        "find": "S3,sand,,S3,spare",
        "put": "S3,sand,,S3,spare\nS4,sand,,S4,sample",
    }
    status = "point,status,campaign,reason\nS4,lost,2021,a pylon stands there\n"
    rows = [
        {"file": "sample_points.csv", "add": "S4,sand,,S4,,\n"},
        {"file": "point_status.csv", "text": status},
    ]
    codes = {item.code for item in assess_project(broken([*edits, planned, *rows])).findings}
    assert not {"plan-point-extra", "plan-point-missing"} & codes

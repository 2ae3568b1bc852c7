"""Sums over ten small projects against a dense covariance: what is shared has correlation 1, all else has none."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from statistics import NormalDist

import numpy as np
import pytest

from mollisol.methodology.findings import UserError
from mollisol.portfolio.store import Row, Store, opened
from mollisol.portfolio.sums import sums_of

PROJECTS = [f"p{n}" for n in range(10)]
LABORATORY = {"p0": "a", "p1": "a", "p2": "b", "p3": "b", "p4": "c", "p5": "a"}
MODEL = {"p6": "set@1", "p7": "set@1", "p8": "set@2"}
FACTOR = {"p0": -1.0, "p4": 1.0, "p9": 1.0}
SAME_CONTROLS = ("p8", "p9")
SIZES: dict[str, Collection[str]] = {"laboratory": LABORATORY, "model": MODEL, "factor EF1": FACTOR}
SOURCES = ("laboratory", "model", "factor EF1", "control sites", "between fields")


def error_rows() -> list[Row]:
    """Return errors of ten projects with two periods each."""
    dice = np.random.default_rng(14)
    return [
        {
            "project": project,
            "period": period,
            "source": source,
            "standard_error_t": float(dice.uniform(5, 50))
            * (FACTOR[project] if source == "factor EF1" else 1.0),
        }
        for project in PROJECTS
        for period in ("1", "2")
        for source in SOURCES
        if source not in SIZES or project in SIZES[source]
    ]


def period_row(project: str, period: str) -> Row:
    """Return a period of a project that credits 90 of 100 t."""
    numbers = {"area_ha": 1.0, "gross_t": 98.0, "deducted_t": 10.0, "other_terms_t": 2.0, "buffer_t": 0.0}
    units = {"verified_t": 90.0, "units_to_issue_t": 0, "units_if_eligible_t": 90}
    days = {"first": "2020-01-01", "last": "2024-12-31", "state": "provisional"}
    return {"project": project, "period": period, **days, **numbers, **units}


@pytest.fixture
def errors(tmp_path: Path) -> tuple[Path, list[Row]]:
    """Return a store with ten projects, and their errors."""
    rows = error_rows()
    labels = [
        ("laboratory", LABORATORY),
        ("model", MODEL),
        ("factor EF1", dict.fromkeys(FACTOR, "row of EF1")),
    ]
    overlap = {"land_ha": 0.0, "controls": 3, "points": 0, "profiles": 0, "words": ""}
    with opened(tmp_path / "store", new=True) as store:
        store.write(
            {
                "period": [period_row(project, period) for project in PROJECTS for period in ("1", "2")],
                "error": rows,
                "shared": [
                    {"project": project, "source": source, "label": label}
                    for source, own in labels
                    for project, label in own.items()
                ],
                "overlap": [{"one": SAME_CONTROLS[0], "other": SAME_CONTROLS[1], **overlap}],
            }
        )
    return tmp_path / "store", rows


def same_error(one: Row, other: Row) -> bool:
    """Return whether two errors are one, said by hand from the tables above."""
    if one["source"] != other["source"]:
        return False
    pair = {one["project"], other["project"]}
    names = {"laboratory": LABORATORY, "model": MODEL, "factor EF1": dict.fromkeys(FACTOR, "EF1")}.get(
        one["source"], {}
    )
    if one["source"] == "control sites" and pair <= set(SAME_CONTROLS):
        return True
    return len(pair) == 1 or len({names.get(project, project) for project in pair}) == 1


def test_the_variance_is_that_of_a_dense_covariance(errors: tuple[Path, list[Row]]) -> None:
    place, rows = errors
    size = np.array([row["standard_error_t"] for row in rows])
    shared = np.array([[same_error(one, other) for other in rows] for one in rows], float)
    alone = np.array(
        [[(a["source"], a["project"]) == (b["source"], b["project"]) for b in rows] for a in rows], float
    )
    assert np.linalg.eigvalsh(shared).min() > -1e-9  # such errors can be
    with opened(place) as store:
        found = sums_of(store)["computed"]
    assert found is not None
    for spread, correlation in ((found.shared, shared), (found.independent, alone)):
        covariance = size[:, None] * correlation * size[None, :]
        error = float(covariance.sum()) ** 0.5
        assert spread.standard_error_t == pytest.approx(error, rel=1e-12)
        chance = 1 - NormalDist(2000.0, error).cdf(1800.0)
        assert spread.chance_reached == pytest.approx(chance, rel=1e-9)
    assert found.shared.standard_error_t > found.independent.standard_error_t
    assert (found.projects, found.periods, found.true_t, found.credited_t) == (10, 20, 2000.0, 1800.0)


def test_groups_are_named_with_what_they_cost(errors: tuple[Path, list[Row]]) -> None:
    place, rows = errors
    with opened(place) as store:
        found = sums_of(store)["computed"]
    assert found is not None
    told = {(one.source, one.labels): one for one in found.together}
    assert set(told) == {
        ("laboratory", ("a",)),
        ("laboratory", ("b",)),
        ("model", ("set@1",)),
        ("factor", ("row of EF1",)),
        ("control sites", ("control points at one place",)),
    }
    own = [row for row in rows if row["source"] == "laboratory" and LABORATORY[row["project"]] == "a"]
    one = told["laboratory", ("a",)]
    assert one.projects == 3
    assert one.shared_t == pytest.approx(sum(row["standard_error_t"] for row in own))
    by_project = {
        p: sum(row["standard_error_t"] for row in own if row["project"] == p) for p in ("p0", "p1", "p5")
    }
    assert one.independent_t == pytest.approx(sum(size**2 for size in by_project.values()) ** 0.5)


def test_projects_hang_together_by_way_of_others(tmp_path: Path) -> None:
    """One has laboratories a and b, two others one of them each: all three share."""
    labels = [("p0", "a"), ("p1", "a"), ("p1", "b"), ("p2", "b")]
    with opened(tmp_path / "store", new=True) as store:
        store.write(
            {
                "period": [period_row(project, "1") for project in ("p0", "p1", "p2")],
                "error": [
                    {"project": project, "period": "1", "source": "laboratory", "standard_error_t": 10.0}
                    for project in ("p0", "p1", "p2")
                ],
                "shared": [{"project": p, "source": "laboratory", "label": label} for p, label in labels],
            }
        )
        found = sums_of(store)["computed"]
    assert found is not None
    assert found.shared.standard_error_t == pytest.approx(30.0)
    assert found.independent.standard_error_t == pytest.approx(300.0**0.5)


def test_nothing_credits_and_nothing_varies(tmp_path: Path) -> None:
    with opened(tmp_path / "store", new=True) as store:
        assert sums_of(store) == {"eligible": None, "computed": None}
        store.write({"period": [period_row("p0", "1")]})
        found = sums_of(store)["computed"]
    assert found is not None
    assert (found.shared.standard_error_t, found.shared.chance_reached) == (0.0, 1.0)


def test_rows_are_written_all_or_none(tmp_path: Path) -> None:
    import duckdb

    with opened(tmp_path / "store", new=True) as store:
        store.write({"shared": [{"project": "p0", "source": "laboratory", "label": "a"}]})
        with pytest.raises(duckdb.Error):
            store.write(
                {"shared": [{"project": "p0", "source": "model", "label": "m"}], "period": [{"no": 1}]},
                project="p0",
            )
        assert _labels(store) == ["a"]


def _labels(store: Store) -> list[str]:
    return [row["label"] for row in store.rows("select label from shared")]


def test_folders_of_one_name_are_told_apart(tmp_path: Path) -> None:
    folders = [tmp_path / place / "farm" for place in ("a", "b", "c")]
    for folder in folders:
        folder.mkdir(parents=True)
        (folder / "project.toml").write_text("")
    with opened(tmp_path / "store", new=True) as store:
        assert store.add(folders[:2]) == ["farm", "farm-2"]
        assert store.add([folders[2], folders[1], folders[2]]) == ["farm-3", "farm-2", "farm-3"]
        with pytest.raises(UserError, match="nothing was added"):
            store.add([tmp_path])
    with pytest.raises(UserError, match="is no portfolio"), opened(tmp_path / "elsewhere"):
        pass
    with pytest.raises(UserError, match="is a project or a bundle"), opened(folders[0], new=True):
        pass

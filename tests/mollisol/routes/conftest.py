"""Measured projects whose carbon was predicted, with samples of known offset, slope and scatter."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

from tests.support.projects import FOUR_SITES, Layout, write_project

MIR = """
[[project.laboratory_methods]]
id = "{id}"
kind = "mid_infrared"
laboratory = "a test"
calibration_model = "partial least squares 3"
instrument = "{instrument}"
sample_matrix = "dried, below 2 mm, ground"
"""
PREDICTED = (10.0, 20.0, 30.0, 40.0)
OFF_LINE = (1.0, -1.0, -1.0, 1.0)
"""Sums to 0, and to 0 times the predictions: on top of any line, it changes neither offset nor slope."""


def validation(
    scatter: float, *, method: str = "mir", times: int = 5, offset: float = 0.0, slope: float = 1.0
) -> list[str]:
    """Give rows of four predictions, so many times, with reference = offset + 25 + slope (p - 25) + scatter."""
    return [
        f"{method},v{again}-{number},{p!r},{offset + 25 + slope * (p - 25) + scatter * e!r}"
        for again in range(times)
        for number, (p, e) in enumerate(zip(PREDICTED, OFF_LINE, strict=True))
    ]


def with_methods(
    folder: Path, rows: Sequence[str], method_of: Callable[[str, str], str], more: Mapping[str, str]
) -> Path:
    """Predict increments by methods, from campaign and point; ``more`` gives the instrument of each method."""
    head = folder / "project.toml"
    text = head.read_text(encoding="utf-8")
    for id, instrument in more.items():
        text += MIR.format(id=id, instrument=instrument)
    head.write_text(text, encoding="utf-8")
    cores = folder / "core_increments.csv"
    first, *lines = cores.read_text(encoding="utf-8").splitlines()
    edited = [first]
    for line in lines:
        campaign, point, *_ = line.split(",")
        edited.append(line.replace(",dumas,", f",{method_of(campaign, point)},"))
    cores.write_text("\n".join([*edited, ""]), encoding="utf-8")
    if rows:
        table = ["laboratory_method,sample,predicted_soc_g_per_kg,reference_soc_g_per_kg", *rows, ""]
        (folder / "spectroscopy_validation.csv").write_text("\n".join(table), encoding="utf-8")
    return folder


type Maker = Callable[..., Path]


@pytest.fixture
def predicted(tmp_path: Path) -> Maker:
    """Give a function that writes the four-site project, predicted by ``mir`` throughout unless told otherwise."""
    made: list[Path] = []

    def make(
        rows: Sequence[str],
        method_of: Callable[[str, str], str] = lambda _campaign, _point: "mir",
        instruments: Mapping[str, str] | None = None,
        layout: Layout = FOUR_SITES,
    ) -> Path:
        folder = write_project(tmp_path / f"project-{len(made)}", layout)
        made.append(with_methods(folder, rows, method_of, instruments or {"mir": "one"}))
        return made[-1]

    return make

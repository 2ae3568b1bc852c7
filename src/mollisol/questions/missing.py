"""Zeros where nothing was measured: soil in which something grows holds carbon."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from mollisol.methodology.checks.sampling import INCREMENTS
from mollisol.methodology.findings import Finding, Place, Severity, finding
from mollisol.methodology.project import Project


def check_zeros(project: Project) -> Iterator[Finding]:
    """Yield contents of exactly 0, by campaign and depth; a refusal where another campaign has more at a place."""
    cores = project.core_increments
    content = cores.column("soc_g_per_kg").numbers()
    for (upper,), at_depth in cores.groups("upper_cm").items():
        zero = [place for place in at_depth if content[place] == 0]
        if not zero:
            continue
        points, campaigns = (cores.column(name).values() for name in ("point", "campaign"))
        elsewhere = {points[place]: content[place] for place in at_depth if content[place] > 0}
        for campaign in dict.fromkeys(campaigns[place] for place in zero):
            rows = [place for place in zero if campaigns[place] == campaign]
            paired = [place for place in rows if points[place] in elsewhere]
            state = f"{len(rows)} contents of exactly 0 from {upper:g} cm, campaign {campaign}"
            if paired:
                found = np.array([elsewhere[points[place]] for place in paired])
                state += (
                    f", where {len(paired)} of the points have {found.min():g} to {found.max():g} in another"
                )
            yield finding(
                "carbon-zero",
                Place(file=INCREMENTS, row=int(cores.row_numbers[rows[0]]), column="soc_g_per_kg"),
                state,
                severity=Severity.REFUSAL if paired else Severity.WARNING,
                more=len(rows) - 1,
            )

"""The chapters that the monitoring report can have; a programme says which it has, and in what order."""

from __future__ import annotations

from typing import Final, NamedTuple


class Chapter(NamedTuple):
    """A chapter of the page: its anchor, which is also its file, and its heading."""

    id: str
    title: str


CHAPTERS: Final = (
    Chapter("project", "Project and period"),
    Chapter("implementation", "Implementation"),
    Chapter("data", "Data and parameters"),
    Chapter("stocks", "Quantification of stocks"),
    Chapter("baseline", "Baseline and control sites"),
    Chapter("deduction", "Uncertainty"),
    Chapter("sources", "Emission sources"),
    Chapter("leakage", "Leakage"),
    Chapter("vintages", "Reductions and removals by vintage"),
    Chapter("deviations", "Deviations"),
    Chapter("findings", "Findings"),
    Chapter("annex", "Annex: strata, areas, points and statements"),
    Chapter("equations", "Annex: equations used"),
    Chapter("rules", "Annex: rules used"),
    Chapter("switches", "Annex: printed and corrected forms"),
    Chapter("files", "Annex: versions and files"),
    Chapter("trace", "Annex: trace"),
)

"""The documents of the evidence register, held by the auditor against the hashes that a bundle has of them."""

from __future__ import annotations

from pathlib import Path

from mollisol.methodology.project import EVIDENCE_FILE, Project
from mollisol.reading.intake import Intake
from mollisol.verify.compare import Comparison

_SHOWN = 16


def compare_evidence(project: Project, folder: Path, comparison: Comparison) -> int:
    """Enter each document that is missing, or not the one that was registered; return how many were looked at.

    Parameters
    ----------
    project
        The project of the bundle.
    folder
        Where the documents are, by the paths of the register.
    comparison
        Where differences are entered.
    """
    intake = Intake(folder)
    rows = project.evidence.distinct("file", "sha256")
    for file, registered in rows:
        found = intake.digest(file)
        if found is None:
            comparison.add(
                "evidence-file-missing", f"{EVIDENCE_FILE}: {file}", registered[:_SHOWN], "no such file"
            )
        elif found[1] != registered:
            comparison.add(
                "evidence-changed", f"{EVIDENCE_FILE}: {file}", registered[:_SHOWN], found[1][:_SHOWN]
            )
    return len(rows)

"""An export that exists in this test alone: one line for each period."""

from mollisol.templates.output import Report


def units(report: Report) -> dict[str, bytes]:
    lines = (f"{period.name},{period.units_to_issue_t}\n" for period in report.model.results.periods)
    return {"units.csv": "".join(lines).encode()}

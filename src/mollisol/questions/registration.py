"""The dates of the project against those of the documents that it says it stands on."""

from __future__ import annotations

from collections.abc import Collection

from mollisol.methodology.context import Context
from mollisol.methodology.findings import Finding, Place, finding


def question_registration(context: Context, documents: Collection[str]) -> list[Finding]:
    """Return a finding for each document of which no such edition was there on the day of registration.

    An edition is there from the first day of its rules; corrections that a rule set adds later do not move it.

    Parameters
    ----------
    documents
        Those that a project is registered under.
    """
    head, rule_set = context.project.head, context.rules.rule_set
    findings = []
    for name in documents:
        held = [rule for rule in rule_set.rules.values() if rule.document == name]
        first = min((value.start for rule in held for value in rule.value), default=head.registered_on)
        if head.registered_on < first:
            found = f"registered {head.registered_on}, {name} {rule_set.head.documents[name].edition} is of {first}"
            where = Place(file="project.toml", thing="registered_on")
            findings.append(finding("edition-after-registration", where, found))
    return findings

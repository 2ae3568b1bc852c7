"""The dates of the project against those of the documents that it says it stands on."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from mollisol.methodology.context import Context
from mollisol.methodology.findings import Finding, Place, finding
from mollisol.methodology.rules_in_force.rule import RuleSetHead


def question_registration(
    context: Context, documents: Collection[str], heads: Iterable[RuleSetHead]
) -> list[Finding]:
    """Return a finding for each document of which no such edition was there on the day that counts, or a newer one was.

    That is the day on which registration was asked for where it is stated, else that of registration. An edition is
    there from the first day of its rules; corrections that a rule set adds later do not move it.

    Parameters
    ----------
    documents
        Those that a project is registered under.
    heads
        Of the rule sets that the programme has.
    """
    head, rule_set = context.project.head, context.rules.rule_set
    thing = "registration_requested_on" if head.registration_requested_on else "registered_on"
    asked, where = (
        head.registration_requested_on or head.registered_on,
        Place(file="project.toml", thing=thing),
    )
    findings = []
    for name in documents:
        own = rule_set.head.documents[name]
        held = [rule for rule in rule_set.rules.values() if rule.document == name]
        first = min((value.start for rule in held for value in rule.value), default=asked)
        others = [one.documents[name] for one in heads if name in one.documents]
        newer = [
            one
            for one in others
            if own.dated < one.dated <= asked and one.edition != own.edition and "draft" not in one.edition
        ]
        if asked < first:
            found = f"registered {asked}, {name} {own.edition} is of {first}"
            findings.append(finding("edition-after-registration", where, found))
        for one in newer[:1]:
            found = f"{asked}, under {name} {own.edition}; {one.edition} is of {one.dated}"
            findings.append(finding("edition-superseded", where, found))
    return findings

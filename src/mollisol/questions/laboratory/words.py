"""What the words of a laboratory method say of its values: held against its declarations, never instead of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from mollisol.methodology.findings import Finding, Place, Severity, finding
from mollisol.methodology.measurement import LaboratoryMethod
from mollisol.methodology.rules_in_force.rule_set import RulesInForce

_KEPT_OUT: Final = re.compile(
    r"(carbonates?|inorganic c(arbon)?|lime|TIC)\s+(was |were |is |are |has been |have been )?"
    r"(removed|destroyed|subtracted|deducted|dissolved|taken off|corrected)"
    r"|(?<!no )(?<!not )(?<!without )\b(acidified|acidification|acid[- ](pre-?)?treat\w*|acid[- ]fumigat\w*|fumigat\w*)"
    r"|(removal|destruction|subtraction|dissolution) of (the )?(carbonates?|inorganic|lime)"
    r"|after (addition of )?(HCl|acid|sulfurous|phosphoric)|decarbonat\w*|less (total )?inorganic",
    re.I,
)
"""Words that say that inorganic carbon was kept out."""
_ABSENT: Final = re.compile(
    r"(no|free of|without any) (carbonates?|inorganic carbon|lime)\b|carbonate[- ]free|non-?calcareous|not calcareous",
    re.I,
)
"""Words that say that there is none."""
_LEFT_IN: Final = re.compile(
    r"(no|not|without|un)[- ]?(any |been )?(acid\w*|decarbonat\w*|HCl|fumigat\w*)"
    r"|(carbonates?|inorganic c(arbon)?|lime)\s+(was |were |is |are )?(not|never|un)\s?-?(removed|destroyed|subtracted"
    r"|corrected|taken off|excluded)|(includ\w+|with|plus) (carbonates?|inorganic)",
    re.I,
)
"""Words that say that it was not kept out."""
_PRESENT: Final = re.compile(
    r"effervesc\w*|fizz\w*|(?<!non-)(?<!non)(?<!not )\bcalcareous|calcaric"
    r"|carbonates? (are |is |was |were )?(present|found|visible)"
    r"|(?<!no )(?<!of )(?<!any )\b(chalk|limestone|marl|rendzina|loess with lime)\b",
    re.I,
)
"""Words that say that the soil holds carbonate."""
_ACIDITY: Final = re.compile(r"\bpH\s*(\([^)]*\))?\s*[a-z=:>.]{0,6}\s*(\d+([.,]\d+)?)", re.I)
_TOTAL: Final = re.compile(
    r"\btotal c(arbon)?\b|\bTC\b(?! ?- ?TIC)|\bC[ _-]?tot(al)?\b|gesamtkohlenstoff|carbone total", re.I
)
_MATTER: Final = re.compile(
    r"\b(soil )?organic matter\b|\bSOM\b|\bhumus\b|loss on ignition|mati[eè]re organique", re.I
)
_TAKEN_TO_CARBON: Final = re.compile(
    r"convert\w*|divided by 1[.,]7|/ ?1[.,]72|[x×*] ?0[.,]58|factor|van bemmelen", re.I
)


def question_words(method: LaboratoryMethod, rules: RulesInForce) -> Iterator[Finding]:
    """Yield what the name, the laboratory and the description of a method say against what it declares."""
    text = " | ".join(part for part in (method.id, method.description, method.laboratory) if part)
    yield from _carbonate(method, text, rules)
    if method.analyte == "undeclared":
        yield from _matter(method, text)


def _carbonate(method: LaboratoryMethod, text: str, rules: RulesInForce) -> Iterator[Finding]:
    left, present, total = (pattern.search(text) for pattern in (_LEFT_IN, _PRESENT, _TOTAL))
    for match in _ACIDITY.finditer(text):
        if float(match[2].replace(",", ".")) >= rules.number("mollisol.carbonate.least-ph"):
            present = present or match
    kept = bool(_KEPT_OUT.search(text)) and not left
    said = [match[0].strip() for match in (total, left, present) if match]
    if kept or _ABSENT.search(text) or not said:
        return
    declared = method.inorganic_carbon in ("none", "removed", "subtracted")
    where = Place(file="project.toml", thing=f"laboratory method {method.id}")
    found = (
        f"analyte {method.analyte}, inorganic carbon {method.inorganic_carbon}; the method says "
        f"{', '.join(repr(words) for words in said)}"
    )
    if not declared and method.analyte != "total":  # told by the declarations otherwise
        # Total carbon is organic carbon where there is no carbonate: by itself it is a question.
        severity = Severity.REFUSAL if left or present else Severity.WARNING
        yield finding("inorganic-carbon-unknown", where, found, severity=severity)
    elif declared and (left or (present and method.inorganic_carbon == "none")):
        yield finding("inorganic-carbon-unknown", where, found, severity=Severity.REFUSAL)


def _matter(method: LaboratoryMethod, text: str) -> Iterator[Finding]:
    """Yield a finding where a method determines organic matter and nobody says that its values are carbon."""
    word = _MATTER.search(text)
    if method.kind != "loss_on_ignition" and (word is None or _TAKEN_TO_CARBON.search(text)):
        return
    found = "loss on ignition" if method.kind == "loss_on_ignition" else repr(word[0] if word else "")
    yield finding(
        "analyte-undeclared",
        Place(file="project.toml", thing=f"laboratory method {method.id}, analyte"),
        f"{found} gives organic matter; whether the values are matter or carbon is not said: a factor of 1.7 to 2",
    )

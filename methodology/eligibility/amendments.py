"""Which organic amendments count as leakage (VM0042 v2.2 section 8.4.1)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from mollisol.methodology.base import DomainObject, Identifier, Text
from mollisol.methodology.findings import Finding, finding

type Kind = Literal["manure", "compost", "biosolids"]
type Exemption = Literal[
    "", "newly_made_on_site", "from_uncontrolled_anaerobic_storage", "not_used_on_soil_before"
]

_FOR: dict[str, frozenset[str]] = {
    "newly_made_on_site": frozenset({"manure", "compost"}),
    "from_uncontrolled_anaerobic_storage": frozenset({"manure"}),
    "not_used_on_soil_before": frozenset({"manure", "compost", "biosolids"}),
}


class OrganicAmendment(DomainObject):
    """One amendment of one year on the project area; amounts on one basis (fresh or dry) with the carbon content."""

    name: Identifier
    kind: Kind
    applied_t: Annotated[float, Field(ge=0, le=1e8, allow_inf_nan=False)]
    look_back_t: Annotated[float, Field(ge=0, le=1e8, allow_inf_nan=False)]
    exemption: Exemption = ""
    documented: bool = False
    evidence: Text = ""


def is_exempt(amendment: OrganicAmendment) -> bool:
    """Tell whether a documented exemption that fits the kind takes the amendment out of Eq. 33."""
    return (
        amendment.exemption != ""
        and amendment.documented
        and amendment.kind in _FOR.get(amendment.exemption, frozenset())
    )


def is_new_or_additional(amendment: OrganicAmendment) -> bool:
    """Tell whether the amendment triggers leakage: the field had none of it, or less."""
    return amendment.applied_t > amendment.look_back_t


def check_amendment(amendment: OrganicAmendment) -> list[Finding]:
    """Hold a claimed exemption against what it is for."""
    if not amendment.exemption or is_exempt(amendment):
        return []
    allowed = ", ".join(sorted(_FOR[amendment.exemption]))
    return [
        finding(
            "amendment-not-exempt",
            f"amendment {amendment.name}",
            f"{amendment.kind} {amendment.exemption.replace('_', ' ')}"
            + ("" if amendment.documented else ", not documented"),
            replace=amendment.exemption.replace("_", " "),
            allowed_name=allowed,
        )
    ]

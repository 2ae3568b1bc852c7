"""What projects have in common, in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mollisol.audit.overlap.found import Inside, Member, Near, Overlaps, Shared

_SHOWN = 5


def overlaps_in_words(result: Overlaps) -> list[str]:
    """Return overlaps as lines of text, the projects with most land in common first."""
    return [*_lines(result)]


def _lines(result: Overlaps) -> Iterator[str]:
    sure = sorted(
        (pair for pair in result.shared if pair.found), key=lambda pair: (-pair.land_ha, pair.one, pair.other)
    )
    chance = [pair for pair in result.shared if not pair.found]
    outlines, points, profiles = (
        sum(getattr(one, name) for one in result.projects) for name in ("outlines", "points", "profiles")
    )
    yield (
        f"{len(result.projects)} projects with {outlines} outlines, {points} points and {profiles} profiles; "
        f"{len(sure)} pairs have something in common"
    )
    for pair in sure:
        one, other = result.projects[pair.one], result.projects[pair.other]
        yield ""
        yield f"{one.place} ({one.name}) and {other.place} ({other.name})"
        yield from pair_in_words(pair, one, other)
    if chance:
        yield ""
        yield "May be chance:"
        for pair in chance[:_SHOWN]:
            if pair.values:
                first, second = (result.projects[number].place for number in (pair.one, pair.other))
                yield (
                    f"  {first} and {second}: {len(pair.values.pairs)} profiles agree in every number, "
                    f"{pair.values.expected:.2g} expected by chance"
                )
        if len(chance) > _SHOWN:
            yield f"  and {len(chance) - _SHOWN} pairs more"
    if result.notes:
        yield ""
        yield from result.notes


def pair_in_words(pair: Shared, one: Member, other: Member) -> Iterator[str]:
    """Yield what two projects have in common, a line for each kind."""
    if one.name == other.name:
        yield "  both have the same name: two rounds of one project share all of it"
    if pair.land:
        shares = (
            f"{pair.land_ha / one.hectares:.1%} of the one, {pair.land_ha / other.hectares:.1%} of the other"
        )
        parts = [f"{part.one} with {part.other} {part.area_ha:,.4g} ha" for part in pair.land]
        yield f"  land      {pair.land_ha:,.4g} ha on the ellipsoid ({shares}): {_some(parts)}"
    if controls := [item for item in pair.near if all(item.of_control)]:
        yield f"  controls  {len(controls)} control points at one place: {_some([_near(item) for item in controls])}"
    if points := [item for item in pair.near if not all(item.of_control)]:
        yield f"  points    {len(points)} at one place: {_some([_near(item) for item in points])}"
    if inside := [_inside(item) for item in pair.inside if item.of_control]:
        yield f"  treated   {len(inside)} control points on the other's land: {_some(inside)}"
    if inside := [_inside(item) for item in pair.inside if not item.of_control]:
        yield f"  inside    {len(inside)} points on the other's land: {_some(inside)}"
    if pair.values:
        told = [f"{left} = {right}" for left, right in pair.values.pairs]
        words = f"{len(told)} profiles agree in every number, {pair.values.expected:.2g} expected by chance"
        yield f"  values    {words}: {_some(told)}"


def _near(item: Near) -> str:
    sides = [
        f"{name}{' (control)' * of}" for name, of in zip((item.one, item.other), item.of_control, strict=True)
    ]
    return f"{sides[0]} and {sides[1]} {item.apart_m:.1f} m apart"


def _inside(item: Inside) -> str:
    return f"{item.point} in {item.stratum}"


def _some(words: Sequence[str]) -> str:
    return ", ".join(words[:_SHOWN]) + (f" and {len(words) - _SHOWN} more" if len(words) > _SHOWN else "")

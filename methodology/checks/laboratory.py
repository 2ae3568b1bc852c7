"""What a laboratory gave: figures that lack no other one, errors declared once, and repeats that show something."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from mollisol.methodology.checks.gathered import gathered
from mollisol.methodology.columns import Columns
from mollisol.methodology.findings import Finding, Place, finding
from mollisol.methodology.measurement import CoreIncrement, LaboratoryMethod, LaboratoryRepeat
from mollisol.methodology.project import Project

REPEATS: Final = "laboratory_repeats.csv"
DECLARED: Final = {
    "soc_g_per_kg": ("repeat_relative_sd", "batch_relative_sd"),
    "fine_soil_density_g_per_cm3": ("soil_mass_repeat_relative_sd", "soil_mass_batch_relative_sd"),
}
"""Column of the repeats and the keys of a laboratory method that it stands in for."""
INCREMENTS: Final = "core_increments.csv"
CARBON: Final = ("carbon_as_given_g_per_kg", "organic_matter_g_per_kg", "total_carbon_g_per_kg")
"""Where the carbon of an increment may stand as the laboratory gave it."""
DENSITY: Final = ("whole_soil_density_g_per_cm3", "fine_earth_density_g_per_cm3")
WEIGHED: Final = "moist_fine_soil_mass_g"
MATTER, SHARE_OF_MATTER = "organic_matter_g_per_kg", "carbon_share_of_matter"
BY_MASS, BY_VOLUME = "coarse_fragments_mass_fraction", "coarse_fragments_volume_fraction"
PARTICLES: Final = "particle_density_g_per_cm3"
_STONES: Final = (BY_MASS, BY_VOLUME)
_NEEDS: Final[Sequence[tuple[Sequence[str], Sequence[str]]]] = (
    ((MATTER,), (SHARE_OF_MATTER,)),
    ((SHARE_OF_MATTER,), (MATTER,)),
    (("total_carbon_g_per_kg",), ("inorganic_carbon_g_per_kg",)),
    (("below_limit",), CARBON),
    (("carbon_dry_matter_fraction",), CARBON),
    (DENSITY, _STONES),
    ((WEIGHED,), ("soil_dry_matter_fraction",)),
    (("soil_dry_matter_fraction",), (*DENSITY, WEIGHED)),
)
"""What a figure cannot do without: any of the second where there is any of the first."""
_ONE_OF: Final = (CARBON, (*DENSITY, WEIGHED), _STONES)


def check_laboratory(project: Project) -> list[Finding]:
    """Return the findings on repeats without a value, repeats that show no error, and errors that are given twice."""
    return [*_empty(project.laboratory_repeats), *_by_method(project)]


def repeats_of(project: Project, method: str, column: str) -> list[tuple[int, LaboratoryRepeat]]:
    """Return the rows that hold a value of a column for a method, with their numbers in the file."""
    return [
        (row, item)
        for row, item in enumerate(project.laboratory_repeats, start=2)
        if item.laboratory_method == method and getattr(item, column) is not None
    ]


def shows_repeats(rows: Iterable[tuple[int, LaboratoryRepeat]]) -> bool:
    """Return whether a sample was measured twice in one batch."""
    pairs = [(item.batch, item.sample) for _, item in rows]
    return len(set(pairs)) < len(pairs)


def shows_batches(rows: Iterable[tuple[int, LaboratoryRepeat]]) -> bool:
    """Return whether a sample was measured in two batches, and a batch holds two values."""
    batches: dict[str, set[str]] = defaultdict(set)
    values = 0
    for _, item in rows:
        batches[item.sample].add(item.batch)
        values += 1
    return any(len(of) > 1 for of in batches.values()) and values > len(set().union(*batches.values()))


def _empty(rows: Iterable[LaboratoryRepeat]) -> Iterable[Finding]:
    for number, item in enumerate(rows, start=2):
        if all(getattr(item, column) is None for column in DECLARED):
            yield finding("repeat-without-value", Place(file=REPEATS, row=number), "no value")


def _by_method(project: Project) -> Iterable[Finding]:
    for method in project.head.laboratory_methods:
        for column, keys in DECLARED.items():
            rows = repeats_of(project, method.id, column)
            if not rows:
                continue
            if not shows_repeats(rows) and not shows_batches(rows):
                yield finding(
                    "repeats-show-nothing",
                    Place(file=REPEATS, row=rows[0][0], column=column, thing=f"method {method.id}"),
                    f"{len(rows)} values, no sample twice in one batch and none in two batches",
                )
            twice = [key for key in keys if getattr(method, key) > 0]
            if twice:
                yield finding(
                    "laboratory-error-twice",
                    Place(file="project.toml", thing=f"laboratory method {method.id}, {twice[0]}"),
                    f"declared, and {len(rows)} repeats of {column} in {REPEATS}",
                )


def check_laboratory_figures(cores: Columns[CoreIncrement]) -> list[Finding]:
    """Return the findings on rows without carbon, with two sources of one figure, or a figure that lacks another."""
    given = {name: cores.column(name).given() for name in CoreIncrement.model_fields}
    rows = cores.row_numbers

    def any_of(names: Sequence[str]) -> Any:
        found = given[names[0]]
        for name in names[1:]:
            found = found | given[name]
        return found

    def at(places: Iterable[int], code: str, column: str, text: str) -> Iterator[Finding]:
        for place in places:
            yield finding(code, Place(file=INCREMENTS, row=int(rows[place]), column=column), text)

    found: list[Finding] = []
    without = ~given["soc_g_per_kg"] & ~any_of(CARBON)
    found += at(without.nonzero()[0].tolist(), "missing-value", "soc_g_per_kg", "an empty cell")
    for names in _ONE_OF:
        for number, one in enumerate(names):
            for other in names[number + 1 :]:
                both = (given[one] & given[other]).nonzero()[0].tolist()
                found += at(both, "laboratory-figures-several", other, f"{one} and {other}")
    for figures, partners in _NEEDS:
        lacking = (any_of(figures) & ~any_of(partners)).nonzero()[0].tolist()
        text = f"{' or '.join(figures)} without {' or '.join(partners)}"
        found += at(lacking, "laboratory-figure-alone", partners[0], text)
    crossed = (given[DENSITY[0]] & given[BY_VOLUME]) | (given[DENSITY[1]] & given[BY_MASS])
    text = f"stones of another basis than the density, without {PARTICLES}"
    found += at(
        (crossed & ~given[PARTICLES]).nonzero()[0].tolist(), "laboratory-figure-alone", PARTICLES, text
    )
    return gathered(found)


def has_figures(cores: Columns[CoreIncrement]) -> bool:
    """Return whether any figure stands as the laboratory gave it."""
    return any(bool(cores.column(name).given().any()) for name in (*CARBON, *DENSITY, WEIGHED))


def factors_without_error(
    cores: Columns[CoreIncrement], methods: Sequence[LaboratoryMethod]
) -> Iterator[Finding]:
    """Return a finding for each method that gives organic matter and declares no error of what turns it to carbon."""
    used = {method for method, matter in cores.distinct("laboratory_method", MATTER) if matter is not None}
    for method in methods:
        if method.id in used and method.conversion is None and not method.batch_relative_sd:
            factors = sorted({
                share for id, share in cores.distinct("laboratory_method", SHARE_OF_MATTER)
                if id == method.id and share is not None
            })  # fmt: skip
            where = Place(file="project.toml", thing=f"laboratory method {method.id}")
            found = f"organic matter x {', '.join(f'{one:g}' for one in factors)}"
            yield finding("matter-factor-without-error", where, found)

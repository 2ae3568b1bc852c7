"""Results of a laboratory, or described horizons, to ``core_increments.csv`` and ``laboratory_repeats.csv``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any, Final

from mollisol.importing.context import Censored, Context, Decided, Row
from mollisol.importing.headings import hold_headings
from mollisol.importing.kinds.increments import (
    MOISTURE,
    ZERO,
    Core,
    Increment,
    carbon_given,
    core_of,
    mineral,
    organic_carbon,
    set_soil,
)
from mollisol.importing.kinds.points import known_point
from mollisol.importing.kinds.soil import BASES
from mollisol.importing.mapping import FileMapping
from mollisol.importing.meanings import REFERENCE, SAME_CORE, Type
from mollisol.importing.outputs import Origin, rounded
from mollisol.importing.units import CONTENT, DENSITY, SHARE, WEIGHT
from mollisol.methodology.findings import Place, finding

FIELDS: Final[Mapping[str, Type]] = {
    "point": Type(required=True),
    "campaign": Type(required=True),
    "sampled_on": Type("day", required=True),
    "upper": Type("depth", required=True),
    "lower": Type("depth", required=True),
    "carbon": Type("number", CONTENT, required=True),
    "inorganic": Type("number", CONTENT),
    "density": Type("number", DENSITY),
    "stones": Type("number", SHARE),
    "fine_mass": Type("number", WEIGHT),
    "probe": Type("depth"),
    "cores": Type("number"),
    "moisture": Type("number", SHARE),
    "method": Type(),
    "sample": Type(),
    "horizon": Type(),
    "number": Type(),
    "batch": Type(),
    "analyst": Type(),
    "status": Type(words_needed=True),
}
_CARBON: Final = ("organic", "total", "matter")
_MATTER: Final = "organic matter to organic carbon: the factor, such as 0.58 or 0.5"
_DENSITY_DECIMALS: Final = 5
_DUPLICATES: Final = ("mean", "first", "last")
_ROLES: Final = ("results", "repeats")
_SIDES: Final = ("mass", "volume")
_NEEDS: Final = (
    ("carbon", "is", _CARBON, "kind-of-carbon", "organic carbon, total carbon, or organic matter"),
    ("density", "basis", BASES, "basis-of-density", "density of the whole soil with its stones, of fine soil alone, or "
     "fine soil per total volume"),
    ("stones", "by", _SIDES, "stones", "coarse fragments by mass or by volume"),
    ("moisture", "is", MOISTURE, "moisture", "water as a share of the moist or of the dry soil"),
)  # fmt: skip
"""Keys of fields that decide a number: field, key, what may be answered, and what is asked."""


def import_laboratory(mapping: FileMapping, context: Context) -> None:
    """Add the increments of a mapping to the tables."""
    question = "results of a campaign, or repeats of samples that another file has"
    context.needs(mapping, "role", ("", "role", "", question), _ROLES)
    depths = ", ".join(mapping.column(name) for name in ("upper", "lower"))
    context.needs(mapping, "zero", (depths, "depth-convention", "", "where depth 0 is"), ZERO)
    if "moisture" in mapping.fields and not isinstance(mapping.decide.get("moist"), list):
        question = "which figures are of moist soil: a list of carbon, fine_mass, density"
        context.needs(mapping, "moist", (mapping.column("moisture"), "moisture", "", question))
    _ask_keys(mapping, context)
    is_repeats = mapping.decide.get("role") == "repeats"
    types = {**FIELDS, "sampled_on": Type("day")} if is_repeats else FIELDS
    profiles: dict[tuple[str, str], list[Increment]] = {}
    for sheet in context.sheets(mapping):
        hold_headings(mapping, sheet, context)
        for row in context.rows(mapping, sheet, types):
            made = _increment(row)
            if made is not None and is_repeats:
                _determination(made.row, made.method, made.name, (made.carbon, made.carbon_done), made.core)
            elif made is not None:
                profiles.setdefault((made.campaign, made.point), []).append(made)
    while profiles:
        _write_profile(profiles.pop(next(iter(profiles))), mapping, context)


def _write_profile(profile: list[Increment], mapping: FileMapping, context: Context) -> None:
    """Add the increments of a core."""
    found: dict[Decimal, Increment] = {}
    for made in mineral(profile, mapping.decide):
        first = found.setdefault(made.upper, made)
        if first is not made:
            first.others = (*first.others, made)
    day = next((one.day for one in found.values() if isinstance(one.day, date)), None)
    for made in found.values():
        _write(made, day)
    _check_profile(list(found.values()), context)


def _ask_keys(mapping: FileMapping, context: Context) -> None:
    """Ask for fields that are missing, and for the keys of fields that decide a number."""

    def need(
        name: str, number: int, key: str, words: tuple[str, str, str], choices: tuple[str, ...] = ()
    ) -> None:
        many = f".{number}" if len(mapping.fields.get(name, [])) > 1 else ""
        column = mapping.column(name, number)
        for file in mapping.files(context.raw_files()):
            context.ask(
                mapping, file, column, words, f"fields.{name}{many}{f'.{key}' if key else ''}", choices
            )

    carbons, stones = mapping.fields.get("carbon", []), mapping.fields.get("stones", [])
    if "method" not in mapping.fields and not all("method" in item for item in carbons):
        need("method", 1, "", ("missing", "", "which laboratory method of project.toml the values are by"))
    for name, key, choices, kind, question in _NEEDS:
        for number, item in enumerate(mapping.fields.get(name, []), start=1):
            if item.get(key) not in choices:
                need(name, number, key, (kind, str(item.get(key, "")), question), choices)
    for number, item in enumerate(carbons, start=1):
        if item.get("is") == "matter" and "factor" not in item:
            need("carbon", number, "factor", ("matter-to-carbon", "", _MATTER))
        if item.get("is") == "total" and "inorganic" not in mapping.fields:
            question = "total carbon: what of it is inorganic; name its column, or a value of 0"
            need("inorganic", 1, "", ("kind-of-carbon", "total", question))
    bases = {item.get("basis") for item in mapping.fields.get("density", [])}
    if bases & set(BASES[:2]) and not stones:
        question = "a density of whole soil or of fine soil alone needs the coarse fragments: name a column or a value"
        need("stones", 1, "", ("stones", "", question))
    for number, item in enumerate(stones, start=1):
        if _needs_particles(bases, item):
            question = "density of the stones in g/cm3, such as 2.65"
            need("stones", number, "particle_density", ("stone-density", "", question))


def _soil_is_asked(fields: Mapping[str, Sequence[Mapping[str, Any]]]) -> bool:
    """Return whether keys of density and stones are open, and asked for the file as a whole."""
    stones, bases = fields.get("stones", []), {item.get("basis") for item in fields.get("density", [])}
    open_ = bases - set(BASES) or (bases & set(BASES[:2]) and not stones)
    return bool(open_) or any(
        item.get("by") not in _SIDES or _needs_particles(bases, item) for item in stones
    )


def _needs_particles(bases: Set[Any], stones: Mapping[str, Any]) -> bool:
    crossed = {("whole soil", "volume"), ("fine soil alone", "mass")}
    return bool(crossed & {(basis, stones.get("by")) for basis in bases}) and "particle_density" not in stones


def _increment(row: Row) -> Increment | None:
    """Return the determination of a row; None where it is of a reference material, or something is open."""
    content = organic_carbon(row)
    if row.source("carbon").get("is") == "matter" and "factor" not in row.source("carbon"):
        row.ask("carbon", ("matter-to-carbon", "", _MATTER), "fields.carbon.factor")
    text = str(row["point"])
    method = str(row.source("carbon").get("method") or row["method"] or "")
    campaign = str(row["campaign"])
    if text.startswith(REFERENCE):
        name = text.removeprefix(REFERENCE).strip(" :") or row.got["point"].text
        _determination(row, method, name, content, core_of(row, name, campaign))
        return None
    point = known_point(row, text)
    if not point or not method or row["upper"] is None or row["lower"] is None:
        return None
    depths = (row["upper"], row["lower"])
    core = core_of(row, point, campaign)
    made = Increment(row.without_cells(), point, campaign, *depths, row["sampled_on"], method, *content, core)
    set_soil(made, row)
    made.carbon_given = carbon_given(row)
    got = row.got["carbon"]
    if got.limit is not None:
        made.below = (got.decided, got.limit * float(row.source("carbon").get("factor", 1.0)))
    return made


def _write(made: Increment, day_of_core: date | None) -> None:
    """Add one increment, with its duplicates as the mapping says."""
    row, context = made.row, made.row.context
    if made.others and row.mapping.decide.get("duplicates") not in _DUPLICATES:
        _ask_duplicates([made, *made.others])
        return
    carbon, done = _of_duplicates(made) if made.others else (made.carbon, made.carbon_done)
    day = day_of_core if made.day == SAME_CORE else made.day
    if day is None:
        words = ("missing", "(empty)", "no date, and no other increment of the same core has one")
        row.ask("sampled_on", words, f'fields.sampled_on.words."{row.place}"')
        return
    soil = next(
        (one for one in (made, *made.others) if one.density is not None or one.mass_g is not None), made
    )
    if soil.density is None and soil.mass_g is None:
        fields = row.mapping.fields
        if not _soil_is_asked(fields):
            name = "stones" if "stones" in fields else "density"
            question = "no density of fine soil can be computed: density or stones are missing"
            row.ask(name, ("missing", "(empty)", question), f"fields.{name}.words.empty")
        return
    cells: dict[str, Any] = {
        "campaign": made.campaign, "point": made.point, "sample": made.core.sample, "sampled_on": day,
        "upper_cm": made.upper, "lower_cm": made.lower, "soc_g_per_kg": carbon, "laboratory_method": made.method,
        "fine_soil_density_g_per_cm3": None if soil.density is None else rounded(soil.density, _DENSITY_DECIMALS),
    }  # fmt: skip
    cells |= zip(*soil.soil_given, strict=True)
    if not made.others:  # of several determinations the chosen figure is none of the laboratory
        cells |= zip(*made.carbon_given, strict=True)
    if soil.mass_g is not None:
        cells["fine_soil_mass_g"] = soil.mass_g
        cells["probe_inner_diameter_mm"], cells["cores"] = made.core.probe_mm, made.core.cores
    if made.below is not None and soil.density is not None:
        thickness = float(made.lower - made.upper)
        context.censored.append(Censored(made.campaign, made.point, *made.below, soil.density, thickness))
    places = (row.place, *(one.row.place for one in made.others))
    origin = Origin(row.file, places, "; ".join(filter(None, (done, soil.soil_done))), made.core.carried)
    differs = context.outputs.add("core_increments.csv", cells, origin, mapping=row.mapping.name)
    if differs:
        words = ("duplicate", made.name, f"another mapping has this increment with another {differs}")
        row.ask("point", words, f'fields.point.words."{row.place}"', ("leave out",))


def _of_duplicates(made: Increment) -> tuple[float, str]:
    """Return the carbon of several determinations by the rule of the mapping; each goes to the repeats too."""
    every, rule = [made, *made.others], made.row.mapping.decide["duplicates"]
    contents = [one.carbon for one in every]
    chosen = {"mean": sum(contents) / len(contents), "first": contents[0], "last": contents[-1]}[rule]
    for one in every:
        found, became = f"{one.carbon:.6g} g/kg", f"{chosen:.10g}"
        name, row = one.row.mapping.name, one.row
        row.context.log.append(
            Decided(name, row.file, row.place, row.column("carbon"), found, f"duplicate: {rule}", became)
        )
        _determination(row, one.method, made.name, (one.carbon, one.carbon_done), one.core, made.core.sample)
    return chosen, f"{rule} of {', '.join(f'{value:.6g}' for value in contents)} g/kg"


def _ask_duplicates(every: list[Increment]) -> None:
    first = every[0]
    places = " and ".join(one.row.place for one in every)
    values = " and ".join(f"{one.carbon:.6g}" for one in every)
    found = f"{first.core.carried[0] or first.name} stands in {places}: {values} g/kg"
    for one in every:
        name = "number" if "number" in first.row.mapping.fields else "point"
        one.row.ask(name, ("duplicate", found, "which value counts"), "decide.duplicates", _DUPLICATES)


def _determination(
    row: Row, method: str, name: str, content: tuple[float, str], core: Core, alias: str = ""
) -> None:
    """Add one determination to ``laboratory_repeats.csv``."""
    if core.batch is None:
        words = ("batch", "", "which batch or report the determinations are of: name a column or a value")
        row.ask("batch", words, "fields.batch")
        return
    cells = {"laboratory_method": method, "batch": core.batch, "sample": name, "soc_g_per_kg": content[0]}
    origin = Origin(row.file, (row.place,), content[1], core.carried)
    row.context.outputs.add("laboratory_repeats.csv", cells, origin, mapping=row.mapping.name, alias=alias)


def _check_profile(inside: Iterable[Increment], context: Context) -> None:
    """Add a finding for each gap and overlap between the increments of a profile."""
    for above, below in pairwise(sorted(inside, key=lambda one: one.upper)):
        if above.lower != below.upper:
            kind = "gap" if above.lower < below.upper else "overlap"
            found = (
                f"{above.point}, campaign {above.campaign}: {kind} between {above.lower} and {below.upper} cm"
            )
            where = Place(file=f"raw/{below.row.file}", thing=below.row.place)
            context.findings.append(finding("import-horizons", where, found))

"""Results of a laboratory, or described horizons, to ``core_increments.csv`` and ``laboratory_repeats.csv``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Final

from mollisol.importing.context import Context, Decided, Row
from mollisol.importing.fields import REFERENCE, SAME_CORE, Type
from mollisol.importing.kinds.soil import BASES, fine_soil_density
from mollisol.importing.mapping import Mapping_
from mollisol.importing.outputs import Origin
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
    "method": Type(required=True),
    "sample": Type(),
    "horizon": Type(),
    "number": Type(),
    "batch": Type(),
    "analyst": Type(),
    "status": Type(words_needed=True),
}
CARBON: Final = ("organic", "total", "matter")
ZERO: Final = ("mineral surface", "top of the litter")
_DUPLICATES: Final = ("mean", "first", "last")
_ROLES: Final = ("results", "repeats")


@dataclass(slots=True)
class Increment:
    """One determination, before duplicates and litter are dealt with."""

    row: Row
    point: str
    campaign: str
    upper: Decimal
    lower: Decimal
    day: date | str
    carbon: float
    carbon_done: str
    method: str
    density: float | None = None
    density_done: str = ""
    mass_g: float | None = None
    others: list[Increment] = field(default_factory=list)

    @property
    def sample(self) -> str:
        """The core that it belongs to."""
        return str(self.row["sample"] or f"{self.point}-{self.campaign}")


def import_laboratory(mapping: Mapping_, context: Context) -> None:
    """Add the increments of a mapping to the tables."""
    role = mapping.decide.get("role")
    context.needs(mapping, "role", ("", "role", "", "results of a campaign, or repeats of samples that another file has"), _ROLES)
    zero_words = (_column(mapping, "upper"), "depth-convention", "", "where depth 0 is")
    context.needs(mapping, "zero", zero_words, ZERO)
    _ask_keys(mapping, context)
    for name in [name for name, kind in FIELDS.items() if kind.required and name not in mapping.fields]:
        for file in mapping.files(context.raw_files()):
            if role == "repeats" and name == "sampled_on":
                continue
            if name == "method" and all("method" in item for item in mapping.fields.get("carbon", [{}])):
                continue
            context.ask(mapping, file, name, ("missing", "", f"which column or value is `{name}`"), f"fields.{name}")
    found: dict[tuple[str, str, str], Increment] = {}
    profiles: dict[tuple[str, str], list[Increment]] = {}
    types = {**FIELDS, "sampled_on": Type("day")} if role == "repeats" else FIELDS
    for sheet in context.sheets(mapping):
        for row in context.rows(mapping, sheet, types):
            made = _increment(row, mapping, context)
            if made is None:
                continue
            if role == "repeats":
                _repeat(made, mapping, context)
                continue
            profiles.setdefault((made.campaign, made.point), []).append(made)
    for profile in profiles.values():
        for made in _mineral(profile, mapping, context):
            key = (made.campaign, made.point, str(made.upper.normalize()))
            if key in found:
                found[key].others.append(made)
            else:
                found[key] = made
    days = {(one.campaign, one.point): one.day for one in found.values() if isinstance(one.day, date)}
    for made in found.values():
        _write(made, days, mapping, context)
    _check_profiles(found.values(), mapping, context)


def _column(mapping: Mapping_, name: str) -> str:
    """Return the column of a field, for a question."""
    return ", ".join(str(item.get("column") or item.get("columns") or "") for item in mapping.fields.get(name, [])) or name


def _ask_keys(mapping: Mapping_, context: Context) -> None:
    """Ask for the keys of fields that decide a number."""

    def need(name: str, key: str, number: int, item: Mapping[str, Any], kind: str, words: str, choices: tuple[str, ...]) -> None:
        if item.get(key) in choices or (not choices and item.get(key) is not None):
            return
        many = f".{number}" if len(mapping.fields[name]) > 1 else ""
        for file in mapping.files(context.raw_files()):
            found = "" if key not in item else str(item[key])
            context.ask(mapping, file, str(item.get("column", name)), (kind, found, words), f"fields.{name}{many}.{key}", choices)

    stones = mapping.fields.get("stones", [])
    for number, item in enumerate(mapping.fields.get("carbon", []), start=1):
        need("carbon", "is", number, item, "kind-of-carbon", "organic carbon, total carbon, or organic matter", CARBON)
        if item.get("is") == "matter":
            need("carbon", "factor", number, item, "matter-to-carbon", "organic matter to organic carbon: the factor, such as 0.58 or 0.5", ())
        if item.get("is") == "total" and "inorganic" not in mapping.fields:
            words = "total carbon: what of it is inorganic; name the column as fields.inorganic, or a value of 0"
            for file in mapping.files(context.raw_files()):
                context.ask(mapping, file, str(item.get("column", "")), ("kind-of-carbon", "total", words), "fields.inorganic")
    for number, item in enumerate(mapping.fields.get("density", []), start=1):
        need("density", "basis", number, item, "basis-of-density", "density of the whole soil with its stones, of fine soil alone, or fine soil per total volume", BASES)
        if item.get("basis") in BASES[:2] and not stones:
            need("density", "stones", number, {}, "stones", "a density of whole soil or of fine soil alone needs the coarse fragments: which column or value is `stones`", ("fields.stones",))
    bases = {item.get("basis") for item in mapping.fields.get("density", [])}
    for number, item in enumerate(stones, start=1):
        need("stones", "by", number, item, "stones", "coarse fragments by mass or by volume", ("mass", "volume"))
        crossed = {("whole soil", "volume"), ("fine soil alone", "mass")} & {(basis, item.get("by")) for basis in bases}
        if crossed:
            need("stones", "particle_density", number, item, "stone-density", "density of the stones in g/cm3, such as 2.65", ())


def _increment(row: Row, mapping: Mapping_, context: Context) -> Increment | None:
    """Return the determination of a row; None where it is of a reference material, or something is open."""
    content, done = _carbon(row)
    text = str(row["point"])
    method = str(row.source("carbon").get("method") or row["method"] or "")
    if text.startswith(REFERENCE):
        name = text.removeprefix(REFERENCE).strip(" :") or row.got["point"].text
        _determination(row, method, name, content, done, mapping, context)
        return None
    point = _point(row, text, mapping, context)
    if not point or row["upper"] is None or row["lower"] is None or not method:
        return None
    made = Increment(row, point, str(row["campaign"]), row["upper"], row["lower"], row["sampled_on"], content, done, method)
    _soil(made, row)
    return made


def _point(row: Row, text: str, mapping: Mapping_, context: Context) -> str:
    """Return the point that a row means; ask where it is none that is known."""
    got = row.got["point"]
    if not context.points:
        question = "which points there are: no mapping of points, and no sample_points.csv"
        context.ask(mapping, row.file, got.column, ("no-match", "", question), "a mapping of kind points")
        return text
    point, loose = context.points.find(text)
    if point and loose and mapping.decide.get("ids") != "loose":
        question = "names that differ in case, blanks, punctuation or leading zeros: are they the points that they look like"
        context.ask(mapping, row.file, got.column, ("ids", "", question), "decide.ids", ("loose", "exact"), row.place)
    if not point:
        near = context.points.near(text)
        choices = (*(f"is {one}" for one in near), "leave out", f"{REFERENCE} NAME")
        words = ("no-match", got.text, "no such point" + (f"; most like it: {', '.join(near)}" if near else ""))
        context.ask(mapping, row.file, got.column, words, f'fields.point.words."{got.text}"', choices, row.place)
    return point


def _carbon(row: Row) -> tuple[float, str]:
    """Return organic carbon in g/kg, and how it came about."""
    source, got = row.source("carbon"), row.got["carbon"]
    value = float(got.value)
    done = f"{got.column}: {got.done}" if got.done else f"{got.column}: {value:.10g} g/kg"
    if source.get("is") == "matter":
        share = float(source.get("factor", 0.58))
        value, done = value * share, f"{done}, organic matter x {share:g}"
    elif source.get("is") == "total":
        inorganic = row["inorganic"] or 0.0
        value, done = value - inorganic, f"{done}, less {inorganic:.6g} g/kg inorganic"
    if (moisture := row["moisture"]) is not None:
        value, done = value / (1 - moisture), f"{done}, to oven-dry / (1 - {moisture:.6g})"
    return value, done


def _soil(made: Increment, row: Row) -> None:
    """Set the density of fine soil, or its mass."""
    if row["fine_mass"] is not None:
        made.mass_g = float(row["fine_mass"])
        made.density_done = f"fine soil {made.mass_g:.6g} g"
    if row["density"] is None:
        return
    basis = row.source("density").get("basis", BASES[2])
    stones = row["stones"]
    if basis != BASES[2] and stones is None:
        return
    by = row.source("stones").get("by", "mass")
    rho = row.source("stones").get("particle_density")
    try:
        made.density, made.density_done = fine_soil_density(float(row["density"]), basis, float(stones or 0.0), by, rho)
    except (ValueError, ZeroDivisionError):
        return


def _mineral(profile: list[Increment], mapping: Mapping_, context: Context) -> Iterator[Increment]:
    """Yield the increments of mineral soil of a profile, with depth 0 at its surface."""
    litter = [one for one in profile if one.upper > one.lower or str(one.row["horizon"] or "").strip()[:1] == "O"]
    thick = max((max(one.lower, one.upper) for one in litter), default=Decimal(0))
    for one in profile:
        if one in litter:
            if mapping.decide.get("litter") == "leave out":
                found = f"{one.row['horizon'] or 'litter'} {one.upper}-{one.lower} cm"
                context.log.append(Decided(mapping.name, one.row.file, one.row.place, "horizon", found, "leave out", "(row left out)"))
                continue
            if mapping.decide.get("litter") != "count":
                words = ("organic-horizon", "", "a litter layer above the mineral soil: does it count")
                column = f"{one.row.got['horizon'].column if 'horizon' in one.row.got else ''} {_column(mapping, 'upper')}"
                context.ask(mapping, one.row.file, column.strip(), words, "decide.litter", ("leave out", "count"), one.row.place)
                continue
        elif litter and mapping.decide.get("zero") == ZERO[1]:
            one.upper, one.lower = (_shifted(depth, thick) for depth in (one.upper, one.lower))
        yield one


def _shifted(depth: Decimal, thick: Decimal) -> Decimal:
    """Return a depth below the litter, with two decimals where there were more."""
    left = depth - thick
    short = left.normalize() if left else Decimal(0)
    exponent = int(short.as_tuple().exponent)
    return short.quantize(Decimal("0.01")) if -2 <= exponent and int(left.as_tuple().exponent) < -1 else left


def _write(made: Increment, days: Mapping[tuple[str, str], Any], mapping: Mapping_, context: Context) -> None:
    """Add one increment, with its duplicates as the mapping says."""
    every = [made, *made.others]
    carbon, done = made.carbon, made.carbon_done
    if made.others:
        rule = mapping.decide.get("duplicates")
        if rule not in _DUPLICATES:
            _ask_duplicates(every, mapping, context)
            return
        contents = [one.carbon for one in every]
        chosen = {"mean": sum(contents) / len(contents), "first": contents[0], "last": contents[-1]}[rule]
        texts = ", ".join(f"{value:.6g}" for value in contents)
        carbon, done = chosen, f"{rule} of {texts} g/kg"
        for one in every:
            column = one.row.got["carbon"].column
            context.log.append(Decided(mapping.name, one.row.file, one.row.place, column, f"{one.carbon:.6g} g/kg", f"duplicate: {rule}", f"{chosen:.10g}"))
            name = f"{made.sample} {_plain(made.upper)}-{_plain(made.lower)}"
            _determination(one.row, one.method, name, one.carbon, one.carbon_done, mapping, context, alias=made.sample)
    day = made.day if made.day != SAME_CORE else days.get((made.campaign, made.point))
    if day is None:
        words = ("missing", "(empty)", "no date, and no other increment of the same core has one")
        context.ask(mapping, made.row.file, made.row.got["sampled_on"].column, words, f'fields.sampled_on.words."{made.row.place}"', (), made.row.place)
        return
    soil = next((one for one in every if one.density is not None or one.mass_g is not None), made)
    cells: dict[str, Any] = {
        "campaign": made.campaign, "point": made.point, "sample": made.sample, "sampled_on": day,
        "upper_cm": made.upper, "lower_cm": made.lower, "soc_g_per_kg": carbon, "laboratory_method": made.method,
        "fine_soil_density_g_per_cm3": soil.density,
    }  # fmt: skip
    if soil.mass_g is not None:
        probe = made.row["probe"]
        cells |= {
            "fine_soil_mass_g": soil.mass_g,
            "probe_inner_diameter_mm": None if probe is None else float(probe * 10),
            "cores": None if made.row["cores"] is None else int(made.row["cores"]),
        }
    elif soil.density is None:
        words = ("missing", "(empty)", "no density of fine soil can be computed: density or stones are missing")
        got = made.row.got.get("stones") or made.row.got.get("density")
        context.ask(mapping, made.row.file, got.column if got else "density", words, f'fields.density.words."{made.row.place}"', (), made.row.place)
        return
    places = [one.row.place for one in every]
    origin = Origin(made.row.file, places, "; ".join(filter(None, (done, soil.density_done))), _carried(made.row))
    context.outputs.add("core_increments.csv", cells, origin, mapping=mapping.name)


def _plain(depth: Decimal) -> str:
    return f"{depth.normalize():f}" if depth else "0"


def _ask_duplicates(every: list[Increment], mapping: Mapping_, context: Context) -> None:
    first = every[0]
    places = " and ".join(one.row.place for one in every)
    values = " and ".join(f"{one.carbon:.6g}" for one in every)
    name = first.row["number"] or f"{first.point} {first.upper}-{first.lower}"
    words = ("duplicate", f"{name} stands in {places}: {values} g/kg", "which value counts")
    column = first.row.got["number" if "number" in first.row.got else "point"].column
    for one in every:
        context.ask(mapping, first.row.file, column, words, "decide.duplicates", _DUPLICATES, one.row.place)


def _repeat(made: Increment, mapping: Mapping_, context: Context) -> None:
    name = f"{made.sample} {_plain(made.upper)}-{_plain(made.lower)}"
    _determination(made.row, made.method, name, made.carbon, made.carbon_done, mapping, context)


def _determination(
    row: Row, method: str, name: str, content: float, done: str, mapping: Mapping_, context: Context, *, alias: str = ""
) -> None:
    """Add one determination to ``laboratory_repeats.csv``."""
    batch = row["batch"]
    if batch is None:
        words = ("batch", "", "which batch or report the determinations are of: name a column or a value")
        context.ask(mapping, row.file, "batch", words, "fields.batch")
        return
    cells = {"laboratory_method": method, "batch": batch, "sample": name, "soc_g_per_kg": content}
    origin = Origin(row.file, [row.place], done, _carried(row))
    context.outputs.add("laboratory_repeats.csv", cells, origin, mapping=mapping.name, aliases=[alias] if alias else [])


def _carried(row: Row) -> dict[str, str]:
    return {name: str(row[name]) for name in ("number", "batch", "analyst") if row[name] is not None}


def _check_profiles(increments: Any, mapping: Mapping_, context: Context) -> None:
    """Add a finding for each gap and overlap between increments of a profile."""
    profiles: dict[tuple[str, str], list[Increment]] = {}
    for one in increments:
        profiles.setdefault((one.campaign, one.point), []).append(one)
    for (campaign, point), inside in profiles.items():
        inside.sort(key=lambda one: one.upper)
        for above, below in zip(inside, inside[1:], strict=False):
            if above.lower != below.upper:
                kind = "gap" if above.lower < below.upper else "overlap"
                where = Place(file=f"raw/{below.row.file}", thing=below.row.place)
                found = f"{point}, campaign {campaign}: {kind} between {above.lower} and {below.upper} cm"
                context.findings.append(finding("import-horizons", where, found))

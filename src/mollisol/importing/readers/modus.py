"""Modus results of laboratories: version 1 as XML and JSON, and the flat successor called slim."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from mollisol.importing.readers.raw import RawFile, Sheet, refused
from mollisol.importing.readers.tree import json_of, xml_of

_HEAD: Final = (
    "event", "EventDate", "ReceivedDate", "ProcessedDate", "LabName", "LabEventID", "LabReportID", "SampleNumber",
    "FMISSampleID", "SampleContainerID", "upper", "lower", "depth unit",
)  # fmt: skip


def read_modus(raw: RawFile, options: Mapping[str, Any]) -> Sheet:
    """Return one record for each sample and depth: a column for each element, and one for its unit."""
    begin = raw.begin(200).lstrip(b"\xef\xbb\xbf \r\n\t")
    if begin.startswith(b"<"):
        tree = xml_of(raw)
        root = next((value for value in tree.values() if isinstance(value, dict)), {})
        if not _items(root, "Events", "Event"):
            raise refused(raw.name, f"no Event in {', '.join(tree)}: no Modus result")
        return _sheet(raw, list(_version_1(root, "Event {0} SoilSample {1}", 1)))
    data = json_of(raw)
    if isinstance(data, dict) and "samples" in data:
        return _sheet(raw, list(_slim(data)))
    data = data.get("ModusResult", data) if isinstance(data, dict) else data
    if not isinstance(data, dict) or not ("Events" in data or "Event" in data):
        raise refused(raw.name, "no Events and no samples: no Modus result")
    many = len(_items(data, "Events", "Event")) > 1
    return _sheet(
        raw, list(_version_1(data, "Event {0} SoilSamples[{1}]" if many else "SoilSamples[{1}]", 0))
    )


def _version_1(data: Mapping[str, Any], label: str, first: int) -> Iterator[tuple[str, dict[str, Any]]]:
    for number, event in enumerate(_items(data, "Events", "Event"), start=1):
        meta, lab = _inner(event, "EventMetaData"), _inner(event, "LabMetaData")
        soil = _inner(_inner(event, "EventSamples"), "Soil")
        depths = {
            str(ref.get("DepthID")): ref
            for ref in _items(_inner(soil, "DepthRefs") or soil, "DepthRefs", "DepthRef")
        }
        reports = _items(lab, "Reports", "Report")
        head = {
            "event": str(number), "EventDate": meta.get("EventDate"), "LabName": lab.get("LabName"),
            "ReceivedDate": lab.get("ReceivedDate"), "ProcessedDate": lab.get("ProcessedDate"),
            "LabEventID": lab.get("LabEventID"),
            "LabReportID": (reports or [{}])[0].get("LabReportID"),
        }  # fmt: skip
        for place, sample in enumerate(_items(soil, "SoilSamples", "SoilSample"), start=first):
            named = {
                **head,
                **{
                    key: value
                    for key, value in _inner(sample, "SampleMetaData").items()
                    if isinstance(value, str | int)
                },
            }
            for depth in _items(sample, "Depths", "Depth"):
                ref = depths.get(str(depth.get("DepthID")), {})
                record = {
                    **named, "upper": ref.get("StartingDepth"), "lower": ref.get("EndingDepth"),
                    "depth unit": ref.get("DepthUnit"),
                }  # fmt: skip
                for result in _items(depth, "NutrientResults", "NutrientResult"):
                    _add(
                        record,
                        result.get("Element"),
                        result.get("Value"),
                        result.get("ValueUnit"),
                        result.get("ModusTestID"),
                    )
                yield f"{label.format(number, place)} DepthID {depth.get('DepthID')}", record


def _slim(data: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    samples = data["samples"]
    for name, sample in samples.items() if isinstance(samples, dict) else enumerate(samples):
        merged = {**{key: value for key, value in data.items() if key != "samples"}, **sample}
        lab, depth = {**_inner(data, "lab"), **_inner(sample, "lab")}, _inner(merged, "depth")
        report, at = _inner(lab, "report"), _inner(merged, "geolocation")
        record = {
            "event": data.get("id"), "EventDate": merged.get("date"), "LabName": lab.get("name"),
            "ReceivedDate": lab.get("dateReceived"), "ProcessedDate": report.get("date"),
            "LabReportID": report.get("id"), "SampleNumber": lab.get("sampleid"),
            "FMISSampleID": _inner(sample, "source").get("sampleid", str(name)),
            "upper": depth.get("top"), "lower": depth.get("bottom"), "depth unit": depth.get("units"),
            "latitude": at.get("lat"), "longitude": at.get("lon") or at.get("lng"),
        }  # fmt: skip
        results = sample.get("results", {})
        for result in results.values() if isinstance(results, dict) else results:
            _add(
                record,
                result.get("analyte"),
                result.get("value"),
                result.get("units"),
                result.get("modusTestID"),
            )
        yield f"samples.{name}", record


def _add(record: dict[str, Any], element: Any, value: Any, unit: Any, test: Any) -> None:
    """Add a result; a recommendation in an amount per area is none."""
    name = str(element or test or "")
    if not name or (isinstance(unit, str) and unit.lower() in ("lb/ac", "lbs/ac", "kg/ha")):
        return
    record[name], record[f"{name} unit"], record[f"{name} test"] = value, unit, test


def _sheet(raw: RawFile, records: Iterable[tuple[str, dict[str, Any]]]) -> Sheet:
    kept = list(records)
    columns = list(dict.fromkeys([*_HEAD, *(key for _, record in kept for key in record)]))

    def rows() -> Iterator[tuple[str, list[Any]]]:
        for place, record in kept:
            yield place, [_cell(record.get(name)) for name in columns]

    return Sheet(raw.name, columns, "NutrientResult", rows)


def _cell(value: Any) -> str | None:
    return None if value is None or isinstance(value, dict | list) else str(value)


def _inner(data: Any, key: str) -> dict[str, Any]:
    inner = data.get(key) if isinstance(data, Mapping) else None
    return inner if isinstance(inner, dict) else {}


def _items(data: Any, *keys: str) -> list[dict[str, Any]]:
    """Return what stands under one of the keys as a list, also where it is nested as ``Depths`` > ``Depth``."""
    for key in keys:
        value = data.get(key) if isinstance(data, Mapping) else None
        if isinstance(value, dict) and len(keys) == 2 and keys[1] in value:
            value = value[keys[1]]
        if isinstance(value, list):
            return [item for item in value if isinstance(item, dict)]
        if isinstance(value, dict) and value:
            return [value]
    return []

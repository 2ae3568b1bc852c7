"""The RO-Crate metadata, read back with the library of that format."""

from __future__ import annotations

import hashlib
import json
import warnings
from pathlib import Path
from urllib.parse import unquote

import pytest

from tests.mollisol.cli.conftest import contents


def test_other_tools_read_where_things_came_from(whole: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the library's own imports
        from rocrate.rocrate import ROCrate  # type: ignore[import-untyped]

        crate = ROCrate(whole)
    files = {name: body for name, body in contents(whole).items() if name != "ro-crate-metadata.json"}
    assert {unquote(entity.id) for entity in crate.data_entities} == set(files)
    action = crate.dereference("#run")
    assert action is not None
    assert action.type == ["CreateAction", "prov:Activity"]
    assert action["instrument"]["name"] == "mollisol"
    read = {unquote(entity.id) for entity in action["object"]}
    assert read == {name for name in files if name.startswith("inputs/")} | {"rules.json"}
    made = {unquote(entity.id) for entity in action["result"]}
    assert made == set(files) - read
    for entity in crate.data_entities:
        if entity.id != "manifest.json":
            assert entity["sha256"] == hashlib.sha256(files[unquote(entity.id)]).hexdigest()
    results = json.loads(files["results.json"])
    assert str(crate.root_dataset["datePublished"])[:10] == results["periods"][-1]["during"]["end"]
    assert crate.root_dataset["license"]


@pytest.mark.parametrize(
    "term", ["prov:Activity", "prov:Entity", "prov:SoftwareAgent", "prov:used", "prov:wasGeneratedBy"]
)
def test_terms_of_prov(whole: Path, term: str) -> None:
    document = json.loads((whole / "ro-crate-metadata.json").read_text(encoding="utf-8"))
    assert document["@context"][1] == {"prov": "http://www.w3.org/ns/prov#"}
    assert term in json.dumps(document["@graph"])


def test_every_reference_leads_to_an_entity(whole: Path) -> None:
    graph = json.loads((whole / "ro-crate-metadata.json").read_text(encoding="utf-8"))["@graph"]
    ids = {entity["@id"] for entity in graph}
    named = {
        part["@id"]
        for entity in graph
        for value in entity.values()
        for part in (value if isinstance(value, list) else [value])
        if isinstance(part, dict)
    }
    assert named - ids == {"https://w3id.org/ro/crate/1.1"}

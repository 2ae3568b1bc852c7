"""Changes of input files: rows by their key, cells, whole rows, entries of documents; expected by hand."""

from __future__ import annotations

import pytest

from mollisol.rounds.inputs import MOST_ROWS, Change, file_changes


def changes(name: str, a: str, b: str) -> list[Change]:
    """Return the changes between two contents of a file."""
    (file,) = file_changes({name: a.encode()}, {name: b.encode()})
    assert file.count == len(file.changes)
    return list(file.changes)


def test_cell_row_gone_and_row_added() -> None:
    found = changes("t.csv", "id,year,x\na,1,5\na,2,6\nb,1,7\n", "id,year,x\nc,1,8\na,1,5\na,2,9\n")
    assert found == [
        Change(place="row 3: a, 2", column="x", a="6", b="9"),
        Change(place="row 4: b, 1", column="the row", a="b, 1, 7"),
        Change(place="row 2: c, 1", column="the row", b="c, 1, 8"),
    ]


def test_rows_without_a_key_are_counted() -> None:
    found = changes("t.csv", "id,x\na,1\na,1\n", "id,x\na,1\na,2\n")
    assert found == [
        Change(place="1 times", column="the row", a="a, 1"),
        Change(place="1 times", column="the row", b="a, 2"),
    ]


def test_columns_that_came_are_told_and_the_others_compared() -> None:
    found = changes("t.csv", "id,x\na,1\n", "id,y,x\na,5,2\n")
    assert found == [
        Change(place="columns", a="id, x", b="id, y, x"),
        Change(place="row 2: a", column="x", a="1", b="2"),
    ]


def test_entries_of_documents_by_their_way() -> None:
    assert changes("project.toml", "[p]\nx = 1\n[[p.q]]\nn = 2\n", "[p]\nx = 1\n[[p.q]]\nn = 3\n") == [
        Change(place="p.q[1].n", a="2", b="3")
    ]
    assert changes("u.geojson", '{"a": [1, 2]}', '{"a": [1]}') == [Change(place="a[2]", a="2")]


@pytest.mark.parametrize(
    ("name", "content"), [("x.toml", "=="), ("x.csv", "\udcff"), ("x.bin", "1"), ("x.json", "[" * 9999)]
)
def test_file_that_cannot_be_read_is_told_by_its_size(name: str, content: str) -> None:
    old = content.encode("utf-8", "surrogateescape")
    (file,) = file_changes({name: old}, {name: old + b"0"})
    assert [change.place for change in file.changes] == ["the file"]
    assert file_changes({name: old}, {name: old}) == ()
    assert file_changes({name: old}, {})[0].changes[0].b == "not there"


def test_many_changes_are_counted_beyond_the_first() -> None:
    rows = range(MOST_ROWS + 7)
    a, b = ("id,x\n" + "".join(f"r{n},{n + more}\n" for n in rows) for more in (0, 1))
    (file,) = file_changes({"t.csv": a.encode()}, {"t.csv": b.encode()})
    assert (len(file.changes), file.count) == (MOST_ROWS, MOST_ROWS + 7)

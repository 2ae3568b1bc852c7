"""Mutations of real files: what a fuzzer does to bytes, with words that parsers care about."""

from __future__ import annotations

from hypothesis import strategies as st

WORDS = (
    b"", b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"\r", b"\n", b"\t", b'"', b"'", b",", b";", b"{", b"}", b"[", b"]",
    b":", b"=", b"#", b"\\", b"e", b".", b"-", b'""', b"\\u0000", b"\\ud800", b"null", b"true", b"NaN", b"nan",
    b"-Infinity", b"1e999", b"1e-320", b"-0", b"9" * 30, b"9" * 5000, b"=1+1", b"<script>", b"{{7*7}}", b"../",
    b"0x10", b"1_0", b"1979-02-30", b"9999-12-31", b"0001-01-01", "٣".encode(), "\u202e".encode(), b"[" * 3000,
    b"a." * 2000,
)  # fmt: skip


@st.composite
def mutated(draw: st.DrawFn, content: bytes) -> bytes:
    """Give the content with a few changes: cut, double, swap, overwrite, or put a word in."""
    data = content
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.integers(0, len(data)))
        end = min(len(data), place + draw(st.sampled_from([0, 1, 2, 5, 20, 200, 5000])))
        match draw(st.integers(0, 5)):
            case 0:
                data = data[:place] + data[end:]
            case 1:
                data = data[:end] + data[place:]
            case 2:
                data = data[:place] + draw(st.sampled_from(WORDS)) + data[place:]
            case 3:
                data = data[:place] + draw(st.sampled_from(WORDS)) + data[end:]
            case 4:
                data = data[:place] + draw(st.binary(max_size=8)) + data[end:]
            case _:
                other = draw(st.integers(0, len(data)))
                data = data[:place] + data[other : other + 40] + data[end:]
    return data

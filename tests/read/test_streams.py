"""Bytes of an input: unpacked and as UTF-8."""

from __future__ import annotations

import bz2
import codecs
import gzip
import io
import lzma
import sys

import pytest
import zstandard

from asynclog.errors import InputError
from asynclog.read.streams import compression_of, decompressed, encoding_of

TEXT = "2026-01-31 12:00:00 ERROR asyncio: caf\u00e9 \u2713\r\n" * 500
DATA = TEXT.encode()

PACKERS = {
    "plain": lambda data: data,
    "gz": gzip.compress,
    "gz, two members": lambda data: gzip.compress(data[:100]) + gzip.compress(data[100:]),
    "bz2": bz2.compress,
    "bz2, two streams": lambda data: bz2.compress(data[:100]) + bz2.compress(data[100:]),
    "xz": lzma.compress,
    "zst": zstandard.compress,
    "zst, two frames": lambda data: zstandard.compress(data[:100]) + zstandard.compress(data[100:]),
}
SPELLINGS = {
    "utf-8": lambda text: text.encode(),
    "utf-16 with BOM": lambda text: text.encode("utf-16"),
    "utf-16-be with BOM": lambda text: codecs.BOM_UTF16_BE + text.encode("utf-16-be"),
    "utf-16-le without BOM": lambda text: text.encode("utf-16-le"),
    "utf-16-be without BOM": lambda text: text.encode("utf-16-be"),
    "utf-32": lambda text: text.encode("utf-32"),
}


def read(data: bytes) -> bytes:
    return decompressed(io.BufferedReader(io.BytesIO(data)), "app.log").read()  # type: ignore[arg-type]


@pytest.mark.parametrize("spell", SPELLINGS.values(), ids=SPELLINGS)
@pytest.mark.parametrize("pack", PACKERS.values(), ids=PACKERS)
def test_packed_and_spelt(pack, spell) -> None:
    assert read(pack(spell(TEXT))) == DATA


@pytest.mark.parametrize("name", [name for name in PACKERS if "," not in name])
def test_compression_is_known_by_content_not_by_name(name: str) -> None:
    assert compression_of(PACKERS[name](DATA)) == (None if name == "plain" else name)


def test_a_byte_order_mark_of_utf_8_is_no_other_spelling() -> None:
    assert encoding_of(codecs.BOM_UTF8 + DATA) is None


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"\n", id="a newline"),
        pytest.param(b"\xff\xfe bad bytes \xe9\n"[2:], id="Latin-1"),
        pytest.param(b"line\x00\x00\n" * 50 + b"x" * 900, id="a few NULs"),
        pytest.param(b"\x1b[31mred\x1b[0m\n" * 100, id="colours"),
        pytest.param("\u65e5\u672c\u8a9e\n".encode() * 100, id="Japanese"),
        pytest.param(b"x" * 5_000_000, id="one line of 5 MB"),
    ],
)
def test_what_is_text_goes_through_as_it_is(data: bytes) -> None:
    assert read(data) == data


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"\x7fELF\x02\x01\x01" + bytes(500), id="program"),
        pytest.param(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(32)) * 20, id="picture"),
        pytest.param(bytes(range(8)) * 200, id="controls"),
        pytest.param(gzip.compress(bytes(range(8)) * 2000), id="binary, packed"),
    ],
)
def test_what_is_binary_is_refused(data: bytes) -> None:
    with pytest.raises(InputError, match=r"app\.log: this is a binary file") as raised:
        read(data)
    assert raised.value.hint


def test_gzip_without_isal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "isal", None)
    assert read(gzip.compress(DATA)) == DATA


def test_zstd_without_its_package_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    data = zstandard.compress(DATA)
    monkeypatch.setitem(sys.modules, "zstandard", None)
    if sys.version_info >= (3, 14):
        pytest.skip("the standard library can")
    with pytest.raises(InputError) as raised:
        read(data)
    assert "zstandard" in raised.value.hint


def test_a_bomb_is_unpacked_piece_by_piece() -> None:
    stream = decompressed(io.BufferedReader(io.BytesIO(gzip.compress(b"a" * 50_000_000, 1))), "app.log")  # type: ignore[arg-type]
    assert len(stream.read(1000)) == 1000

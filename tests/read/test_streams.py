"""Bytes of an input: unpacked and as UTF-8."""

from __future__ import annotations

import bz2
import codecs
import gzip
import io
import lzma
import random
import sys
import threading
import zlib

import pytest
import zstandard

from asynclog.errors import InputError
from asynclog.read.streams import compression_of, decompressed, encoding_of
from asynclog.read.unpack import _large_pieces
from asynclog.read.zstdblocks import Portions

TEXT = "2026-01-31 12:00:00 ERROR asyncio: caf\u00e9 \u2713\r\n" * 500
DATA = TEXT.encode()
VARIED = "".join(
    f"2026-01-31 12:00:{n % 60:02} INFO shop: order {pow(7, n, 1_000_003)}\n" for n in range(40_000)
).encode()

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


@pytest.mark.parametrize("kind", ["gz", "bz2", "xz", "zst"])
def test_no_bomb_makes_much_at_once(kind: str) -> None:
    packed = PACKERS[kind](bytes(50_000_000))
    pieces = [len(piece) for piece in _large_pieces(kind, io.BufferedReader(io.BytesIO(packed)))]  # type: ignore[arg-type]
    assert sum(pieces) == 50_000_000
    assert max(pieces) <= 2 << 20


@pytest.mark.parametrize("checksum", [True, False])
@pytest.mark.parametrize("size_is_told", [True, False])
def test_frames_of_zstd_of_every_make(checksum: bool, size_is_told: bool) -> None:
    """One after the other: empty, of one byte again and again, not to be packed, with frames between that hold no data."""
    texts = [b"", b"a", b"a" * 3_000_000, random.Random(1).randbytes(400_000), VARIED, VARIED * 5]
    packed = b""
    for level, text in enumerate(texts):
        packer = zstandard.ZstdCompressor(level, write_checksum=checksum, write_content_size=size_is_told)
        packed += packer.compress(text)
        packed += b"\x5a\x2a\x4d\x18" + (200_000 * level).to_bytes(4, "little") + bytes(200_000 * level)
    found = b"".join(_large_pieces("zst", io.BufferedReader(io.BytesIO(packed))))  # type: ignore[arg-type]
    assert found == b"".join(texts)
    portions = Portions(io.BytesIO(packed), 1 << 20, 2048)
    assert b"".join(iter(portions, b"")) == packed


def test_what_is_no_frame_is_taken_in_small_steps() -> None:
    """A portion of blocks that only seem to be some could make anything."""
    portions = Portions(io.BytesIO(zstandard.compress(DATA) + bytes(512) + zstandard.compress(VARIED)), 1 << 20, 100)
    taken = list(iter(portions, b""))
    assert max(map(len, taken[1:])) <= 100
    assert len(taken) > 1000


@pytest.mark.parametrize("kind", ["gz", "bz2", "xz", "zst"])
def test_nothing_is_left_of_what_is_not_read_to_its_end(kind: str) -> None:
    before = threading.active_count()
    stream = decompressed(io.BufferedReader(io.BytesIO(PACKERS[kind](VARIED * 20))), "app.log")  # type: ignore[arg-type]
    assert stream.read(10) == VARIED[:10]
    assert threading.active_count() == before + 1
    del stream
    assert threading.active_count() == before


# -- cut off and damaged ---------------------------------------------------------------------------------------------


class Pipe(io.RawIOBase):
    """Bytes that can be read once."""

    def __init__(self, data: bytes) -> None:
        self._file = io.BytesIO(data)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:
        return self._file.readinto(buffer)


KINDS = [name for name in PACKERS if "," not in name and name != "plain"]


def read_with_losses(source: io.RawIOBase | io.BytesIO) -> tuple[bytes, list[str]]:
    losses: list[str] = []
    return decompressed(io.BufferedReader(source), "app.log", losses.append).read(), losses  # type: ignore[arg-type]


@pytest.mark.parametrize("open_as", [io.BytesIO, Pipe], ids=["file", "pipe"])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("lines", [300, 40_000])
def test_of_a_file_that_is_cut_off_all_before_the_cut_is_read(kind: str, lines: int, open_as) -> None:
    """As much as the packer's own library can give: bzip2 and zstd know only whole blocks."""
    data = b"".join(VARIED.splitlines(keepends=True)[:lines])
    packed = PACKERS[kind](data)
    found, losses = read_with_losses(open_as(packed[: len(packed) * 2 // 3]))
    decoder = {
        "gz": lambda: zlib.decompressobj(31),
        "bz2": bz2.BZ2Decompressor,
        "xz": lzma.LZMADecompressor,
        "zst": lambda: zstandard.ZstdDecompressor().decompressobj(),
    }[kind]()
    assert found == decoder.decompress(packed[: len(packed) * 2 // 3])
    assert data.startswith(found)
    assert found or kind in ("bz2", "zst")
    assert len(losses) == 1
    assert losses[0].startswith(f"reading stopped after {len(found):,} bytes of text: the ")
    assert f"is cut off at byte {len(packed) * 2 // 3:,}" in losses[0]


@pytest.mark.parametrize("open_as", [io.BytesIO, Pipe], ids=["file", "pipe"])
@pytest.mark.parametrize("kind", KINDS)
def test_of_a_damaged_file_all_before_the_damage_is_read(kind: str, open_as) -> None:
    packed = bytearray(PACKERS[kind](VARIED[:100_000]) + PACKERS[kind](VARIED[100_000:]))
    first = len(PACKERS[kind](VARIED[:100_000]))
    packed[first + 4000 : first + 4100] = b"\xff" * 100
    found, losses = read_with_losses(open_as(bytes(packed)))
    assert found[:100_000] == VARIED[:100_000]
    assert len(losses) == 1
    assert "data is damaged near byte" in losses[0]


@pytest.mark.parametrize("kind", KINDS)
def test_of_a_cut_member_the_one_before_is_whole(kind: str) -> None:
    packed = PACKERS[kind](DATA) + PACKERS[kind](VARIED)[:-3]
    found, losses = read_with_losses(io.BytesIO(packed))
    assert found[: len(DATA)] == DATA
    assert (DATA + VARIED).startswith(found)
    assert len(losses) == 1


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("after", [b"", b"\0" * 512], ids=["", "padded"])
def test_a_whole_file_has_no_loss(kind: str, after: bytes) -> None:
    for open_as in (io.BytesIO, Pipe):
        assert read_with_losses(open_as(PACKERS[kind](DATA) * 2 + after)) == (DATA * 2, [])


def test_a_frame_without_data_may_begin_a_zst_file() -> None:
    assert read_with_losses(io.BytesIO(b"\x5a\x2a\x4d\x18\x04\0\0\0abcd" + zstandard.compress(DATA))) == (DATA, [])

"""Which compression a file shows. What unpacks it is loaded only then."""

from __future__ import annotations

_MAGIC = (
    (b"\x1f\x8b", "gz"),
    (b"BZh", "bz2"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"\x28\xb5\x2f\xfd", "zst"),
    *((bytes([first]) + b"\x2a\x4d\x18", "zst") for first in range(0x50, 0x60)),  # a frame that holds no data
)


def compression_of(head: bytes) -> str | None:
    """Which compression the first bytes of a file show, None for plain text."""
    return next((name for magic, name in _MAGIC if head.startswith(magic)), None)

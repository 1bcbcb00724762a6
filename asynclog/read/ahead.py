"""Pieces of bytes made ahead by a thread: unpacking lets other threads run meanwhile, so it costs next to no time."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from queue import SimpleQueue

_MOST = 4  # pieces that wait to be taken


class Ahead(Iterator[bytes]):
    """What `pieces` gives, errors too. `close` ends the thread; what `pieces` reads from may be used again then."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._ready: SimpleQueue[bytes | BaseException] = SimpleQueue()
        self._room: SimpleQueue[None] = SimpleQueue()
        self._over = False
        for _ in range(_MOST):
            self._room.put(None)
        self._thread = threading.Thread(target=self._make, daemon=True)
        self._thread.start()

    def __next__(self) -> bytes:
        if self._over:
            raise StopIteration
        piece = self._ready.get()
        if isinstance(piece, bytes):
            self._room.put(None)
            return piece
        self._over = True
        raise piece

    def close(self) -> None:
        """Make no more."""
        self._over = True
        self._room.put(None)
        if threading.current_thread() is not self._thread:
            self._thread.join()

    def _make(self) -> None:
        try:
            while self._room.get() is None and not self._over:
                self._ready.put(next(self._pieces))
        except BaseException as error:  # the end as well; whoever takes the pieces is told
            self._ready.put(error)

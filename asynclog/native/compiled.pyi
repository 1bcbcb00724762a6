from collections.abc import Callable, Sequence

Span = tuple[int, int]
Moment = tuple[int, bytes]
Columns = tuple[bytes, bytes, bytes]
Cells = tuple[int, Sequence[int] | bytes, Sequence[int] | bytes, Sequence[int] | bytes]

def newlines(data: bytes, start: int, end: int, counts: bytes = b"", /) -> int: ...
def find_all(data: bytes, literal: bytes, start: int, end: int, /) -> list[int]: ...
def united_cells(parts: list[Cells], level: int, most: int, /) -> tuple[int, bytes, bytes, bytes]: ...

class Lookup:
    names: dict[bytes, int]
    size: int
    learnt: int
    pending: int

    def __init__(
        self,
        lines: bool,
        mask: bytes,
        seed: int,
        clock: Callable[[bytes], int | None],
        plain: bool,
        told: frozenset[bytes],
        anchors: tuple[bytes, ...],
        /,
    ) -> None: ...
    def look_up(self, data: bytes, first: int, stop: int, starts: list[int], masked: bool, /) -> list[int]: ...
    def sweep(
        self, data: bytes, hits: list[int], index: int, start: int, limit: int, counts: bytes, /
    ) -> list[int]: ...
    def place(self, index: int, /) -> tuple[int, int]: ...
    def again(self, index: int, /) -> bool: ...
    def learn_nothing(self, index: int, bare: bytes, /) -> None: ...
    def parts(self, index: int, /) -> tuple[int, bytes, bytes, bytes] | None: ...
    def collect(self, index: int, stop: int, line: int, /) -> tuple[list[tuple[int, int]], int, int, int]: ...
    def drain(
        self,
    ) -> tuple[bytes, list[tuple[int, Moment, Moment]], list[tuple[int, int, int]], tuple[int, int]]: ...
    def ask_for(self, dated: bool, low: int, high: int, opens: int, closes: int, /) -> None: ...
    def prepare(self, opening: bytes | None, words: list[bytes], /) -> None: ...
    def outline(self, entry: bytes, /) -> tuple[bytes, list[tuple[int, int, int]], Span] | None: ...
    def learn_tokens(self, entry: bytes, spans: list[Span], /) -> None: ...
    def learn(
        self,
        bare: bytes,
        column: int,
        lines: int,
        time: Span,
        fraction: Span,
        took: Span,
        task: Span,
        name: Span,
        kept: list[Span],
        outline: bool,
        /,
    ) -> bool: ...
    def add_column(
        self,
        names: set[bytes],
        guard: tuple[bytes, ...],
        seen: tuple[bytes, ...] | None,
        any: bool,
        most: float,
        longest: float,
        digits: int,
        dated: bool,
        begun: bool,
        /,
    ) -> int: ...

class Counter:
    size: int

    def __init__(self, cell_bits: int, buckets: list[int], /) -> None: ...
    def add_column(self, timed: bool, lasting: bool, blocking: bool, bounds: list[int], /) -> int: ...
    def add(self, rows: bytes, columns: list[int], /) -> None: ...
    def parts(self) -> list[tuple[int, int, Columns, Columns, int, int, int, bytes]]: ...
    def reaching(self) -> tuple[list[int], list[int]]: ...

class Searcher:
    overlap: int

    def __init__(self, anchors: list[bytes], others: list[bytes], /) -> None: ...
    def look(self, data: bytes, start: int, /) -> tuple[list[int], bytes]: ...

class Ahead:
    searching: bool

    def __init__(
        self,
        file: int,
        offset: int,
        left: int,
        window: int,
        back: int,
        head: bytes,
        searcher: Searcher,
        /,
    ) -> None: ...
    def next(self) -> tuple[bytes, int, list[int] | None, bytes] | None: ...
    def close(self) -> None: ...

"""Times of echoes as microseconds."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from asynclog.lazy import regex
from asynclog.read.shapes import ZEROS, Form, form_of
from asynclog.read.timestamps import parse_timestamp

_REMEMBERED = 1 << 16
_SECONDS = regex(rb"(?s)(.*\d\d:\d\d:)([0-5]\d)(Z| ?[+-]\d\d:?\d\d| ?[A-Z]{2,5})?")


class _Starts(dict[bytes, int]):
    """What stands before the fraction of a second, as microseconds; LookupError where it is of another form."""

    def __init__(self, skeleton: bytes, read: Callable[[bytes], int | None]) -> None:
        self._skeleton, self._read = skeleton, read

    def __missing__(self, start: bytes) -> int:
        micros = self._read(start) if start.translate(ZEROS) == self._skeleton else None
        if micros is None:
            raise LookupError(start)
        if len(self) > _REMEMBERED:
            self.clear()
        self[start] = micros
        return micros


class Clock:
    """Reads times; all but the fraction of a second is parsed once a second."""

    def __init__(self) -> None:
        self._forms: dict[bytes, Form | None] = {}
        self._seconds: dict[bytes, int | None] = {}
        self._starts: dict[tuple[bytes, bytes], _Starts] = {}

    def micros(self, times: Sequence[bytes]) -> list[int | None]:
        """The microseconds of `times`, as `Timestamp.micros` has them."""
        if (together := self._alike(times)) is not None:
            return together
        result: list[int | None] = []
        seconds, forms = self._seconds, self._forms
        for text in times:
            skeleton = text.translate(ZEROS)
            if skeleton not in forms:
                forms[skeleton] = form_of(text)
            form = forms[skeleton]
            if form is None:
                result.append(self._whole(text))
                continue
            whole = text[form.whole] + text[form.zone]
            base = seconds[whole] if whole in seconds else self._whole(whole)
            result.append(None if base is None else base + int(text[form.fraction]) * form.scale)
        return result

    def _alike(self, times: Sequence[bytes]) -> list[int | None] | None:
        """The same for times of one form, each looked up by all that stands before its fraction of a second."""
        first = times[0] if times else b""
        form = form_of(first)
        if form is None or len(set(map(len, times))) > 1:
            return None
        at, end, scale = form.fraction.start, form.fraction.stop, form.scale
        if end < len(first) and len({text[end:] for text in times}) > 1:
            return None
        if not b"".join([text[at:end] for text in times]).isdigit():
            return None
        key = (first[:at].translate(ZEROS), first[end:])
        known = self._starts.setdefault(key, _Starts(key[0], lambda start: self._whole(start[form.whole] + key[1])))
        try:
            return [known[text[:at]] + int(text[at:end]) * scale for text in times]
        except LookupError:
            return None

    def _whole(self, text: bytes) -> int | None:
        """A time without fraction: parsed once a minute, its seconds added."""
        parts = _SECONDS.fullmatch(text)
        if parts is None:
            return self._parsed(text)
        start = self._parsed(parts[1] + b"00" + (parts[3] or b""))
        return start + int(parts[2]) * 1_000_000 if start is not None else self._parsed(text)

    def _parsed(self, text: bytes) -> int | None:
        if text not in self._seconds:
            if len(self._seconds) > _REMEMBERED:
                self._seconds.clear()
            stamp = parse_timestamp(text.decode("utf-8", "backslashreplace"))
            self._seconds[text] = stamp.micros if stamp is not None else None
        return self._seconds[text]

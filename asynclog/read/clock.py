"""Times of echoes as microseconds."""

from __future__ import annotations

from collections.abc import Sequence

from asynclog.read.shapes import ZEROS, Form, form_of
from asynclog.read.timestamps import parse_timestamp


class Clock:
    """Reads times; all but the fraction of a second is parsed once a second."""

    def __init__(self) -> None:
        self._forms: dict[bytes, Form | None] = {}
        self._seconds: dict[bytes, int | None] = {}

    def micros(self, times: Sequence[bytes]) -> list[int | None]:
        """The microseconds of `times`, as `Timestamp.micros` has them."""
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

    def _whole(self, text: bytes) -> int | None:
        if text not in self._seconds:
            if len(self._seconds) > 4096:
                self._seconds.clear()
            stamp = parse_timestamp(text.decode("utf-8", "backslashreplace"))
            self._seconds[text] = stamp.micros if stamp is not None else None
        return self._seconds[text]

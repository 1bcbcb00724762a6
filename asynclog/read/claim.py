"""What a hit turned out to be: the claim that a record stands there."""

from __future__ import annotations

from typing import NamedTuple

from asynclog.read.extent import Extent
from asynclog.read.lines import Line
from asynclog.read.recognise import Head


class Claim(NamedTuple):
    """A record from its first line on: `text` is the whole message, `rest` how far it reaches."""

    line: Line
    head: Head
    text: str
    rest: Extent
    headless: bool = False

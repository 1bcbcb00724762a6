"""Render what a program said as the logs of twelve deployments, keeping track of every record's first line.

Pure functions: a capture (list of entries, see ``capture.py``) and a variant number give lines; lines give a log with
its truth. Nothing is read or written here.
"""

import random

from layouts import LAYOUTS, text_lines
from lines import Log
from noise import with_noise
from spellings import docker_json_file, json_lines
from wrappers import COMPOSE, cri, journald, prefixed, rsyslog

INNER = ("asctime", "basic", "bare")


def one_process(layout):
    """One process that writes to a file in a text layout; now and then without the names of loggers."""

    def lines(entries, variant):
        named = layout if variant % 5 else f"{layout} nameless"
        return text_lines(entries, LAYOUTS[named], capture_warnings=variant % 2 == 1)

    return lines


def render_json(entries, variant):
    """JSON lines; now and then those of Docker, which know nothing of records."""
    if variant % 7 == 6:
        return docker_json_file(text_lines(entries, LAYOUTS[INNER[variant // 7 % 3]]))
    return json_lines(entries, variant)


def wrapped(entries, variant):
    """The lines of a capture in the layout that stands inside a wrapper."""
    return text_lines(entries, LAYOUTS[INNER[variant % 3]], capture_warnings=variant // 3 % 2 == 1)


def render_compose(entries, variant):
    """``docker compose logs`` of one service."""
    return prefixed(wrapped(entries, variant), COMPOSE[variant // 2 % len(COMPOSE)])


def render_cri(entries, variant):
    """A pod's log, long lines in pieces of several sizes."""
    return cri(wrapped(entries, variant), (16384, 120, 57)[variant // 5 % 3], ("Z", "+02:00")[variant // 15 % 2])


def render_journald(entries, variant):
    """``journalctl`` of one unit."""
    return journald(wrapped(entries, variant), entries[0]["pid"] if entries else 1, variant // 7 % 2)


def render_rsyslog(entries, variant):
    """What a handler for syslog sends, as the daemon writes it; what bypasses logging goes elsewhere."""
    sent = [entry for entry in entries if entry["type"] != "raw"]
    lines = text_lines(sent, LAYOUTS[("basic", "basic nameless")[variant % 2]], capture_warnings=True)
    return rsyslog(lines, entries[0]["pid"] if entries else 1, variant // 2 % 2)


def render_noisy(entries, variant):
    """A busy application's log."""
    noisy = list(with_noise(entries, random.Random(variant)))
    return text_lines(noisy, LAYOUTS["asctime"], capture_warnings=variant % 2 == 1)


FORMATS = {
    "bare": one_process("bare"),
    "basic": one_process("basic"),
    "asctime": one_process("asctime"),
    "brackets": one_process("brackets"),
    "padded": one_process("padded"),
    "json": render_json,
    "compose": render_compose,
    "cri": render_cri,
    "journald": render_journald,
    "rsyslog": render_rsyslog,
    "noisy": render_noisy,
    "interleaved": None,
}


def interleave(entries, others, variant):
    """Two processes that write into one file, a few lines at a time, every line with its process."""
    rng = random.Random(variant)
    second = variant + variant // 8 % 3  # another layout, now and then
    if variant % 2:
        streams = [
            prefixed(wrapped(entries, variant), "web-1     | "),
            prefixed(wrapped(others, second), "worker-1  | "),
        ]
    else:
        pid = entries[0]["pid"] if entries else 1
        style = variant // 4 % 2
        streams = [journald(wrapped(entries, variant), pid, style), journald(wrapped(others, second), pid + 1, style)]
    streams = [list(stream) for stream in streams]
    while any(streams):
        stream = rng.choice([stream for stream in streams if stream])
        for _ in range(rng.choice((1, 1, 2, 5))):
            if stream:
                yield stream.pop(0)


def finish(lines):
    """Number the lines and write the log."""
    records, ambiguous, data = [], set(), []
    for number, line in enumerate(lines, 1):
        data.append(line.data)
        if line.first:
            line.record.line = number
            records.append(line.record)
        if line.record is not None:
            line.record.last_line = number
        if line.ambiguous:
            ambiguous.add(number)
    return Log(b"\n".join(data) + b"\n" if data else b"", records, ambiguous)


def render(name, entries, variant, others=()):
    """The log of one capture in one format; ``others`` is the second process of ``interleaved``."""
    entries = [entry for entry in entries if entry["type"] in ("log", "raw", "warning")]
    others = [entry for entry in others if entry["type"] in ("log", "raw", "warning")]
    if name == "interleaved":
        return finish(interleave(entries, others, variant))
    return finish(FORMATS[name](entries, variant))

"""Wrappers: what a collector puts on every line."""

import re

from lines import Line, iso_time, moment

CYAN, RESET = "\x1b[36m", "\x1b[0m"
COMPOSE = (
    "web-1  | ",
    "shop-worker-2     | ",
    "api_1         | ",
    f"{CYAN}web-1  | {RESET}",
    f"{CYAN}api_1         |{RESET} ",
    "web-1  | {time}000Z ",
)


def prefixed(lines, prefix):
    """The same prefix on every line, with the time of its record where it asks for one."""
    for line in lines:
        line.record.timed = line.record.timed or "{time}" in prefix
        text = prefix.format(time=iso_time(line.record.created))
        yield Line(text.encode() + line.data, line.record, line.first, line.ambiguous)


def cri(lines, limit, zone="Z"):
    """Kubernetes' container runtime: a long line comes in partial pieces."""
    for line in lines:
        line.record.timed = zone == "Z"
        stamp = f"{iso_time(line.record.created)}789{zone} stderr ".encode()
        pieces = [line.data[at : at + limit] for at in range(0, len(line.data), limit)] or [b""]
        for number, piece in enumerate(pieces):
            tag = b"F " if number == len(pieces) - 1 else b"P "
            yield Line(stamp + tag + piece, line.record, line.first and number == 0, line.ambiguous and number == 0)


JOURNALS = ("{:%b %d %H:%M:%S} web01 app[{}]: ", "{:%Y-%m-%dT%H:%M:%S+0000} web01 python3[{}]: ")


def journald(lines, pid, style=0):
    """``journalctl``: syslog's prefix on every line; empty lines never reach the journal."""
    for line in lines:
        if line.data or line.first:
            line.record.timed = True
            prefix = JOURNALS[style].format(moment(line.record.created), pid)
            yield Line(prefix.encode() + line.data, line.record, line.first, line.ambiguous)


def rsyslog(lines, pid, style=0):
    """A record that reached the daemon whole: one line, in which control characters are numbers."""
    whole = []
    for line in lines:
        if line.first:
            whole.append(line)
        else:
            whole[-1].data += b"\n" + line.data
    for line in whole:
        line.record.timed = True
        prefix = JOURNALS[style].format(moment(line.record.created), pid)
        text = re.sub(rb"[\x00-\x1f]", lambda found: b"#%03o" % ord(found.group()), line.data)
        yield Line(prefix.encode() + text, line.record, True)

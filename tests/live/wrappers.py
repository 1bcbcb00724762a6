"""Wrappers: what a collector puts on every line."""

from lines import Line, iso_time, moment


def prefixed(lines, prefix):
    for line in lines:
        yield Line(prefix.encode() + line.data, line.record, line.first, line.ambiguous)


def cri(lines, limit):
    """Kubernetes' container runtime: a long line comes in partial pieces."""
    for line in lines:
        stamp = iso_time(line.record.created).encode() + b"789Z"
        pieces = [line.data[at : at + limit] for at in range(0, len(line.data), limit)] or [b""]
        for number, piece in enumerate(pieces):
            tag = b"F" if number == len(pieces) - 1 else b"P"
            yield Line(
                stamp + b" stderr " + tag + b" " + piece,
                line.record,
                line.first and number == 0,
                line.ambiguous and number == 0,
            )


def journald(lines, pid):
    """``journalctl``: syslog's prefix on every line; empty lines never reach the journal."""
    for line in lines:
        if line.data or line.first:
            prefix = f"{moment(line.record.created):%b %d %H:%M:%S} web01 app[{pid}]: "
            yield Line(prefix.encode() + line.data, line.record, line.first, line.ambiguous)

"""Render what a program said as the logs of eleven deployments, keeping track of every record's first line.

Pure functions: a capture (list of entries, see ``capture.py``) and a variant number give lines; lines give a log with its
truth. Nothing is read or written here.
"""
import datetime
import json
import random
import re
from dataclasses import dataclass, field

WARNING = 30


@dataclass
class Record:
    """One record of the log: the label it must be found with (None: it must not be found), and what cannot be decided."""

    label: dict | None
    text: str
    created: float
    cut: bool = False
    """Other text hangs on to it that no reader could tell from its own: its exception is not scored."""
    undecidable: bool = False
    """No reader could tell that it starts here: missing it is no miss."""
    line: int = 0
    last_line: int = 0
    also_lines: range = range(0)
    head_lines: int = 1


@dataclass
class Line:
    """One physical line, without its newline."""

    data: bytes
    record: Record | None
    first: bool = False
    ambiguous: bool = False
    """A continuation line in the very shape in which this format would start a record."""


@dataclass
class Log:
    """A rendered log and its truth."""

    data: bytes
    records: list[Record]
    ambiguous: set[int] = field(default_factory=set)


# --- times ------------------------------------------------------------------------------------------------------------


def moment(created):
    return datetime.datetime.fromtimestamp(created, datetime.timezone.utc)


def asctime(entry, separator=","):
    when = moment(entry["created"])
    return f"{when:%Y-%m-%d %H:%M:%S}{separator}{when.microsecond // 1000:03d}"


def iso(entry, digits=6):
    return iso_time(entry["created"], digits)


def iso_time(created, digits=6):
    when = moment(created)
    return f"{when:%Y-%m-%dT%H:%M:%S}.{when.microsecond:06d}"[:20 + digits].ljust(20 + digits, "0")


# --- layouts: what a logging format puts before the message -----------------------------------------------------------

ASYNCIO_HEADS = re.compile(
    r"(?:\w+ exception was never retrieved$|Task was destroyed but it is pending!$|Exception in callback |Executing <"
    r"|Unhandled exception in |Unclosed |Fatal (?:read|write) error|socket\.|<CoroWrapper )")
RAW_HEADS = re.compile(
    r"(?:\S.*:\d+: \w+Warning: |Exception ignored (?:in|while)|Exception in thread |Fatal Python error: |Timeout \(\d"
    r"|(?:Current thread|Thread) 0x|(?:Stack|Traceback) for <|Unhandled exception in)")


@dataclass(frozen=True)
class Layout:
    """A logging format: the prefix of a record, and the shape of a line that starts with one."""

    prefix: object
    start: re.Pattern
    configured: bool = True


def pad_prefix(entry):
    return (f"{asctime(entry, '.')} {entry['level']:<8} {entry['pid']:>6} {entry.get('thread') or 'MainThread':<12} "
            f"{entry['logger']:<16} ")


LEVELS = r"(?:DEBUG|INFO|WARNING|ERROR|CRITICAL)"
DATE = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d"
LAYOUTS = {
    "bare": Layout(lambda e: "", ASYNCIO_HEADS, configured=False),
    "basic": Layout(lambda e: f"{e['level']}:{e['logger']}:", re.compile(LEVELS + r":[\w.]+:")),
    "asctime": Layout(lambda e: f"{asctime(e)} - {e['logger']} - {e['level']} - ",
                      re.compile(DATE + r",\d{3} - [\w.]+ - " + LEVELS + " - ")),
    "brackets": Layout(lambda e: f"[{asctime(e)}] [{e['level']}] [{e['logger']}] ",
                       re.compile(r"\[" + DATE + r",\d{3}\] \[" + LEVELS + r"\] ")),
    "padded": Layout(pad_prefix, re.compile(DATE + r"\.\d{3} " + LEVELS + r" +\d+ ")),
}


def split_lines(text):
    """The physical lines of a text, as a collector sees them: only a newline ends one."""
    return text[:-1].split("\n") if text.endswith("\n") else text.split("\n")


def body(entry):
    """A log record's text: message, then the traceback on its own line."""
    text, trace = entry["message"], entry["exc_text"]
    return text if not trace else text + ("" if text.endswith("\n") else "\n") + trace


def as_record(entry, capture_warnings):
    """A warning as what it becomes in this deployment: a record of ``py.warnings``, or text on stderr."""
    if entry["type"] != "warning":
        return entry
    if capture_warnings:
        return dict(entry, type="log", level="WARNING", levelno=WARNING, logger="py.warnings", exc_text=None,
                    label=entry["message_label"], taskname=None, module="warnings", lineno=112, funcname="_showwarnmsg",
                    pathname="/usr/lib/python3/warnings.py", exc_type=None, exc_message=None)
    return dict(entry, type="raw")


def text_lines(entries, layout, capture_warnings=False):
    """The lines of a capture under a text layout."""
    lines, before = [], None
    for entry in entries:
        entry = as_record(entry, capture_warnings and layout.configured)
        logged = entry["type"] == "log"
        if logged and not layout.configured and entry["levelno"] < WARNING:
            continue
        text = layout.prefix(entry) + body(entry) if logged else entry["text"]
        if logged:
            text += "\n"
        record = Record(entry["label"], text, entry["created"])
        headless = not logged or not layout.configured
        settle_doubt(record, entry, before, headless)
        for number, line in enumerate(split_lines(text)):
            ambiguous = number > 0 and bool(layout.start.match(line) or RAW_HEADS.match(line))
            record.cut = record.cut or ambiguous
            lines.append(Line(line.encode("utf-8", "backslashreplace"), record, number == 0, ambiguous))
        before = (entry, record)
    return lines


def settle_doubt(record, entry, before, headless):
    """Say what nobody could decide where a traceback without any prefix follows a record that has none of its own."""
    traced = entry["type"] == "raw" and entry["text"].startswith(("Traceback", "  + Exception Group")) \
        or entry["type"] == "log" and entry["exc_text"]
    if not headless or not traced:
        return
    label = record.label
    app = entry["type"] == "log" and entry["logger"] != "asyncio"
    if app:
        record.head_lines = len(split_lines(entry["message"])) + 1
    if not app and entry["type"] == "log":
        return
    if before and before[0]["type"] in ("log", "raw"):
        previous, owner = before
        if previous["type"] == "raw" or not previous["exc_text"]:
            owner.cut = True
            record.undecidable = bool(label)
        elif app:
            record.undecidable = bool(label)
            owner.cut = True


# --- JSON lines -------------------------------------------------------------------------------------------------------


def spell_stdlib(e):
    return {"timestamp": iso(e), "level": e["level"], "logger": e["logger"], "message": e["message"],
            "module": e["module"], "line": e["lineno"], **({"exc_info": e["exc_text"]} if e["exc_text"] else {})}


def spell_python_json_logger(e):
    return {"asctime": asctime(e), "levelname": e["level"], "name": e["logger"], "message": e["message"],
            **({"exc_info": e["exc_text"]} if e["exc_text"] else {}), **({"taskName": e["taskname"]} if e["taskname"] else {})}


def spell_structlog(e):
    return {"event": e["message"], "level": e["level"].lower(), "logger": e["logger"],
            **({"exception": e["exc_text"]} if e["exc_text"] else {}), "timestamp": iso(e) + "Z"}


def spell_loguru(e):
    line = f"{asctime(e, '.')} | {e['level']:<8} | {e['logger']}:{e['funcname']}:{e['lineno']} - {body(e)}\n"
    trouble = {"type": e["exc_type"], "value": e["exc_message"], "traceback": True} if e["exc_text"] else None
    return {"text": line, "record": {
        "elapsed": {"repr": "0:00:01.234567", "seconds": 1.234567}, "exception": trouble, "extra": {},
        "file": {"name": e["module"] + ".py", "path": e["pathname"]}, "function": e["funcname"],
        "level": {"icon": "x", "name": e["level"], "no": e["levelno"]}, "line": e["lineno"], "message": e["message"],
        "module": e["module"], "name": e["logger"], "process": {"id": e["pid"], "name": "MainProcess"},
        "thread": {"id": e["ident"], "name": e["thread"]},
        "time": {"repr": iso(e) + "+00:00", "timestamp": e["created"]}}}


def spell_ecs(e):
    trouble = {"error": {"type": e["exc_type"], "message": e["exc_message"], "stack_trace": e["exc_text"]}}
    return {"@timestamp": iso(e, 3) + "Z", "log.level": e["level"].lower(), "message": e["message"],
            "ecs": {"version": "1.6.0"}, "log": {"logger": e["logger"], "origin": {"function": e["funcname"]}},
            "process": {"pid": e["pid"], "thread": {"id": e["ident"], "name": e["thread"]}},
            **(trouble if e["exc_text"] else {})}


def spell_gcp(e):
    return {"severity": e["level"], "message": body(e), "time": iso(e) + "Z", "logger": e["logger"],
            "logging.googleapis.com/sourceLocation": {"file": e["pathname"], "line": str(e["lineno"]), "function": e["funcname"]}}


SPELLINGS = (spell_stdlib, spell_python_json_logger, spell_structlog, spell_loguru, spell_ecs, spell_gcp)


def json_lines(entries, variant):
    """One object a record; what does not go through logging stands between them as it came."""
    spell, capture_warnings = SPELLINGS[variant % len(SPELLINGS)], variant // len(SPELLINGS) % 2 == 0
    for entry in entries:
        entry = as_record(entry, capture_warnings)
        if entry["type"] == "log":
            text = json.dumps(spell(entry), ensure_ascii=variant % 3 != 0)
            yield Line(text.encode("utf-8", "backslashreplace"), Record(entry["label"], text, entry["created"]), True)
            continue
        record = Record(entry["label"], entry["text"], entry["created"])
        for number, line in enumerate(split_lines(entry["text"])):
            ambiguous = number > 0 and bool(RAW_HEADS.match(line))
            yield Line(line.encode("utf-8", "backslashreplace"), record, number == 0, ambiguous)


def docker_json_file(lines):
    """Docker's json-file driver: every physical line in an object of its own."""
    for line in lines:
        stamp = iso_time(line.record.created) + "123Z"
        text = json.dumps({"log": line.data.decode("utf-8", "replace") + "\n", "stream": "stderr", "time": stamp})
        yield Line(text.encode(), line.record, line.first, line.ambiguous)


# --- wrappers: what a collector puts on every line --------------------------------------------------------------------


def prefixed(lines, prefix):
    for line in lines:
        yield Line(prefix.encode() + line.data, line.record, line.first, line.ambiguous)


def cri(lines, limit):
    """Kubernetes' container runtime: a long line comes in partial pieces."""
    for line in lines:
        stamp = iso_time(line.record.created).encode() + b"789Z"
        pieces = [line.data[at:at + limit] for at in range(0, len(line.data), limit)] or [b""]
        for number, piece in enumerate(pieces):
            tag = b"F" if number == len(pieces) - 1 else b"P"
            yield Line(stamp + b" stderr " + tag + b" " + piece, line.record, line.first and number == 0,
                       line.ambiguous and number == 0)


def journald(lines, pid):
    """``journalctl``: syslog's prefix on every line; empty lines never reach the journal."""
    for line in lines:
        if line.data or line.first:
            prefix = f"{moment(line.record.created):%b %d %H:%M:%S} web01 app[{pid}]: "
            yield Line(prefix.encode() + line.data, line.record, line.first, line.ambiguous)


# --- noise ------------------------------------------------------------------------------------------------------------

FOREIGN_TRACEBACK = '''Traceback (most recent call last):
  File "/srv/shop/db.py", line 88, in fetch
    row = await self.pool.fetchrow(query)
  File "/usr/lib/python3.11/asyncio/tasks.py", line 479, in wait_for
    return fut.result()
%s'''
NOISE = (
    ("INFO", "myapp.db", "Executing query took 1.234 seconds", None),
    ("WARNING", "myapp.db", "Executing <SELECT * FROM tasks> took 12.5 s", None),
    ("INFO", "myapp.jobs", "Task was cancelled by user", None),
    ("WARNING", "myapp.jobs", "Task was destroyed", None),
    ("ERROR", "myapp.jobs", "Task 17 exception was handled", FOREIGN_TRACEBACK % "ValueError: bad row"),
    ("ERROR", "myapp.db", "query failed", FOREIGN_TRACEBACK % "KeyError: 'coroutine was never awaited'"),
    ("ERROR", "myapp.db", "connection lost", FOREIGN_TRACEBACK % (
        "RuntimeError: Event loop is closed\n\nDuring handling of the above exception, another exception occurred:\n\n"
        "Traceback (most recent call last):\n  File \"/srv/shop/db.py\", line 90, in fetch\n    raise Retry()\n"
        "shop.errors.Retry: pool is gone")),
    ("INFO", "myapp.chat", 'user wrote: "why does it say Task exception was never retrieved all the time?"', None),
    ("INFO", "myapp.chat", "user wrote: what is 'Task was destroyed but it is pending!'", None),
    ("WARNING", "myapp.http", "Unclosed bracket in template 'client session.html'", None),
    ("INFO", "myapp.mail", "socket.send() raised exception. is what the FAQ explains", None),
    ("DEBUG", "myapp.cli", "Using selector: .order > li", None),
    ("ERROR", "myapp.audit", "Exception in callback URL https://example.org/cb?x=<Handle>", None),
    ("INFO", "myapp.sched", "poll took longer than usual: 3 events", None),
    ("WARNING", "myapp.sched", "warnings seen today: RuntimeWarning: coroutine 'x' was not checked", None),
    ("ERROR", "myapp.web", "Unhandled exception in request handler", FOREIGN_TRACEBACK % "PermissionError: [Errno 13] no"),
)


def with_noise(entries, rng):
    """Records of other loggers that look like asyncio's, between the real ones."""
    for entry in entries:
        for _ in range(rng.randrange(3)):
            level, logger, message, trace = rng.choice(NOISE)
            yield {"type": "log", "level": level, "levelno": WARNING, "logger": logger, "message": message,
                   "exc_text": trace, "created": entry["created"], "pid": entry["pid"], "thread": "MainThread", "label": None}
        yield entry


# --- the eleven formats -----------------------------------------------------------------------------------------------

INNER = ("asctime", "basic", "bare")


def one_process(layout):
    return lambda entries, variant: text_lines(entries, LAYOUTS[layout], capture_warnings=variant % 2 == 1)


def render_json(entries, variant):
    if variant % 7 == 6:
        return docker_json_file(text_lines(entries, LAYOUTS[INNER[variant // 7 % 3]]))
    return json_lines(entries, variant)


def wrapped(entries, variant):
    """The lines of a capture in the layout that stands inside a wrapper."""
    return text_lines(entries, LAYOUTS[INNER[variant % 3]], capture_warnings=variant // 3 % 2 == 1)


def render_compose(entries, variant):
    return prefixed(wrapped(entries, variant), ("web-1  | ", "shop-worker-2     | ", "api_1         | ")[variant // 2 % 3])


def render_cri(entries, variant):
    return cri(wrapped(entries, variant), (16384, 120, 57)[variant // 5 % 3])


def render_journald(entries, variant):
    return journald(wrapped(entries, variant), entries[0]["pid"] if entries else 1)


def render_noisy(entries, variant):
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
    "noisy": render_noisy,
    "interleaved": None,
}


def interleave(entries, others, variant):
    """Two processes that write into one file, a few lines at a time, every line with its process."""
    rng = random.Random(variant)
    if variant % 2:
        streams = [prefixed(wrapped(entries, variant), "web-1     | "), prefixed(wrapped(others, variant), "worker-1  | ")]
    else:
        pid = entries[0]["pid"] if entries else 1
        streams = [journald(wrapped(entries, variant), pid), journald(wrapped(others, variant), pid + 1)]
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
    for record in records:
        record.also_lines = range(record.line, record.line + record.head_lines)
    return Log(b"\n".join(data) + b"\n" if data else b"", records, ambiguous)


def render(name, entries, variant, others=()):
    """The log of one capture in one format; ``others`` is the second process of ``interleaved``."""
    entries = [entry for entry in entries if entry["type"] in ("log", "raw", "warning")]
    others = [entry for entry in others if entry["type"] in ("log", "raw", "warning")]
    if name == "interleaved":
        return finish(interleave(entries, others, variant))
    return finish(FORMATS[name](entries, variant))

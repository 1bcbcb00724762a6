"""Write down everything a program says about asyncio, each record with a label made from the live objects.

A program imports this module and calls ``start()`` first. Entries go as JSON lines to the file that ``LIVE_CAPTURE``
names (none given: to standard output). Standard library only; CPython 3.6 and later.
"""
# ruff: noqa: UP031

import atexit
import contextlib
import io
import json
import logging
import os
import re
import sys
import threading
import time
import traceback
import warnings

import labels

DEBUG = os.environ.get("PYTHONASYNCIODEBUG") == "1"
SKIPPED = 77

_formatter = logging.Formatter()
_lock = threading.RLock()
_boxes = threading.local()
_contexts = []
_uncaught = []
_out = None


# --- entries ----------------------------------------------------------------------------------------------------------


def _write(entry):
    entry.setdefault("created", time.time())
    entry["pid"] = os.getpid()
    with _lock:
        os.write(_out, (json.dumps(entry) + "\n").encode("ascii"))


def raw(text, label=None):
    """An entry that reaches stderr without going through logging."""
    flush()
    if text:
        _write({"type": "raw", "text": text if text.endswith("\n") else text + "\n", "label": label})


def expect_raw(kind, head, **fields):
    """Announce a record that the interpreter writes past Python (a crash, its last moments) by its first line."""
    label = dict(
        {
            "kind": kind,
            "exception": None,
            "object": None,
            "coroutine": None,
            "task": None,
            "site": None,
            "also": [],
            "loose": True,
            "soft": ["coroutine", "object", "exception"],
        },
        **fields,
    )
    _write({"type": "expect", "head": head, "label": label})


def expect_uncaught(kind):
    """Announce that the program ends with an uncaught exception of this kind (None: one that is no finding)."""
    _uncaught.append(kind)


def skip(reason):
    """Leave: this interpreter or machine cannot run the program."""
    _write({"type": "skip", "reason": reason})
    flush()
    os._exit(SKIPPED)


# --- stderr as Python sees it -----------------------------------------------------------------------------------------

# Python 3.6 and 3.7 have no hooks: the interpreter writes these to sys.stderr in pieces, without the live object.
HEADS = [
    (re.compile(pattern), kind)
    for pattern, kind in (
        (
            r"Exception ignored in: <(?:coroutine|async_generator|generator) object (?P<name>.+) at 0x",
            "unraisable-coroutine",
        ),
        (r"Exception ignored in: <(?:bound method .+\.__del__ of|function .+\.__del__ at) ", "unraisable-destructor"),
        (r"Exception ignored in: ", "unraisable-other"),
        (r"Exception in thread ", "thread-exception"),
    )
]


class Tap(io.TextIOBase):
    """Stands for sys.stderr: collects what is written, or hands it to the box of the current thread."""

    def __init__(self):
        super().__init__()
        self.pending = []

    def write(self, text):
        box = getattr(_boxes, "current", None)
        (self.pending if box is None else box).append(text)
        return len(text)

    def writable(self):
        return True

    def flush(self):
        pass

    @property
    def encoding(self):
        return "utf-8"

    def fileno(self):
        return 2


tap = Tap()


@contextlib.contextmanager
def _boxed():
    """Collect what the current thread writes to stderr meanwhile."""
    before, _boxes.current = getattr(_boxes, "current", None), []
    try:
        yield _boxes.current
    finally:
        _boxes.current = before


def flush():
    """Turn text that was written straight to stderr into entries, cut at the heads known."""
    with _lock:
        text, tap.pending = "".join(tap.pending), []
    chunks = []
    for line in text.splitlines(True) if "\r" not in text else re.findall(r"[^\n]*\n|[^\n]+$", text):
        match, kind = next(
            ((found, kind) for pattern, kind in HEADS for found in [pattern.match(line)] if found), (None, None)
        )
        if match or not chunks:
            chunks.append([line, kind, match])
        else:
            chunks[-1][0] += line
    for chunk, kind, match in chunks:
        label = None
        if kind:
            label = labels.label_error(kind, None, soft=("coroutine", "object", "exception"))
            label["also_kinds"] = ["unraisable-destructor"] if kind == "unraisable-other" else []
            if match.groupdict():
                label.update(coroutine=match.group("name"), soft=["object", "exception"])
        _write({"type": "raw", "text": chunk if chunk.endswith("\n") else chunk + "\n", "label": label})


# --- logging ----------------------------------------------------------------------------------------------------------


def _caller():
    """The frame that called the logger."""
    frame = sys._getframe(2)
    while frame is not None and frame.f_globals.get("__name__") == "logging":
        frame = frame.f_back
    return frame


def _context_label(context, caller):
    handle_traceback = None
    if caller is not None:
        loop = caller.f_locals.get("self")
        if "source_traceback" not in context:
            handle_traceback = getattr(getattr(loop, "_current_handle", None), "_source_traceback", None)
    return labels.label_context(context, handle_traceback)


def _label_record(record, caller):
    if record.name == "asyncio":
        if caller is not None and caller.f_code.co_name == "default_exception_handler" and "context" in caller.f_locals:
            return _context_label(caller.f_locals["context"], caller)
        if _contexts:
            return _context_label(_contexts[-1], None)
        return labels.label_direct(record, caller)
    if getattr(record, "live_kind", None):
        exception = record.exc_info[1] if record.exc_info else getattr(record, "live_exception", None)
        return labels.label_application_error(record.live_kind, exception)
    if record.name in labels.LIBRARY_LOGGERS and record.exc_info:
        return labels.label_error(labels.LIBRARY_LOGGERS[record.name], record.exc_info[1])
    return None


class TruthHandler(logging.Handler):
    """Writes one entry for each log record."""

    def emit(self, record):
        flush()
        caller = _caller()
        try:
            label = _label_record(record, caller)
        except Exception:
            _write({"type": "problem", "text": traceback.format_exc()})
            label = None
        if label is None and record.name == "asyncio":
            _write({"type": "problem", "text": "no label for %r" % (record.msg,)})
        _write(
            {
                "type": "log",
                "level": record.levelname,
                "levelno": record.levelno,
                "logger": record.name,
                "created": record.created,
                "message": record.getMessage(),
                "exc_text": _formatter.formatException(record.exc_info)
                if record.exc_info and record.exc_info[0]
                else None,
                "thread": record.threadName,
                "ident": record.thread,
                "taskname": getattr(record, "taskName", None),
                "module": record.module,
                "lineno": record.lineno,
                "funcname": record.funcName,
                "pathname": record.pathname,
                "exc_type": labels.type_name(record.exc_info[1]) if record.exc_info and record.exc_info[0] else None,
                "exc_message": _exception_text(record.exc_info),
                "label": label,
            }
        )


def _exception_text(exc_info):
    try:
        return str(exc_info[1]) if exc_info and exc_info[0] else None
    except Exception:
        return None


def observed(loop_class):
    """A loop class whose exception handler can be watched where it is written in C."""

    class ObservedLoop(loop_class):
        def default_exception_handler(self, context):
            _contexts.append(context)
            try:
                return super().default_exception_handler(context)
            finally:
                _contexts.pop()

    ObservedLoop.__name__ = ObservedLoop.__qualname__ = loop_class.__name__
    return ObservedLoop


# --- warnings ---------------------------------------------------------------------------------------------------------


def _show_warning(warning):
    """Stands for ``warnings._showwarnmsg_impl``: the message with its source object, before it is text."""
    flush()
    frame = sys._getframe(1)
    while frame is not None and frame.f_globals.get("__name__") == "warnings":
        frame = frame.f_back
    try:
        label, logged = labels.label_warning(warning, frame.f_code.co_filename if frame else "")
    except Exception:
        _write({"type": "problem", "text": traceback.format_exc()})
        label = logged = None
    _write(
        {
            "type": "warning",
            "text": warnings._formatwarnmsg(warning),
            "label": label,
            "message": warnings.formatwarning(
                warning.message, warning.category, warning.filename, warning.lineno, warning.line
            ),
            "message_label": logged,
            "thread": threading.current_thread().name,
            "ident": threading.get_ident(),
        }
    )


# --- hooks ------------------------------------------------------------------------------------------------------------


def _hook(original, make_label):
    """A hook that lets the interpreter's own one write, and adds the label."""

    def hook(*args):
        flush()
        with _boxed() as box:
            original(*args)
        try:
            label = make_label(*args)
        except Exception:
            _write({"type": "problem", "text": traceback.format_exc()})
            label = None
        raw("".join(box), label)

    return hook


def _label_uncaught(_, exception, trace):
    if not _uncaught:
        _write({"type": "problem", "text": "uncaught %r" % (exception,)})
        return None
    kind = _uncaught.pop(0)
    return labels.label_application_error(kind, exception.with_traceback(trace)) if kind else None


def start(level=logging.DEBUG):
    """Watch the whole program from here on."""
    global _out
    target = os.environ.get("LIVE_CAPTURE")
    _out = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666) if target else 1
    logging.getLogger().addHandler(TruthHandler())
    logging.getLogger().setLevel(level)
    warnings.simplefilter("always")
    warnings._showwarnmsg_impl = _show_warning
    sys.stderr = tap
    sys.excepthook = _hook(sys.__excepthook__, _label_uncaught)
    if hasattr(sys, "unraisablehook"):
        sys.unraisablehook = _hook(
            sys.__unraisablehook__, lambda args: labels.label_unraisable(args.object, args.exc_value)
        )
    if hasattr(threading, "excepthook"):
        threading.excepthook = _hook(
            threading.excepthook, lambda args: labels.label_error("thread-exception", args.exc_value)
        )
    atexit.register(flush)


# --- post-mortem output -----------------------------------------------------------------------------------------------


def print_stack(task):
    """``task.print_stack()`` to stderr, labelled."""
    box = io.StringIO()
    task.print_stack(file=box)
    raw(box.getvalue(), labels.label_stack_print(task))


def dump(write):
    """What ``write(file)`` (a faulthandler function) writes into a real file, labelled as one dump."""
    import tempfile

    with tempfile.TemporaryFile() as file:
        write(file)
        file.seek(0)
        text = file.read().decode("utf-8", "replace")
    label = labels.label_error("faulthandler-dump", None, soft=("coroutine", "object", "exception"))
    raw(text, label)

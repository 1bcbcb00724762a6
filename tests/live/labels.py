"""Labels for what asyncio says, taken from the live objects behind a record, never from its text.

Runs inside the captured program, so: standard library only, CPython 3.6 and later.

A label is a dict: ``kind``; ``exception`` (as a traceback prints the type); ``object`` (class in the repr);
``coroutine`` (qualname); ``task`` (name); ``duration`` (seconds, as printed); ``site`` {file, line, function, via} and
``also``, other places that would be right too. ``site`` is None where nothing in the text shows a place in user code;
``loose`` says that the site is not judged; ``soft`` names the fields that a reader may leave empty but not get wrong.
"""
# ruff: noqa: UP028, UP031

import functools
import inspect
import os
import re
import socket
import sysconfig
import traceback
import types

STDLIB = tuple(
    {os.path.join(os.path.realpath(sysconfig.get_path(name)), "") for name in ("stdlib", "platstdlib")}
    | {os.path.join(os.path.dirname(os.__file__), "")}
)


def is_user(filename):
    """True for a file of the program: not the standard library, not an installed package, not compiled plumbing."""
    if (
        filename in ("sys", "<sys>")
        or filename.startswith("<frozen")
        or filename.endswith(".pyx")
        or "site-packages" in filename
    ):
        return False
    return not (filename.startswith(STDLIB) or os.path.realpath(filename).startswith(STDLIB))


def type_name(exception):
    """The type of an exception as the last line of a traceback words it."""
    if exception is None:
        return None
    cls = exception if isinstance(exception, type) else type(exception)
    if cls.__module__ in ("builtins", "__main__"):
        return cls.__qualname__
    return "%s.%s" % (cls.__module__, cls.__qualname__)


# --- places -----------------------------------------------------------------------------------------------------------


def place(filename, line, function, via):
    """One site as the analyzer reports it."""
    return {"file": filename, "line": line, "function": function, "via": via}


def innermost_user(frames, via):
    """The innermost user frame of (file, line, function) frames, oldest first; and whether the loop ran after it."""
    behind_loop = False
    for filename, line, function in reversed(frames):
        if is_user(filename):
            return place(filename, line, function, via), behind_loop
        behind_loop = behind_loop or function in ("_run_once", "run_forever")
    return None, False


def stack_frames(stack):
    """(file, line, function) of a StackSummary."""
    return [(frame[0], frame[1], frame[2]) for frame in stack or ()]


def traceback_frames(exception):
    """(file, line, function) of an exception's own traceback."""
    if exception is None or exception.__traceback__ is None:
        return []
    return stack_frames(traceback.extract_tb(exception.__traceback__))


def member_frames(exception):
    """Frames of every exception inside a group, and of the causes: a site there is not wrong, only second best."""
    for child in getattr(exception, "exceptions", ()):
        yield traceback_frames(child)
        for frames in member_frames(child):
            yield frames


def function_source(function):
    """(file, first line) of a callback as asyncio finds it: nothing for methods, builtins and callable objects."""
    function = inspect.unwrap(function)
    if inspect.isfunction(function):
        return function.__code__.co_filename, function.__code__.co_firstlineno
    if isinstance(function, functools.partial):
        return function_source(function.func)
    return None


def callback_name(function):
    """The qualname that the repr of a handle shows for its callback."""
    while isinstance(function, functools.partial):
        function = function.func
    return getattr(function, "__qualname__", None) or getattr(function, "__name__", None)


def shows_itself(obj):
    """Whether the repr of a task, future or handle is asyncio's own."""
    author = next(cls for cls in type(obj).__mro__ if "__repr__" in vars(cls))
    own = next((cls for cls in type(obj).__mro__ if cls.__module__.split(".")[0] in ("asyncio", "_asyncio")), None)
    if own is not None and own.__repr__(obj)[:-1] in repr(obj):
        return True  # more than asyncio prints, not less
    return obj is None or author.__module__.split(".")[0] in ("asyncio", "_asyncio", "uvloop")


def coroutine_name(coro):
    """The qualname that a task's repr shows."""
    if is_wrapper(coro) and coro.func is not None:
        return callback_name(coro.func)
    return getattr(coro, "__qualname__", None) or getattr(coro, "__name__", None)


def is_wrapper(coro):
    """True for the debug wrapper around coroutines of Python 3.6 to 3.10."""
    return type(coro).__name__ == "CoroWrapper"


def coroutine_place(coro):
    """Where a task's repr says its coroutine is: the line it waits at, or its definition when it is done."""
    if is_wrapper(coro):
        if coro.func is not None and not inspect.isgeneratorfunction(coro.func):
            source = function_source(coro.func)
            return source and place(source[0], source[1], coroutine_name(coro), "coroutine")
        inner = coro.gen
    else:
        inner = coro
    code = getattr(inner, "cr_code", None) or getattr(inner, "gi_code", None) or getattr(inner, "ag_code", None)
    if code is None:
        return None
    frame = getattr(inner, "cr_frame", None) or getattr(inner, "gi_frame", None) or getattr(inner, "ag_frame", None)
    line = frame.f_lineno if frame is not None else code.co_firstlineno
    return place(code.co_filename, line, coroutine_name(coro), "coroutine")


def created_place(obj):
    """The ``created at`` of an object's repr (the last frame of its source traceback), where that is user code."""
    frames = stack_frames(getattr(obj, "_source_traceback", None))
    if not frames or not is_user(frames[-1][0]):
        return None
    return place(frames[-1][0], frames[-1][1], None, "created-at")


def callback_place(handle):
    """The ``at FILE:LINE`` of a handle's callback."""
    callback = getattr(handle, "_callback", None)
    source = callback is not None and function_source(callback)
    return place(source[0], source[1], callback_name(callback), "callback") if source else None


def choose(candidates, extra=()):
    """The first place in user code wins; a weak one (a frame under the loop's own) also accepts the next.

    ``candidates`` are (place, weak) in the order of trust, ``extra`` places that are accepted as well. The choice is
    ``loose`` where a library's place came before the chosen one: a reader may have good reasons for either.
    """
    chosen, also, loose = None, [place_ for place_ in extra if place_], False
    for candidate, weak in candidates:
        if candidate is None:
            continue
        if not is_user(candidate["file"]):
            loose = loose or chosen is None
            continue
        if chosen is None:
            chosen = candidate
            if not weak:
                break
        else:
            also.append(candidate)
    return {"site": chosen, "also": also, "loose": loose}


def exception_candidate(exception):
    """The exception's innermost user frame as a candidate, and those of a group's members as extras."""
    own, _ = innermost_user(traceback_frames(exception), "exception")
    inner = [innermost_user(frames, "exception")[0] for frames in member_frames(exception)]
    if own is None:
        own = next((frame for frame in inner if frame), None)
    return own, inner


# --- the loop's exception handler -------------------------------------------------------------------------------------

CONTEXT_KINDS = [
    (re.compile(pattern, re.S), kind)
    for pattern, kind in (
        (r"[^\s<>/]+ exception was never retrieved", "exception-never-retrieved"),
        (r"Task was destroyed but it is pending!", "task-destroyed-pending"),
        (r"Exception in callback .*", "callback-exception"),
        (r"\S+ exception in shielded future", "shielded-future-exception"),
        (r"unhandled exception during asyncio\.run\(\) shutdown", "run-shutdown-exception"),
        (r"an error occurred during closing of asynchronous generator .*", "asyncgen-close-error"),
        (r"Unhandled exception in client_connected_cb", "client-connected-cb-exception"),
        (r"An open stream was garbage collected .*", "stream-garbage-collected"),
        (r"Task .* has errored out but its parent task .*", "taskgroup-orphan-error"),
        (r"Unhandled error in exception handler", "exception-handler-error"),
        (r"Fatal error: protocol\.\w+\(\) call failed\.", "protocol-callback-error"),
        (r"Fatal error on (transport|server) \w+.*", "uvloop-fatal-error"),
        (r"Fatal ((read|write) )?error on ((socket|pipe|datagram) )?transport", "transport-fatal-error"),
        (r"Fatal (read|write) error on SSL transport", "transport-fatal-error"),
        (r"protocol\.(pause|resume)_writing\(\) failed", "flow-control-error"),
        (
            r"Fatal error on SSL (transport|protocol)|SSL error in data received|application protocol failed to "
            r"receive SSL data|Error calling eof_received\(\)|SSL handshake failed.*",
            "ssl-fatal-error",
        ),
        (r"socket\.accept\(\) out of system resource", "accept-out-of-resources"),
        (r"Error on transport creation for incoming connection", "incoming-connection-error"),
        (r"Accept failed( on a socket)?", "proactor-accept-failed"),
        (r"Error on reading from the event loop self pipe", "self-pipe-error"),
        (r"Unknown exception in SIGCHLD handler", "child-watcher-error"),
        (r"Unclosed (client session|connector|connection|response)", "aiohttp-unclosed"),
        (r"Unclosed \w.*", "library-unclosed"),
    )
]


def first_match(table, text, default=None):
    """The kind of the first pattern that matches the whole text."""
    return next((kind for pattern, kind in table if pattern.fullmatch(text)), default)


def label_context(context, handle_traceback=None):
    """The label of a record written by ``default_exception_handler(context)``."""
    message = context.get("message")
    kind = first_match(CONTEXT_KINDS, message, "loop-context-other") if message else "loop-unhandled-exception"
    exception = context.get("exception")
    future, task, handle = context.get("future"), context.get("task"), context.get("handle")
    subject = next((obj for obj in (task, future, handle) if obj is not None), None)
    own_task = next((obj for obj in (task, future) if hasattr(obj, "_coro")), None)
    coro = getattr(own_task, "_coro", None)
    if not shows_itself(own_task if own_task is not None else subject):
        own_task = subject = coro = None
    stack, weak = innermost_user(stack_frames(context.get("source_traceback")), "source-traceback")
    raised, members = exception_candidate(exception)
    weakest, _ = innermost_user(stack_frames(handle_traceback), "callback")
    label = {
        "kind": kind,
        "exception": type_name(exception),
        "object": type(subject).__name__ if subject is not None else None,
        "coroutine": coroutine_name(coro) if coro is not None else None,
        "task": own_task.get_name() if hasattr(own_task, "get_name") else None,
        "soft": [],
    }
    if "asyncgen" in context:
        label["coroutine"] = getattr(context["asyncgen"], "__qualname__", None)
        label["soft"].append("coroutine")
    label.update(
        choose(
            [
                (stack, weak),
                (created_place(subject), False),
                ((coro is not None and coroutine_place(coro)) or None, False),
                (callback_place(handle), False),
                (raised, False),
                (weakest, False),
            ],
            members,
        )
    )
    if handle is not None and getattr(handle, "_callback", None) is None:  # cancelled: only its repr knows the callback
        label["loose"] = label["loose"] or label["site"] is None or label["site"]["via"] == "exception"
    if label["site"] is not None and label["site"] is weakest:
        label["loose"] = True
    return label


# --- direct records of logger asyncio ---------------------------------------------------------------------------------

DIRECT_KINDS = {
    "Executing %s took %.3f seconds": "slow-callback",
    "poll took %.3f ms: %s events": "slow-poll",
    "poll %.3f ms took %.3f ms: %s events": "slow-poll",
    "poll %.3f ms took %.3f ms: timeout": "slow-poll",
    "Exception in default exception handler": "default-handler-error",
    "Exception in default exception handler while handling an unexpected error in custom exception handler": (
        "default-handler-error"
    ),
    "Close running child process: kill %r": "subprocess-killed-on-close",
    "socket.send() raised exception.": "write-after-disconnect",
    "socket.sendto() raised exception.": "write-after-disconnect",
    "pipe closed by peer or os.write(pipe, data) raised exception.": "write-after-disconnect",
    "SSL connection is closed": "write-after-disconnect",
    "returning true from eof_received() has no effect when using ssl": "ssl-eof-received-true",
    "Unknown child process pid %d, will report returncode 255": "child-exit-status-lost",
    "child process pid %d exit status already read:  will report returncode 255": "child-exit-status-lost",
    "Caught subprocesses termination from unknown pids: %s": "child-watcher-warning",
    "Caught subprocess termination from unknown pid: %d -> %d": "child-watcher-warning",
    "Child watcher got an unexpected pid: %r": "child-watcher-warning",
    "Loop %r that handles pid %r is closed": "child-watcher-warning",
    "SIGCHLD handler was changed by outside code": "child-watcher-warning",
    "Unknown exception in SIGCHLD handler": "child-watcher-error",
    "create_server() failed to create socket.socket(%r, %r, %r)": "server-bind-warning",
    "Unable to check or remove stale UNIX socket %r: %r": "unix-socket-cleanup",
    "Unable to clean up listening UNIX socket %r: %r": "unix-socket-cleanup",
    "%r: SSL handshake failed": "ssl-handshake-warning",
    "%r: SSL handshake failed on verifying the certificate": "ssl-handshake-warning",
    "%r: SSL handshake failed on matching the hostname": "ssl-handshake-warning",
    "%r: SSL error %s (reason %s)": "ssl-handshake-warning",
    "%r: %s": "transport-debug-error",
    "Executing %r took %.3f seconds": "slow-callback",
    "deallocating an open event loop": "uvloop-other",
    "getsockname() failed on %r": "socket-info-failed",
    "getpeername() failed on %r": "socket-info-failed",
}


LIBRARY_LOGGERS = {"aiohttp.server": "aiohttp-server-error", "websockets.server": "library-task-error"}


def label_slow(handle, seconds):
    """The label of ``Executing ... took``: the task when the handle steps one and asyncio can tell, else the handle."""
    from asyncio import Task

    owner = getattr(getattr(handle, "_callback", None), "__self__", None)
    label = {"kind": "slow-callback", "duration": float("%.3f" % seconds), "exception": None, "soft": []}
    if isinstance(owner, Task) and not shows_itself(owner):
        label.update(object=None, coroutine=None, task=None, site=None, also=[], loose=True)
    elif isinstance(owner, Task):
        coro = owner._coro
        label.update(
            object=type(owner).__name__,
            coroutine=coroutine_name(coro) if coro is not None else None,
            task=owner.get_name() if hasattr(owner, "get_name") else None,
            exception=type_name(getattr(owner, "_exception", None)),  # shown by the repr only
            soft=["exception"],
        )
        label.update(
            choose([(created_place(owner), False), ((coro is not None and coroutine_place(coro)) or None, False)])
        )
    else:
        label.update(object=type(handle).__name__, coroutine=None, task=None)
        label.update(choose([(created_place(handle), False), (callback_place(handle), False)]))
        label["loose"] = label["loose"] or getattr(handle, "_callback", None) is None  # cancelled: only its repr knows
    return label


def label_wrapper(wrapper):
    """The label of ``<CoroWrapper ...> was never yielded from``."""
    frames = stack_frames(getattr(wrapper, "_source_traceback", None))
    stack, weak = innermost_user(frames[-10:], "source-traceback")
    label = {
        "kind": "coroutine-never-yielded-from",
        "exception": None,
        "object": "CoroWrapper",
        "task": None,
        "coroutine": coroutine_name(wrapper),
        "soft": ["object"],
    }
    label.update(choose([(stack, weak), (created_place(wrapper), False), (coroutine_place(wrapper), False)]))
    return label


def label_direct(record, caller):
    """The label of a record that asyncio logs itself; ``caller`` is the frame that called the logger."""
    exception = record.exc_info[1] if record.exc_info else None
    function = caller.f_code.co_name
    if record.msg == "Executing %s took %.3f seconds" and "handle" in caller.f_locals:
        return label_slow(caller.f_locals["handle"], record.args[1])
    if function == "__del__" and is_wrapper(caller.f_locals.get("self")):
        return label_wrapper(caller.f_locals["self"])
    if function == "_getaddrinfo_debug" and "dt" in caller.f_locals:
        kind, duration = "slow-getaddrinfo", float("%.3f" % (caller.f_locals["dt"] * 1e3)) / 1e3
    elif function == "create_server" and "msg" in caller.f_locals and record.levelname == "WARNING":
        kind, duration = "server-bind-warning", None
    else:
        kind, duration = DIRECT_KINDS.get(record.msg), None
        if kind is None and record.levelname in ("DEBUG", "INFO"):
            kind = "loop-lifecycle"
        if kind == "slow-poll":
            took = record.args[1] if record.msg.startswith("poll %.3f") else record.args[0]
            duration = float("%.3f" % took) / 1e3
        elif kind == "slow-callback":
            duration = float("%.3f" % record.args[1])
    if kind is None:
        return None
    raised, members = exception_candidate(exception)
    label = {
        "kind": kind,
        "exception": type_name(exception),
        "object": None,
        "coroutine": None,
        "task": None,
        "duration": duration,
        "soft": ["coroutine", "object"],
    }
    label.update(choose([(raised, False)], members))
    label["loose"] = label["loose"] or label["site"] is None
    return label


# --- warnings ---------------------------------------------------------------------------------------------------------

WARNING_KINDS = [
    (re.compile(pattern, re.S), kind)
    for pattern, kind in (
        (r"RuntimeWarning: coroutine '.*' was never awaited.*", "coroutine-never-awaited"),
        (r"RuntimeWarning: coroutine method '\w+' of '.*' was never awaited", "coroutine-method-never-awaited"),
        (r"ResourceWarning: unclosed event loop .*", "unclosed-event-loop"),
        (r"ResourceWarning: unclosed transport .*", "unclosed-transport"),
        (r"ResourceWarning: (unclosed <StreamWriter .*|loop is closed)", "unclosed-stream-writer"),
        (r"ResourceWarning: unclosed (<(socket\.socket|ssl\.SSLSocket)|file ).*", "unclosed-socket"),
        (r"ResourceWarning: unclosed resource <.*", "uvloop-unclosed-resource"),
        (
            r"ResourceWarning: asynchronous generator .* was scheduled after loop\.shutdown_asyncgens\(\) call",
            "asyncgen-after-shutdown",
        ),
        (
            r"(RuntimeWarning|ResourceWarning): (The executor did not finishing joining its threads .*|A loop is being "
            r"detached from a child watcher .*|.* has registered but not finished child processes|Closing the loop .* "
            r"on interpreter shutdown .*|loop\.set_debug\(.*)",
            "asyncio-runtime-warning",
        ),
        (r"ResourceWarning: [Uu]nclosed .*", "aiohttp-unclosed-warning"),
    )
]
C_DEPRECATIONS = (
    "There is no current event loop",
    "Task.all_tasks() is deprecated",
    "Task.current_task() is deprecated",
)
COROUTINES = (types.CoroutineType, types.GeneratorType, types.AsyncGeneratorType)


def label_warning(warning, emitter):
    """The label of a warning (a ``warnings.WarningMessage``) or None; ``emitter`` is the file that called ``warn``.

    Returns two labels: for the text on stderr, and for ``captureWarnings``, which leaves tracemalloc's frames out.
    """
    text = "%s: %s" % (warning.category.__name__, warning.message)
    kind = first_match(WARNING_KINDS, text)
    by_asyncio = os.sep + "asyncio" + os.sep in emitter or str(warning.message).startswith(C_DEPRECATIONS)
    if kind is None and by_asyncio and issubclass(warning.category, (DeprecationWarning, PendingDeprecationWarning)):
        kind = "asyncio-deprecation"
    if kind is None:
        return None, None
    source = getattr(warning, "source", None)
    also_kinds = []
    if kind == "aiohttp-unclosed-warning" and isinstance(source, socket.socket):
        kind, also_kinds = "unclosed-socket", [kind]  # a subclass: its name says nothing
    name = getattr(source, "__qualname__", None) if isinstance(source, COROUTINES) else None
    if name is None and kind.startswith("coroutine-"):
        name = re.search(r"coroutine (?:method '\w+' of )?'(.*)' was never awaited", text).group(1)
    label = {
        "kind": kind,
        "also_kinds": also_kinds,
        "exception": None,
        "object": None,
        "coroutine": name,
        "task": None,
        "soft": ["object", "exception"] + ([] if kind == "coroutine-never-awaited" else ["coroutine"]),
    }
    own = place(warning.filename, warning.lineno, None, "warning")
    origin = [tuple(frame) for frame in reversed(getattr(source, "cr_origin", None) or ())]
    created, weak = innermost_user(origin, "source-traceback")
    allocated = innermost_user(allocation_frames(source), "source-traceback")[0]
    logged = dict(label, **choose([(created, weak), (own, False)]))
    label.update(choose([(created, weak), (allocated, False), (own, False)]))
    for each in (label, logged):
        each["loose"] = each["site"] is None or "object created at" in text
    return label, logged


def allocation_frames(obj):
    """The frames of tracemalloc for an object, oldest first; without names, as the text has none."""
    import sys
    import tracemalloc

    if obj is None or not tracemalloc.is_tracing():
        return []
    trace = tracemalloc.get_object_traceback(obj)
    if trace is None:
        return []
    frames = [(frame.filename, frame.lineno, None) for frame in trace]
    return frames if sys.version_info >= (3, 7) else frames[::-1]


# --- unraisable, threads, the application's own errors ----------------------------------------------------------------


def label_error(kind, exception, soft=("coroutine", "object")):
    """The label of a record whose place is the innermost user frame of its exception."""
    raised, members = exception_candidate(exception)
    label = {
        "kind": kind,
        "exception": type_name(exception),
        "object": None,
        "coroutine": None,
        "task": None,
        "soft": list(soft),
    }
    label.update(choose([(raised, False)], members))
    label["loose"] = label["site"] is None
    return label


def label_unraisable(obj, exception):
    """The label of an unraisable exception, from the arguments of ``sys.unraisablehook``."""
    if isinstance(obj, COROUTINES):
        label = label_error("unraisable-coroutine", exception)
        label["coroutine"] = obj.__qualname__
        label["soft"] = ["object"]
    elif getattr(obj, "__name__", None) == "__del__":
        label = label_error("unraisable-destructor", exception)
    else:
        label = label_error("unraisable-other", exception)
        label["also_kinds"] = ["unraisable-destructor"] if inspect.isroutine(obj) else []
    return label


def label_application_error(kind, exception):
    """The label of an exception that only asyncio words this way, logged or uncaught."""
    label = label_error(kind, exception)
    label["loose"] = label["loose"] or str(exception).startswith("Task <")  # the text has places of its own
    return label


def label_stack_print(task):
    """The label of ``Task.print_stack()``."""
    coro = task._coro
    exception = task._exception if task.done() and not task.cancelled() else None
    label = {
        "kind": "task-print-stack",
        "exception": type_name(exception),
        "object": type(task).__name__,
        "coroutine": coroutine_name(coro),
        "task": task.get_name() if hasattr(task, "get_name") else None,
        "soft": ["exception"],
        "loose": True,
    }
    frames = stack_frames([(f.f_code.co_filename, f.f_lineno, f.f_code.co_name) for f in task.get_stack()])
    label.update(
        choose(
            [(created_place(task), False), (coroutine_place(coro), False)],
            [innermost_user(frames, "source-traceback")[0]],
        )
    )
    return label

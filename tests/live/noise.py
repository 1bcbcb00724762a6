"""Records of other loggers that look like asyncio's and are none of its business."""

from layouts import WARNING

FOREIGN_TRACEBACK = """Traceback (most recent call last):
  File "/srv/shop/db.py", line 88, in fetch
    row = await self.pool.fetchrow(query)
  File "/usr/lib/python3.11/asyncio/tasks.py", line 479, in wait_for
    return fut.result()
%s"""
NOISE = (
    ("INFO", "myapp.db", "Executing query took 1.234 seconds", None),
    ("WARNING", "myapp.db", "Executing <SELECT * FROM tasks> took 12.5 s", None),
    ("INFO", "myapp.jobs", "Task was cancelled by user", None),
    ("WARNING", "myapp.jobs", "Task was destroyed", None),
    ("ERROR", "myapp.jobs", "Task 17 exception was handled", FOREIGN_TRACEBACK % "ValueError: bad row"),
    ("ERROR", "myapp.db", "query failed", FOREIGN_TRACEBACK % "KeyError: 'coroutine was never awaited'"),
    (
        "ERROR",
        "myapp.db",
        "connection lost",
        FOREIGN_TRACEBACK
        % (
            "RuntimeError: Event loop is closed\n\n"
            "During handling of the above exception, another exception occurred:\n\n"
            'Traceback (most recent call last):\n  File "/srv/shop/db.py", line 90, in fetch\n    raise Retry()\n'
            "shop.errors.Retry: pool is gone"
        ),
    ),
    ("INFO", "myapp.chat", 'user wrote: "why does it say Task exception was never retrieved all the time?"', None),
    ("INFO", "myapp.chat", "user wrote: what is 'Task was destroyed but it is pending!'", None),
    ("WARNING", "myapp.http", "Unclosed bracket in template 'client session.html'", None),
    ("INFO", "myapp.mail", "socket.send() raised exception. is what the FAQ explains", None),
    ("DEBUG", "myapp.cli", "Using selector: .order > li", None),
    ("ERROR", "myapp.audit", "Exception in callback URL https://example.org/cb?x=<Handle>", None),
    ("INFO", "myapp.sched", "poll took longer than usual: 3 events", None),
    ("WARNING", "myapp.sched", "warnings seen today: RuntimeWarning: coroutine 'x' was not checked", None),
    (
        "ERROR",
        "myapp.web",
        "Unhandled exception in request handler",
        FOREIGN_TRACEBACK % "PermissionError: [Errno 13] no",
    ),
)


def with_noise(entries, rng):
    """Records of other loggers that look like asyncio's, between the real ones."""
    for entry in entries:
        for _ in range(rng.randrange(3)):
            level, logger, message, trace = rng.choice(NOISE)
            yield {
                "type": "log",
                "level": level,
                "levelno": WARNING,
                "logger": logger,
                "message": message,
                "exc_text": trace,
                "created": entry["created"],
                "pid": entry["pid"],
                "thread": "MainThread",
                "label": None,
            }
        yield entry

"""Logging for the sample programs: one format by name, and a clock that may run faster than the wall.

The environment decides, so that the programs themselves stay free of it:

LOG_FORMAT  one of FORMATS, or ``json``, or ``bare`` (logging is left unconfigured, as in many a first deployment)
LOG_LEVEL   the level of the root logger, INFO unless told otherwise
LOG_CLOCK   ``2026-03-02T09:00:00*60``: logged time starts there and runs 60 times faster than real time
"""
import calendar
import json
import logging
import os
import sys
import time
from typing import Any, Dict

FORMATS = {
    "basic": logging.BASIC_FORMAT,
    "standard": "%(asctime)s - %(name)s - %(levelname)s - %(message)s",
    "bracketed": "[%(asctime)s] [%(levelname)s] [%(name)s] %(message)s",
    "columns": "%(asctime)s %(levelname)-8s %(process)6d %(threadName)-10s %(name)-14s %(message)s",
}


class ScaledClock(logging.Filter):
    """Moves the time of every record: a fixed start, and real elapsed time multiplied."""

    def __init__(self, start: float, scale: float) -> None:
        super().__init__()
        self.start = start
        self.scale = scale
        self.began = time.time()

    def filter(self, record: logging.LogRecord) -> bool:
        record.created = self.start + (record.created - self.began) * self.scale
        record.msecs = (record.created - int(record.created)) * 1000
        return True


class JsonFormatter(logging.Formatter):
    """One JSON object a line, with the traceback in a key of its own."""

    def format(self, record: logging.LogRecord) -> str:
        when = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        entry = {
            "timestamp": "%s.%03dZ" % (when, int(record.msecs)),
            "level": record.levelname,
            "logger": record.name,
            "process": record.process,
            "message": record.getMessage(),
        }  # type: Dict[str, Any]
        if record.exc_info:
            entry["exc_info"] = self.formatException(record.exc_info)
        return json.dumps(entry)


def clock_from_environment() -> ScaledClock:
    """Read LOG_CLOCK; without it, logged time is real time."""
    setting = os.environ.get("LOG_CLOCK")
    if not setting:
        return ScaledClock(time.time(), 1.0)
    start, _, scale = setting.partition("*")
    moment = calendar.timegm(time.strptime(start, "%Y-%m-%dT%H:%M:%S"))
    return ScaledClock(float(moment), float(scale or 1))


def configure() -> None:
    """Set the root logger up as the environment says."""
    name = os.environ.get("LOG_FORMAT", "standard")
    if name == "bare":
        return
    formatter = JsonFormatter() if name == "json" else logging.Formatter(FORMATS[name])
    formatter.converter = time.gmtime
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    handler.addFilter(clock_from_environment())
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(os.environ.get("LOG_LEVEL", "INFO"))
    if os.environ.get("LOG_WARNINGS") == "1":
        logging.captureWarnings(True)

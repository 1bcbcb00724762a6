"""JSON lines in the spellings of the usual formatters."""

import json

from layouts import RAW_HEADS, as_record, body
from lines import Line, Record, asctime, iso, iso_time, split_lines


def spell_stdlib(e):
    return {
        "timestamp": iso(e),
        "level": e["level"],
        "logger": e["logger"],
        "message": e["message"],
        "module": e["module"],
        "line": e["lineno"],
        **({"exc_info": e["exc_text"]} if e["exc_text"] else {}),
    }


def spell_python_json_logger(e):
    return {
        "asctime": asctime(e),
        "levelname": e["level"],
        "name": e["logger"],
        "message": e["message"],
        **({"exc_info": e["exc_text"]} if e["exc_text"] else {}),
        **({"taskName": e["taskname"]} if e["taskname"] else {}),
    }


def spell_structlog(e):
    return {
        "event": e["message"],
        "level": e["level"].lower(),
        "logger": e["logger"],
        **({"exception": e["exc_text"]} if e["exc_text"] else {}),
        "timestamp": iso(e) + "Z",
    }


def spell_loguru(e):
    line = f"{asctime(e, '.')} | {e['level']:<8} | {e['logger']}:{e['funcname']}:{e['lineno']} - {body(e)}\n"
    trouble = {"type": e["exc_type"], "value": e["exc_message"], "traceback": True} if e["exc_text"] else None
    return {
        "text": line,
        "record": {
            "elapsed": {"repr": "0:00:01.234567", "seconds": 1.234567},
            "exception": trouble,
            "extra": {},
            "file": {"name": e["module"] + ".py", "path": e["pathname"]},
            "function": e["funcname"],
            "level": {"icon": "x", "name": e["level"], "no": e["levelno"]},
            "line": e["lineno"],
            "message": e["message"],
            "module": e["module"],
            "name": e["logger"],
            "process": {"id": e["pid"], "name": "MainProcess"},
            "thread": {"id": e["ident"], "name": e["thread"]},
            "time": {"repr": iso(e) + "+00:00", "timestamp": e["created"]},
        },
    }


def spell_ecs(e):
    trouble = {"error": {"type": e["exc_type"], "message": e["exc_message"], "stack_trace": e["exc_text"]}}
    return {
        "@timestamp": iso(e, 3) + "Z",
        "log.level": e["level"].lower(),
        "message": e["message"],
        "ecs": {"version": "1.6.0"},
        "log": {"logger": e["logger"], "origin": {"function": e["funcname"]}},
        "process": {"pid": e["pid"], "thread": {"id": e["ident"], "name": e["thread"]}},
        **(trouble if e["exc_text"] else {}),
    }


def spell_gcp(e):
    return {
        "severity": e["level"],
        "message": body(e),
        "time": iso(e) + "Z",
        "logger": e["logger"],
        "logging.googleapis.com/sourceLocation": {
            "file": e["pathname"],
            "line": str(e["lineno"]),
            "function": e["funcname"],
        },
    }


SPELLINGS = (spell_stdlib, spell_python_json_logger, spell_structlog, spell_loguru, spell_ecs, spell_gcp)


def json_lines(entries, variant):
    """One object a record; what does not go through logging stands between them as it came."""
    spell, capture_warnings = SPELLINGS[variant % len(SPELLINGS)], variant // len(SPELLINGS) % 2 == 0
    for entry in entries:
        entry = as_record(entry, capture_warnings)
        if entry["type"] == "log":
            text = json.dumps(spell(entry), ensure_ascii=variant % 3 != 0)
            record = Record(entry["label"], text, entry["created"], timed=True)
            yield Line(text.encode("utf-8", "backslashreplace"), record, True)
            continue
        record = Record(entry["label"], entry["text"], entry["created"])
        for number, line in enumerate(split_lines(entry["text"])):
            ambiguous = number > 0 and bool(RAW_HEADS.match(line))
            yield Line(line.encode("utf-8", "backslashreplace"), record, number == 0, ambiguous)


def docker_json_file(lines):
    """Docker's json-file driver: every physical line in an object of its own."""
    for line in lines:
        line.record.timed = True
        stamp = iso_time(line.record.created) + "123Z"
        text = json.dumps({"log": line.data.decode("utf-8", "replace") + "\n", "stream": "stderr", "time": stamp})
        yield Line(text.encode(), line.record, line.first, line.ambiguous)

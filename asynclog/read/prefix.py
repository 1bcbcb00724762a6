"""What stands before a message on its line: is it a log prefix, what does it say, and what does the next one look like.

There is no table of formats: strangers' logs use a hundred and more. A prefix is known by a time or a level in it, and
the *shape* of a record's own prefix (times, levels, numbers and names made variable) tells where the next record starts.
"""

from __future__ import annotations

import re
from functools import lru_cache

from asynclog.lazy import regex
from asynclog.model import Prefix, Timestamp
from asynclog.read.form import MARK, read_marked
from asynclog.read.pasted import without_tags
from asynclog.read.timestamps import find_timestamp

LEVEL = r"TRACE|DEBUG|INFO|NOTICE|WARN(?:ING)?|ERR(?:OR)?|CRITICAL|FATAL|EXCEPTION|SUCCESS|DBG|INF|WRN|CRT|FTL"
LOWER = "debug|info|warn(?:ing)?|error|critical|fatal"
_LEVEL = regex(rf"(?<![\w.])(?:{LEVEL}|{LOWER}|Debug|Info|Warning|Error|Critical)(?![\w.])")
_LETTER = regex(r"^\W*(?P<level>[DIWEC])(?::? |(?=\d{4} ))")
_LETTERS = {"D": "DEBUG", "I": "INFO", "W": "WARNING", "E": "ERROR", "C": "CRITICAL"}
_ALIASES = {
    "WARN": "WARNING", "ERR": "ERROR", "FATAL": "CRITICAL", "EXCEPTION": "ERROR",
    "DBG": "DEBUG", "INF": "INFO", "WRN": "WARNING", "CRT": "CRITICAL", "FTL": "CRITICAL",
}  # fmt: skip
_THREADS = (
    r"MainThread|Thread-\d+(?: \([^)]*\))?|(?:Sync|Fork|Pool|Executor|asyncio|ThreadPoolExecutor)[\w-]*[-_]\d+(?:_\d+)?"
    r"|Dummy-\d+|SyncWorker_\d+|Recorder"
)
_THREAD = regex(rf"(?<![\w.])({_THREADS})(?![\w.])")
# behind the time, pids and threads
_LETTER_LATER = regex(rf"\W*\x00\W*(?:(?:\d+|{_THREADS})\W+){{0,3}}(?P<level>[DIWEC])(?=[\s/|\])])")
# [req 4711], (conn 3): what a program numbers itself
_NUMBERED = regex(r"(?P<open>[\[(](?!(?i:pid|proc\w*)\b)[A-Za-z][\w-]{1,20}[ :#=]{1,2})\d+(?=[\])])")
_PID = regex(r"(?:\bpid[=: ]\s*|\[|\(|\||(?<=\s)|:)#?(\d{1,7})(?=[\])|:\s]|$)")
_NAME = regex(r"(?<![\w./\\-])(?<!\w:)([A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*)*)(?![\w/\\(])")
_SOURCE = regex(r"(?<![\w/\\.-])[\w/\\.-]+\.py(?:x)?(?::\d+|, line \d+)?|(?<!\w)\w++\(\)|:\d+\b")
# of asyncio, where %(module)s stands for the logger
_MODULES = frozenset(
    {
        "base_events",
        "selector_events",
        "unix_events",
        "proactor_events",
        "windows_events",
        "sslproto",
        "base_subprocess",
    }
)
_OWN_PLACE = regex(rf"(?<![\w.])(?:{'|'.join(sorted(_MODULES))})(?:\.py)?:\d+[\])]?\s*[:|\->]*\s*$")
_TASK = regex(r"(?<![\w.])(Task-\d+)(?![\w.])")
_WRITER = regex(rf"(?<![\w.])(?:{_THREADS}|(?:Main|(?:Spawn|Fork)?)Process(?:-\d+)*|ForkPoolWorker-\d+)(?![\w.])")
# functions of asyncio and logging that write records: what %(funcName)s says
_FUNCTIONS = {
    **dict.fromkeys(("call_exception_handler", "default_exception_handler", "_run_once"), "asyncio"),
    **dict.fromkeys(("_showwarnmsg", "_showwarning"), "py.warnings"),
}
_FUNCTION = regex(
    rf"(?:(?:asyncio|py\.warnings|base_events|warnings)\W{{1,4}})?(?:{'|'.join(_FUNCTIONS)}|__del__|__init__)\W*"
)
_OF_LEVEL = regex(rf"\.(?:{LEVEL})$")  # %(name)s.%(levelname)s

# A line that begins like this starts a record in any format. Deliberately narrow: a wrong start cuts a record short.
_CLOCK = r"\d{1,2}:\d\d:\d\d"
HEADER = regex(
    rf"""[ ]{{0,4}}(?:
      [\[(<|]*\ *(?:\d{{4}}[-/.]\d\d[-/.]\d\d[T\ _,]|\d\d[-/.]\d\d[-/.]\d{{2,4}}[T\ ,]|\d\d[-/]\d\d\ {_CLOCK}|\d{{8}}\ {_CLOCK}|{_CLOCK})
    | [\[(]?\d{{1,2}}-[A-Z][a-z]{{2}}-\d{{2,4}}[\ ,T]{{1,2}}{_CLOCK}
    | [\[(]*\ *(?:{LEVEL})(?:\ *[\])|:]|\ {{2,}}|\ +-\ |\ +[\[(]|\ +\d|\ +[\w.]+(?::|\ *[|\[-]))
    | \[(?:{LOWER})\]\ | (?:{LOWER}):\ {{2,}}
    | [\[(]?[IWEDC]\ ?\d{{4,6}}\ \d\d:\d\d | \[[IWEDC]\ \d{{4}}-\d\d-\d\d | \[[IWEDC]\ {_CLOCK}
    | [A-Z][a-z]{{2}}\ {{1,2}}\d{{1,2}},?\ (?:\d{{4}}\ )?{_CLOCK}
    | \[[\w.]+\]\ (?:{LEVEL})[:\ ] | [\w.]+:\ (?:{LEVEL}):\
    | \[\ *\d+\.\d+s?\]\  | 1\d{{9}}(?:\.\d{{3,9}}|\d{{3}})\ +(?:\d{{1,7}}\ +)?(?:[\w-]+\ +)?(?:\[?(?:{LEVEL})\b|[DIWEC]\ )
    )""",
    re.VERBOSE,
)
_NOT_PREFIX = regex(
    r"(?:Error|Exception|Warning|Exit|Interrupt|Iteration): \S.*$|^\s*(?:File |raise |return |await |\w+ = )|[=(]\s*['\"]?$"
)
_QUOTED = regex(r"(?:[\"'“‘«]|(?<!`)`)\s*$")  # three backticks are a fence
_TICKED = regex(r"[^`]*\w[^`]*`(?!`)(?:[^`]*`[^`]*`)*[^`]*$")  # words, and a backtick that is not closed
_WORDS = regex(r"[A-Za-z]{2,}")
_TEST = regex(
    r"[\w./\\-]{1,400}\.py::\S+(?: (?:PASSED|FAILED|SKIPPED|ERROR|XFAIL|XPASS))?(?: +\[ *\d+%\])?|E +(?:\w+\.)+"
)
_ZEROS = str.maketrans("123456789", "000000000")

# What exception handlers say before the loop's message; some in words of their own.
_HANDLERS_SAY = (
    r"(?:Error doing job|Error doing task|asyncio unhandled|Unhandled (?:async|asyncio) exception|Caught exception"
    r"|Unhandled exception|asyncio error|asyncio exception|Exception in event loop|Event loop error|Loop exception"
    r"|\b(?=[\w -]{0,40}(?:error|exception|unhandled))(?=[\w -]{0,40}(?:async|loop|job|task|callback))"
    r"(?:(?:(?:un)?(?:caught|handled|expected)|error|exception|problem|got|inside|in|from|of|the|an?|async(?:io)?"
    r"|event|main|loop|tasks?|jobs?|callbacks?|handler|context)(?:[ -]|\b(?=:))){2,8})"
)
_LEAD_INS = regex(
    rf"(?i:{_HANDLERS_SAY})(?<=[\w ])[\s:\]-]{{0,40}}$|(?:asyncio|BACKEND|stderr|STDERR|\[stderr\])[\s:\]-]{{0,40}}$"
)
# another logger's words; "ERROR asyncio:" is a level with the logger's own name
_RELAYED = regex(rf"(?!(?:{LEVEL}) +asyncio:)(?i:{_HANDLERS_SAY}): ?(?=\w)")
_ONE_OF = ("error", "exception", "unhandled")  # stands in all that handlers say: to look for it is far cheaper


def is_relayed(line: str, end: int) -> bool:
    """Whether the first `end` characters of `line` hold the words with which another logger introduces the loop's."""
    head = line[:end].lower()
    return any(word in head for word in _ONE_OF) and _RELAYED.search(line, 0, end) is not None


@lru_cache(maxsize=4096)
def parse_prefix(text: str, outer_time: str | None = None, key: str | None = None) -> Prefix:
    """What `text` (all that stands before a message) says; `outer_time` and `key` come from the line's wrapper."""
    if text.startswith(MARK):
        return read_marked(text)
    rest = text
    stamp: Timestamp | None = None
    found = find_timestamp(text)
    if found is not None:
        stamp, start, end = found
        rest = text[:start] + "\x00" + text[end:]
    elif outer_time and (outer := find_timestamp(outer_time)):
        stamp = outer[0]
    if (
        stamp is not None
        and not stamp.dated
        and outer_time
        and (outer := find_timestamp(outer_time))
        and outer[0].dated
    ):
        stamp = outer[0]
    letter = _LETTER.match(text)
    return Prefix(text, stamp, *_said(rest, key, letter["level"] if letter is not None else ""))


@lru_cache(maxsize=4096)
def _said(rest: str, key: str | None, letter: str) -> tuple[str | None, str | None, int | None, str | None, str | None]:
    """Level, logger, pid, thread and task in a prefix without its time, which begins with `letter` for a level."""
    level = None
    if match := _LEVEL.search(rest):
        level = match.group().upper()
        rest = rest[: match.start()] + "\x00" + rest[match.end() :]
    elif match := _LETTER_LATER.match(rest):
        level = _LETTERS[match.group("level")]
        rest = rest[: match.start("level")] + "\x00" + rest[match.end("level") :]
    elif letter:
        level = _LETTERS[letter]
        rest = "\x00" + rest[1:].replace(letter, "", 1) if rest[:1] in "[(" else rest[1:]
    thread = task = None
    if match := _THREAD.search(rest):
        thread = match.group(1)
        rest = rest[: match.start()] + "\x00" + rest[match.end() :]
    if match := _TASK.search(rest):
        task = match.group(1)
        rest = rest[: match.start()] + "\x00" + rest[match.end() :]
    pid = None
    if match := _PID.search(_SOURCE.sub(" ", _NUMBERED.sub(r"\g<open>-", rest))) or _PID.search(key or ""):
        pid = int(match.group(1))
    return _ALIASES.get(level, level) if level else None, _logger(rest), pid, thread, task


def _logger(rest: str) -> str | None:
    names: list[str] = [
        _FUNCTIONS.get(name) or _OF_LEVEL.sub("", name)
        for name in _NAME.findall(_SOURCE.sub(" ", rest))
        if name.partition(".")[0] != "logging" and name != "MainProcess"
    ]
    for known in ("asyncio", "py.warnings"):
        if known in names:
            return known
    if any(name in _MODULES for name in names):
        return "asyncio"
    if re.search(r"(?<![\w.])asyncio[:.]\w", rest):  # asyncio.runners:run:118, asyncio:base_events.py:1981
        return "asyncio"
    dotted = [name for name in names if "." in name]
    if dotted:
        return dotted[-1]
    return names[-1] if len(names) == 1 else None


@lru_cache(maxsize=4096)
def is_header(line: str) -> bool:
    """Whether `line` begins a record of a log, in whatever format."""
    return line.startswith(MARK) or HEADER.match(line) is not None


@lru_cache(maxsize=4096)
def is_plausible_prefix(text: str) -> bool:
    """Whether `text` can stand before a message: blank, or a log prefix, and no sentence that quotes the message."""
    if not text or text.isspace() or text.startswith(MARK):
        return True
    found = find_timestamp(text)
    if found is None:
        return _is_plausible(text, timed=False)
    start, end = found[1:]
    time, following = text[start:end], text[end : end + 1]
    if ":" in time and time[-1].isdigit() and not (following.isalnum() or following == "_"):
        text = text[:start] + time.translate(_ZEROS) + text[end:]  # which time it is does not matter
    return _is_plausible(text, timed=True)


@lru_cache(maxsize=4096)
def _is_plausible(text: str, timed: bool) -> bool:
    if _QUOTED.search(text) or _NOT_PREFIX.search(text) or _is_open(text):
        return False
    if timed or is_header(text) or _LEVEL.search(text):
        return not _has_prose(text)
    return _is_decoration(text.strip())


def is_lead(text: str) -> bool:
    """Whether `text` is words before a message that they do not quote: what a person said who pasted it."""
    return text[-1:] == " " and not (_QUOTED.search(text) or _NOT_PREFIX.search(text) or _is_open(text))


def is_level(word: str) -> bool:
    """Whether `word` names a logging level."""
    return _LEVEL.fullmatch(word) is not None


def has_lead_in(text: str) -> bool:
    """Whether `text` ends with what a known exception handler says before the loop's message."""
    return _LEAD_INS.search(text) is not None


def _is_open(text: str) -> bool:
    """Whether a bracket or a quotation is open at the end of `text`: what follows is then a part of something."""
    return (
        text.count('"') % 2 == 1
        or ("`" in text and _TICKED.match(text) is not None)
        or text.count("(") > text.count(")")
        or text.count("<") > text.count(">")
        or text.count("{") > text.count("}")
        or text.count("[") > text.count("]")
    )


def _is_decoration(bare: str) -> bool:
    """Comment marks, box drawing, what a run of tests says, a lead-in of a handler, or a name with a mark after it."""
    bare = without_tags(bare)
    if not _WORDS.search(bare):
        return True
    if (
        bare.endswith(("...", "ok", "[OK]", "FAIL", "PASSED", "FAILED"))
        or _LEAD_INS.search(bare)
        or _OWN_PLACE.search(bare)
        or _TEST.fullmatch(bare)
    ):
        return True
    if _WRITER.search(bare):  # a thread or a process stands there, perhaps a logger beside it
        bare = _WRITER.sub("", bare).strip(" \t[](){}<>|:/,#-0123456789")
        if not bare:
            return True
    if _FUNCTION.fullmatch(bare.lstrip("[(<")):
        return True
    return bool(
        re.fullmatch(
            r"(?:\d+ +)?[\[(<]?(?:(?:asyncio|py\.warnings)(?:\.[A-Z]+)?|[\w.-]+\[\d+\])[\])>]?\s*[:|\->]*", bare
        )
    ) or bool(re.search(r"(?<![\w.])asyncio[\])]?\s*[:|\]-]\s*$", bare))


def _has_prose(text: str) -> bool:
    """Whether words beyond names, levels, times and places stand in `text` (it then quotes rather than logs)."""
    text = _LEAD_INS.sub("", text)
    rest = _SOURCE.sub(" ", text)
    found = find_timestamp(rest)
    if found:
        rest = rest[: found[1]] + " " + rest[found[2] :]
    rest = _LEVEL.sub(" ", rest)
    rest = re.sub(r"\[[^\]]*\]|\([^)]*\)|<[^>]*>|\{[^}]*\}", " ", rest)
    runs = re.findall(r"[A-Za-z]{2,}(?:[ ,]+[A-Za-z]{2,}){2,}", rest)
    return bool(runs)


_TOKEN = regex(
    rf"(?P<level>(?<![\w.])(?:{LEVEL}|{LOWER})(?![\w.]))|(?P<number>\d+)|(?P<word>[A-Za-z_][\w.]*)|(?P<space>\s+)|(?P<sign>[\u2010-\uffff\U00010000-\U0010ffff]+)|(?P<other>.)",
    re.S,
)


def shape(prefix: str) -> re.Pattern[str] | None:
    """A pattern for how other records' first lines begin, made from one record's prefix; None where it is too weak.

    It reaches to the end of the time, or where there is none to the level and the mark after it.
    """
    found = find_timestamp(prefix)
    if found is None:
        return _shape(prefix.translate(_ZEROS), None)
    return timed_shape(prefix[: found[1]], found[0].text)


def timed_shape(before: str, time: str) -> re.Pattern[str] | None:
    """The shape of a prefix that is known to have `time` behind `before`."""
    return _shape(before.translate(_ZEROS), time.translate(_ZEROS))


@lru_cache(maxsize=1024)
def _shape(before: str, time: str | None) -> re.Pattern[str] | None:
    """The shape of a prefix whose time, if it has one, follows `before`; to a shape all digits are alike."""
    parts: list[str] = []
    strong = _generalise(before, parts)
    if time is not None:
        text = re.sub(r"[A-Za-zéû]+", "[A-Za-zéû]+", re.escape(time))
        time = re.sub(r"(?:\\ )+", " {1,2}", re.sub(r"\d+", r"\\d+", text))
        return re.compile(f"{''.join(parts)}(?P<time>{time})")
    return re.compile("".join(parts[:strong])) if strong else None


def _generalise(text: str, parts: list[str]) -> int:
    """Append patterns for the tokens of `text`; the answer is how many parts end with its last level and mark."""
    strong = 0
    for token in _TOKEN.finditer(text):
        kind = token.lastgroup
        if kind == "level":
            parts.append(rf"(?:{LEVEL}|{LOWER})")
            strong = strong or len(parts)
        elif kind == "number":
            parts.append(r"\d+")
        elif kind == "word":
            parts.append(r"[\w.<>\-]+")
        elif kind == "sign":
            parts.append("[^\\x00-\\x7f]+")  # one for each level
        elif kind == "space":
            parts.append(r"\s+" if len(token.group()) == 1 else r"\s*")
        else:
            parts.append(re.escape(token.group()))
            if strong and strong == len(parts) - 1:
                strong = len(parts)
    return strong

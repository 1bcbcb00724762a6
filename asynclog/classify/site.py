"""Which line of the user's program made it: the first rung of a ladder of evidence that holds.

The literal `created at` of a repr is mostly asyncio's own file, so it is only one rung of several; every site says
which rung gave it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, NamedTuple

from asynclog.classify.fingerprint import bare, callee
from asynclog.classify.plumbing import Plumbing, Role
from asynclog.model import ExceptionReport, Frame, Message, ObjectRepr, Place, Site, Via

#: Stacks that show a creation, best first.
CREATION = ("source_traceback", "allocation")

#: Keys whose object a message is about, in this order; else the first object.
SUBJECTS = (
    "task", "future", "handle", "callback", "wrapper", "client_session", "connector", "client_connection",
    "client_response", "agen", "asyncgen", "protocol", "writer", "transport",
)  # fmt: skip

#: Warnings whose own FILE:LINE says where the object died, which is often the line that made it.
_DROPPED = frozenset({"coroutine-never-awaited", "coroutine-method-never-awaited"})

#: The loop at work: what stands before these frames started the loop and created nothing. Their normal paths.
_LOOP = {
    "_run": "asyncio/events.py",
    "_run_once": "asyncio/base_events.py",
    "run_forever": "asyncio/base_events.py",
    "run_until_complete": "asyncio/base_events.py",
    "run": "asyncio/runners.py",
}

_SPAWNED = frozenset({"multiprocessing/spawn.py", "multiprocessing/forkserver.py"})
_COMPREHENSIONS = frozenset({"<listcomp>", "<dictcomp>", "<setcomp>"})
_DEEP = 50


class Rung(NamedTuple):
    """A rung of the ladder: the evidence, and whose code it has to name. `weak`: shown, but no identity."""

    via: str
    role: Role | Literal["weak", "any"]


#: What `_rungs` yields, in its order.
RUNGS = (
    Rung(Via.SOURCE_TRACEBACK, "user"), Rung(Via.CREATED_AT, "user"), Rung(Via.COROUTINE, "user"),
    Rung(Via.CALLBACK, "user"), Rung(Via.SOURCE_TRACEBACK, "library"), Rung(Via.COROUTINE, "library"),
    Rung(Via.CREATED_AT, "library"), Rung(Via.CALLBACK, "library"), Rung(Via.EXCEPTION, "user"),
    Rung(Via.COROUTINE, "plumbing"), Rung(Via.CREATED_AT, "plumbing"), Rung(Via.EXCEPTION, "library"),
    Rung(Via.WARNING, "any"),
)  # fmt: skip


class Located(NamedTuple):
    """A site with the user frames of the creating stack and of the failure, outermost first.

    A site that is not `firm` is shown but is no identity: it is where the garbage collector or a chance callback ran.
    """

    site: Site
    chain: tuple[Frame, ...] = ()
    failure: tuple[Frame, ...] = ()
    firm: bool = True


def subject(message: Message) -> ObjectRepr | None:
    """The object that a message is about."""
    objects = message.objects
    if len(objects) < 2:
        return next(iter(objects.values()), None)
    for key in SUBJECTS:
        if (found := objects.get(key)) is not None:
            return found
    return next(iter(objects.values()))


def locate(message: Message, plumbing: Plumbing) -> Located:
    """Climb the ladder for one message."""
    chain, failure = _own_stacks(message, plumbing)
    for site in _rungs(message, subject(message), chain, failure, plumbing):
        if site is not None:
            return Located(site, chain, failure)
    weak = _weak(message, plumbing)
    return Located(weak, chain, failure, firm=False)


def climb(message: Message, plumbing: Plumbing) -> list[tuple[Rung, Site | None]]:
    """Every rung with the site that it offers, strongest first; `locate` takes the first that offers one."""
    chain, failure = _own_stacks(message, plumbing)
    found = list(zip(RUNGS, _rungs(message, subject(message), chain, failure, plumbing), strict=True))
    weak = _weak(message, plumbing)
    return [*found, (Rung(str(weak.via), "weak"), weak if weak.file else None)]


def _own_stacks(message: Message, plumbing: Plumbing) -> tuple[tuple[Frame, ...], tuple[Frame, ...]]:
    """The user frames of the creation and those of the failure."""
    chain = _first(_creators(message.stacks.get(name, ()), plumbing) for name in CREATION)
    stack = own_frames(message.stacks.get("stack", ()), plumbing)
    return chain, exception_frames(message.exception, plumbing) or stack


def evidence(message: Message, rung: Rung) -> Place | Sequence[Frame] | None:
    """What a rung looks at: a place, the frames of a stack, or nothing where the record has neither."""
    thing = subject(message)
    if rung.role == "weak":
        return message.stacks.get("handle_traceback") or _fields_place(message)
    if rung.via == Via.SOURCE_TRACEBACK:
        return _first(tuple(message.stacks.get(name, ())) for name in CREATION) or None
    if rung.via == Via.CREATED_AT:
        return thing.created_at if thing else None
    if rung.via == Via.COROUTINE:
        return _coroutine(message, thing)[0]
    if rung.via == Via.CALLBACK:
        return _callback(thing)[0]
    if rung.via == Via.EXCEPTION:
        return message.exception.frames if message.exception else message.stacks.get("stack")
    return _fields_place(message)


def _creators(frames: Sequence[Frame], plumbing: Plumbing) -> tuple[Frame, ...]:
    """The user frames of a creating stack that the loop ran, or all of them where it did not run yet.

    Debug mode keeps ten frames: whether those that started the loop are among them is chance.
    """
    for index in range(len(frames) - 1, -1, -1):
        frame = frames[index]
        if frame.function in _LOOP and plumbing.normal_path(frame.file) == _LOOP[frame.function]:
            running = frame.function.startswith("_run")
            return own_frames(frames[index + 1 :], plumbing) or (() if running else own_frames(frames, plumbing))
    return own_frames(frames, plumbing)


def own_frames(frames: Sequence[Frame], plumbing: Plumbing, role: Role = "user") -> tuple[Frame, ...]:
    """The frames of one role, the user's if not said.

    A comprehension counts as the function around it: since Python 3.12 it has no frame of its own.
    """
    if not frames:
        return ()
    if len(frames) > 1 and frames[0].file == "<string>" and plumbing.normal_path(frames[1].file) in _SPAWNED:
        frames = frames[1:]  # the line of code that multiprocessing gives to a new Python
    own: list[Frame] = []
    outer: Frame | None = None
    for frame in frames:
        inlined = frame.function in _COMPREHENSIONS and outer is not None and outer.file == frame.file
        if inlined and outer is not None:
            frame = Frame(frame.file, frame.line, outer.function, frame.source, frame.repeats)
        if plumbing.role(frame.file, frame.function) == role:
            if inlined and own and own[-1] is outer:
                own.pop()
            own.append(frame)
        outer = frame
    return tuple(own)


def exception_frames(report: ExceptionReport | None, plumbing: Plumbing, role: Role = "user") -> tuple[Frame, ...]:
    """The frames of one role of an exception: of the last of its chain that has any, the leaves of a group first."""
    for _ in range(_DEEP):
        if report is None:
            break
        frames = _first(own_frames(stack, plumbing, role) for stack in _leaves(report, 0))
        if frames:
            return frames
        report = report.earlier
    return ()


def _leaves(report: ExceptionReport, depth: int) -> Iterator[Sequence[Frame]]:
    if depth < _DEEP:
        for member in report.members:
            yield from _leaves(member, depth + 1)
            if member.earlier is not None:
                yield from _leaves(member.earlier, depth + 1)
    yield report.frames


def _rungs(
    message: Message,
    thing: ObjectRepr | None,
    chain: tuple[Frame, ...],
    failure: tuple[Frame, ...],
    plumbing: Plumbing,
) -> Iterator[Site | None]:
    """Every site that the evidence offers, strongest first."""
    created = thing.created_at if thing else None
    coroutine, coroutine_name = _coroutine(message, thing)
    callback, callback_name = _callback(thing)
    yield _of_frames(chain, Via.SOURCE_TRACEBACK)
    yield _of_place(created, None, Via.CREATED_AT, plumbing, "user")
    yield _of_place(coroutine, coroutine_name, Via.COROUTINE, plumbing, "user")
    yield _of_place(callback, callback_name, Via.CALLBACK, plumbing, "user")
    # Nothing of the user's made it, as far as the record tells: a library.
    library = _first(own_frames(message.stacks.get(name, ()), plumbing, "library") for name in CREATION)
    yield _of_frames(library, Via.SOURCE_TRACEBACK)
    yield _of_place(coroutine, coroutine_name, Via.COROUTINE, plumbing, "library")
    yield _of_place(created, None, Via.CREATED_AT, plumbing, "library")
    yield _of_place(callback, callback_name, Via.CALLBACK, plumbing, "library")
    yield _of_frames(failure, Via.EXCEPTION)
    # Better a wrapper or a runner than nothing.
    yield _of_place(coroutine, coroutine_name, Via.COROUTINE, plumbing, "plumbing")
    yield _of_place(created, None, Via.CREATED_AT, plumbing, "plumbing")
    yield _of_frames(exception_frames(message.exception, plumbing, "library"), Via.EXCEPTION)
    yield _own_line(message, plumbing)


def _coroutine(message: Message, thing: ObjectRepr | None) -> tuple[Place | None, str | None]:
    if thing is not None and thing.coroutine is not None:
        return thing.coroutine.place, bare(callee(thing.coroutine.qualname))
    if message.kind == "coroutine-never-yielded-from":
        name = message.record.fields.get("qualname")
        return _fields_place(message), bare(callee(name)) if name else None
    return None, None


def _callback(thing: ObjectRepr | None) -> tuple[Place | None, str | None]:
    if thing is None or thing.callback is None:
        return None, None
    return thing.callback.place, bare(callee(thing.callback.name))


def _of_frames(frames: Sequence[Frame], via: Via) -> Site | None:
    if not frames:
        return None
    frame = frames[-1]
    return Site(frame.file, frame.line, bare(frame.function) if frame.function else None, via)


def _of_place(place: Place | None, name: str | None, via: Via, plumbing: Plumbing, role: Role) -> Site | None:
    if place is None or plumbing.role(place.file, name) != role:
        return None
    return Site(place.file, place.line, name, via)


def _own_line(message: Message, plumbing: Plumbing) -> Site | None:
    """The FILE:LINE that a warning starts with, where it is the user's or a library's."""
    place = _fields_place(message)
    if place is None or plumbing.role(place.file, None) not in ("user", "library"):
        return None
    return Site(place.file, place.line, None, Via.WARNING)


def _weak(message: Message, plumbing: Plumbing) -> Site:
    """Better than nothing: the callback that happened to run, what started the loop, where the collector came by."""
    running = own_frames(message.stacks.get("handle_traceback", ()), plumbing)
    started = _first(own_frames(message.stacks.get(name, ()), plumbing) for name in CREATION)
    site = _of_frames(running, Via.CALLBACK) or _of_frames(started, Via.SOURCE_TRACEBACK)
    if site is None and message.kind in _DROPPED:
        place = _fields_place(message)
        if place is not None and place.file not in ("sys", "<sys>") and not place.file.startswith("<frozen "):
            site = Site(place.file, place.line, None, Via.WARNING)
    return site or Site()


def _fields_place(message: Message) -> Place | None:
    fields = message.record.fields
    file, line = fields.get("file"), fields.get("line", "")
    return Place(file, int(line)) if file and line.isascii() and line.isdecimal() and len(line) < 10 else None


def _first(stacks: Iterable[tuple[Frame, ...]]) -> tuple[Frame, ...]:
    return next((frames for frames in stacks if frames), ())

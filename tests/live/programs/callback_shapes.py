"""Callbacks that are no plain functions: partials of partials, classes, builtins, odd names and odd reprs."""
# live: modes=plain,debug
import asyncio
import functools
import operator
import sys
import time

import capture

capture.start()
SLOW = 0.11


def boom(*args, **kwargs):
    raise RuntimeError("boom")


def slow(*args, **kwargs):
    time.sleep(SLOW)


class Shop:
    @staticmethod
    def static(*args):
        raise LookupError("static")

    @classmethod
    def of_class(cls, *args):
        raise LookupError("of class")

    def method(self, *args, **kwargs):
        raise LookupError("method")

    def __init__(self, fail=False):
        if fail:
            raise ValueError("cannot make a shop")

    class Till:
        def close(self, *args):
            raise LookupError("nested")


class Odd:
    """A callable whose repr is anything."""

    def __init__(self, text):
        self.text = text

    def __call__(self, *args):
        raise ValueError(self.text)

    def __repr__(self):
        return self.text


@functools.lru_cache(maxsize=None)
def cached(value):
    raise KeyError(value)


@functools.singledispatch
def dispatched(value):
    raise TypeError("nothing for %r" % (value,))


def outer():
    def middle():
        def inner(*args):
            raise ValueError("inner")
        return inner
    return middle()


def renamed():
    raise ValueError("renamed")


renamed.__qualname__ = "Other.<locals>.name with blanks -> x"
named_lambda = lambda *args: boom("a lambda with a name")  # noqa: E731
größe = outer()
größe.__qualname__ = "größe"


async def main(loop):
    shop = Shop()
    for callback in (
        functools.partial(functools.partial(boom, 1, key="v"), 2, other=[1, {"a": "b"}]),
        functools.partial(shop.method, "a)b", k="(<["),
        functools.partial(functools.partial(int, base=7), "9"),
        functools.partial(Odd("<Odd partial>")),
        Shop.static,
        Shop.of_class,
        shop.method,
        Shop.Till().close,
        outer(),
        named_lambda,
        renamed,
        größe,
        Odd("<Odd at 0x7f00>"),
        Odd("Odd() at /evil/odd.py:7"),
        Odd("<Odd a -> b; 'quoted' \"twice\">"),
        functools.wraps(boom)(Odd("wrapped")),
        operator.itemgetter("missing"),
        operator.attrgetter("missing"),
        "text".missing if hasattr("text", "missing") else [].remove,
        {}.pop,
    ):
        loop.call_soon(callback, "x")
    loop.call_soon(Shop, True)
    loop.call_soon(cached, 3)
    loop.call_soon(dispatched, 3)
    loop.call_soon(exec, "raise ValueError('from exec')")
    loop.call_soon(next, iter(()))
    loop.call_soon(boom, *range(30))
    loop.call_soon(boom, {"key": "value " * 40, "other": [1] * 40}, "it's", 'say "it\'s"', b"\x00\n", ("one",), None, ...)
    loop.call_soon(boom, "future: <Task finished>\nTraceback (most recent call last):")
    loop.call_soon(functools.partial(boom, Odd("two\nlines"), k=Odd("Traceback (most recent call last):\n  x")))
    for callback in (
        functools.partial(slow, 1, key=[2, 3]),
        functools.partial(slow, Odd("two\nlines of <Odd")),
        lambda: slow("lambda"),
        functools.partial(time.sleep, SLOW),
    ):
        loop.call_soon(callback)
    loop.call_later(0.001, functools.partial(slow, " took 9.999 seconds"), Odd("took 9.999 seconds"))
    loop.call_soon(slow, Odd("an argument\nof lines"))
    loop.call_soon(slow, Odd("<unclosed"), Odd("closed too often>>)"))
    await asyncio.sleep(0.3)
    if sys.version_info >= (3, 7):
        import contextvars
        context = contextvars.copy_context()
        loop.call_soon(boom, "in a context", context=context)
    handle = loop.call_soon(boom, "cancelled")
    handle.cancel()
    await asyncio.sleep(0.01)


loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
loop.run_until_complete(main(loop))
loop.close()

"""Coroutines that are made and never awaited, dropped here and elsewhere."""
# live: modes=plain,debug,tracemalloc
import functools
import gc
import sys

import capture

capture.start()


async def work(*args):
    return args


async def a_coroutine_whose_name_is_longer_than_fifty_characters_by_far():
    pass


class Foo:
    async def run(self, n):
        pass

    @classmethod
    async def create(cls):
        pass

    async def __call__(self):
        pass


def logged(function):
    @functools.wraps(function)
    async def wrapper(*args):
        return await function(*args)
    return wrapper


@logged
async def decorated():
    pass


def helper():
    return work("made here")


class Holder:
    def __init__(self):
        self.coro = work("held")


async def agen():
    yield 1


def main():
    work()
    Foo().run(1)
    Foo.create()
    Foo()()
    a_coroutine_whose_name_is_longer_than_fifty_characters_by_far()
    decorated()
    coro = helper()
    del coro
    later = Holder()
    for number in range(2):
        work(number)
    later = None
    cycle = [work("cycle")]
    cycle.append(cycle)
    del cycle, later
    gc.collect()

    async def local():
        pass
    local()
    (lambda: work("lambda"))()
    if sys.version_info >= (3, 8):
        agen().asend(None)
        agen().aclose()
        agen().athrow(ValueError)


if sys.version_info >= (3, 7) and capture.DEBUG:
    sys.set_coroutine_origin_tracking_depth(10)
main()

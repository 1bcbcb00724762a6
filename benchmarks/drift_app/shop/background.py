"""Helpers and decorators that create for others."""

# ruff: noqa
import asyncio
import functools


def spawn(coro):
    return asyncio.get_event_loop().create_task(coro)


def fire(coro):
    return asyncio.create_task(coro)


def start(coro):
    return asyncio.ensure_future(coro)


def together(*coros):
    return asyncio.gather(*coros)


async def in_group(*coros):
    async with asyncio.TaskGroup() as group:
        for coro in coros:
            group.create_task(coro)


def limited(coro, seconds):
    return asyncio.ensure_future(asyncio.wait_for(coro, seconds))


def protected(coro):
    return asyncio.shield(coro)


def soon(call, *args):
    return asyncio.get_event_loop().call_later(0.001, call, *args)


def offload(call, *args, done=None):
    future = asyncio.get_event_loop().run_in_executor(None, call, *args)
    if done is not None:
        future.add_done_callback(done)
    return future


def in_background(function):
    @functools.wraps(function)
    def background_wrapper(*args):
        return asyncio.create_task(function(*args))

    return background_wrapper


def as_future(function):
    @functools.wraps(function)
    def future_wrapper(*args):
        return asyncio.ensure_future(function(*args))

    return future_wrapper


def fanned(function):
    @functools.wraps(function)
    def fan_wrapper(*args):
        return asyncio.gather(*[function(number, *args) for number in range(3)])

    return fan_wrapper


def grouped(function):
    @functools.wraps(function)
    async def group_wrapper(*args):
        async with asyncio.TaskGroup() as group:
            group.create_task(function(*args))

    return group_wrapper


def timed(function):
    @functools.wraps(function)
    async def timed_wrapper(*args):
        return await asyncio.wait_for(function(*args), 5)

    return timed_wrapper


def sheltered(function):
    @functools.wraps(function)
    def shelter_wrapper(*args):
        return asyncio.shield(function(*args))

    return shelter_wrapper


def delayed(function):
    @functools.wraps(function)
    def delay_wrapper(*args):
        asyncio.get_event_loop().call_later(0.001, function, *args)

    return delay_wrapper


def threaded(function):
    @functools.wraps(function)
    def thread_wrapper(*args):
        return asyncio.get_event_loop().run_in_executor(None, function, *args)

    return thread_wrapper


def scheduled(function):
    @functools.wraps(function)
    def schedule_wrapper(*args):
        return asyncio.get_event_loop().create_task(function(*args))

    return schedule_wrapper

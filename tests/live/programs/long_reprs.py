"""Reprs that are long, deep or broken into lines."""
# live: modes=plain,debug
import asyncio
import gc

import capture

capture.start()


class Table:
    def __init__(self, lines=3):
        self.lines = lines

    def __repr__(self):
        return "<Table\n" + "\n".join("  row %d: <cell %d>, 'x'" % (n, n) for n in range(self.lines)) + "\n>"


class Failed(Exception):
    def __init__(self, table):
        super().__init__(table)


async def fails(value):
    raise ValueError(value)


async def waits(future):
    await future


async def raises_table(lines):
    raise Failed(Table(lines))


def done(future):
    pass


async def deep(depth, future):
    if depth:
        await asyncio.ensure_future(deep(depth - 1, future))
    else:
        await future


async def main(loop):
    for value in ("x" * 20000, ["y" * 100] * 200, {"k%d" % n: [n] * 9 for n in range(300)}, "(" * 500, ")" * 500, "<" * 500, ">" * 500,
                  "'" * 101, '"' * 101, "\\" * 99, "\n" * 50, "a\nb\n" * 100, Table(2), [Table(1), Table(2)]):
        loop.create_task(fails(value))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        gc.collect()
    loop.create_task(raises_table(4))
    loop.create_task(raises_table(40))
    future = loop.create_future()
    for number in range(60):
        future.add_done_callback(done)
    loop.create_task(waits(future))
    loop.create_task(deep(8, loop.create_future()))
    many = loop.create_task(fails("with many callbacks"))
    for number in range(9):
        many.add_done_callback(lambda task: None)
    wide = asyncio.gather(*[waits(loop.create_future()) for _ in range(30)], return_exceptions=True)
    wide.add_done_callback(done)
    await asyncio.sleep(0.01)
    del many, wide, future
    gc.collect()
    result = loop.create_future()
    result.set_result(Table(3))
    loop.call_exception_handler({"message": "tables", "future": result, "table": Table(5), "list": [Table(1)]})


loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
loop.run_until_complete(main(loop))
gc.collect()
loop.close()

"""A finding names the test inside whose output it stands."""

from __future__ import annotations

from pathlib import Path

import pytest

from asynclog.config import Settings
from asynclog.pipeline import findings

PYTEST = """\
.F.                                                                      [100%]
=================================== FAILURES ===================================
_________________________________ test_failing _________________________________

    def test_failing():
>       assert 0
E       assert 0

shop/test_orders.py:10: AssertionError
------------------------------ Captured log call -------------------------------
ERROR    asyncio:base_events.py:1858 Task exception was never retrieved
future: <Task finished name='Task-6' coro=<boom() done, defined at /srv/app/orders.py:2> exception=ValueError('x')>
_____________________ ERROR at teardown of TestCart.test_add _____________________
------------------------------ Captured log call -------------------------------
WARNING  asyncio:base_events.py:2022 Executing <Task finished name='T' coro=<a() done, defined at /srv/app/o.py:6>> took 0.121 seconds
=============================== warnings summary ===============================
shop/test_orders.py::TestX::test_never
  /srv/app/orders.py:13: RuntimeWarning: coroutine 'boom' was never awaited
    boom()
  Enable tracemalloc to get traceback where the object was allocated.

-- Docs: https://docs.pytest.org/en/stable/how-to/capture-warnings.html
=========================== short test summary info ============================
"""
UNITTEST = """\
test_fast (shop.tests.Orders.test_fast) ... ok
test_slow (shop.tests.Orders.test_slow) ... Executing <Task finished name='T' coro=<a() done, defined at /srv/app/o.py:6>> took 0.121 seconds
ok
test_old (shop.tests.Orders) ... Task was destroyed but it is pending!
task: <Task pending name='Task-2' coro=<w() running at /srv/app/a.py:9>>
ok
"""

DOTS = """\
..2026-01-31 12:00:00,100 | asyncio:close:672 - Close <_UnixSelectorEventLoop running=False closed=False debug=True>
.FExecuting <Task finished name='T' coro=<a() done, defined at /srv/app/o.py:6>> took 0.121 seconds
EWARNING Executing <Task finished name='U' coro=<b() done, defined at /srv/app/o.py:9>> took 0.122 seconds
sERROR:asyncio:Task was destroyed but it is pending!
task: <Task pending name='Task-2' coro=<w() running at /srv/app/a.py:9>>
.F2026-01-31 12:00:00,200 | asyncio:close:672 - Close <_UnixSelectorEventLoop running=False closed=False debug=True>
..F/srv/app/orders.py:13: RuntimeWarning: coroutine 'boom' was never awaited
  boom()
F[debug] asyncio: Close <_UnixSelectorEventLoop running=False closed=False debug=True>
.1769860800123 DEBUG Close <_UnixSelectorEventLoop running=False closed=False debug=True>
./orders.py:14: RuntimeWarning: coroutine 'boom' was never awaited
.
======================================================================
FAIL: test_slow (shop.tests.Orders.test_slow)
Ran 12 tests in 0.412s
"""


def test_marks_of_progress_do_not_hide_a_record(tmp_path: Path) -> None:
    path = tmp_path / "out.txt"
    path.write_text(DOTS, "utf-8")
    found = [(one.line, one.kind, one.coroutine or one.site.file) for one in findings([str(path)], Settings())]
    assert found == [
        (1, "loop-lifecycle", None),
        (2, "slow-callback", "a"),
        (3, "slow-callback", "b"),
        (4, "task-destroyed-pending", "w"),
        (6, "loop-lifecycle", None),
        (7, "coroutine-never-awaited", "boom"),
        (9, "loop-lifecycle", None),
        (10, "loop-lifecycle", None),
        (11, "coroutine-never-awaited", "boom"),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            PYTEST, ["test_failing", "TestCart.test_add", "shop/test_orders.py::TestX::test_never"], id="pytest"
        ),
        pytest.param(UNITTEST, ["shop.tests.Orders.test_slow", "shop.tests.Orders.test_old"], id="unittest"),
        pytest.param("ERROR:asyncio:Task was destroyed but it is pending!\n", [None], id="no tests"),
    ],
)
def test_findings_name_their_test(text: str, expected: list[str | None], tmp_path: Path) -> None:
    path = tmp_path / "out.txt"
    path.write_text(text, "utf-8")
    assert [finding.test for finding in findings([str(path)], Settings())] == expected

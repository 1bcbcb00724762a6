"""``asyncio.run`` for every Python the sample programs run on."""
import asyncio
import os
from typing import Any, Coroutine


def run(main: "Coroutine[Any, Any, None]") -> None:
    """Run a program's main coroutine to its end.

    3.6 has no ``asyncio.run``, and the one of 3.7 switches off what PYTHONASYNCIODEBUG switched on.
    """
    if hasattr(asyncio, "run"):
        asyncio.run(main, debug=True if os.environ.get("PYTHONASYNCIODEBUG") else None)
        return
    loop = asyncio.get_event_loop()
    try:
        loop.run_until_complete(main)
        loop.run_until_complete(loop.shutdown_asyncgens())
    finally:
        loop.close()

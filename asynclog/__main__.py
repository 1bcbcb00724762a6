"""`python -m asynclog` and the console script: exit codes are decided here and nowhere else."""

from __future__ import annotations

import contextlib
import errno
import gc
import os
import sys

_YOUNG = 1_000_000
"""Objects after which Python looks for cycles. Reading makes many that stay and next to none in a cycle: by default the
looking takes a tenth of the time of a dense log, from a hundred thousand on a thirtieth."""
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
EXIT_CLEAN, EXIT_FAILED, EXIT_ERROR, EXIT_NOTHING, EXIT_INTERRUPTED = 0, 1, 2, 3, 130


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; the answer is the exit code. An error is never a pass: whatever is unforeseen is 2."""
    gc.set_threshold(_YOUNG, 20, 20)
    import click

    from asynclog.cli import ReaderGone, cli
    from asynclog.errors import AsynclogError

    try:
        code = cli.main(args=arguments, prog_name="asynclog", standalone_mode=False)
        _flush()
    except click.exceptions.Exit as stop:
        return int(stop.exit_code)
    except (KeyboardInterrupt, click.Abort):
        print("interrupted", file=sys.stderr)
        return EXIT_INTERRUPTED
    except click.ClickException as error:
        error.show()
        return EXIT_ERROR
    except AsynclogError as error:
        for line in error.message.splitlines():
            print(f"error: {line}", file=sys.stderr)
        if error.hint:
            print(f"hint: {error.hint}", file=sys.stderr)
        return EXIT_ERROR
    except (BrokenPipeError, ReaderGone):
        _silence()
        return EXIT_CLEAN
    except Exception as error:
        if isinstance(error, OSError) and error.errno in _FULL:
            _silence()
            print(f"error: the output cannot be written: {error.strerror}", file=sys.stderr)
            print("hint: make room, or write elsewhere with -o FILE", file=sys.stderr)
            return EXIT_ERROR
        import traceback

        traceback.print_exc()
        print(f"error: internal error: {error!r}", file=sys.stderr)
        print(
            "hint: this is a bug of asynclog; please report it with the text above and `asynclog --version`",
            file=sys.stderr,
        )
        return EXIT_ERROR
    gc.freeze()  # nothing is left to do: Python need not look for cycles on its way out
    return code if isinstance(code, int) else EXIT_CLEAN


def _flush() -> None:
    if sys.stdout is not None:  # it is where the caller closed it
        sys.stdout.flush()


def _silence() -> None:
    """Where nothing more can be written: also not when Python closes its streams."""
    with contextlib.suppress(OSError, AttributeError):  # it is no file, or closed
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    sys.exit(main())

"""What each command does, one file a command: options -> one call of the pipeline -> renderers -> exit code.

A new command is `NAME.py` here with a click command called `command`, and one line in `cli.COMMANDS`.
"""

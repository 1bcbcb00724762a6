"""A program with sixty places that create something nobody looks after, and a few that look alike on purpose."""
# ruff: noqa

"""The list of places. `@site` adds no frame: it returns the function as it is."""

# ruff: noqa
SITES = {}
LOST = "exception-never-retrieved"
GONE = "task-destroyed-pending"
FAILED = "callback-exception"
HARD = 100  # places from this number on are beyond the sixty


def site(number, api, shape, kind):
    def enter(function):
        assert number not in SITES, number
        SITES[number] = (function, api, shape, kind)
        return function

    return enter

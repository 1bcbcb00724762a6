"""Billing."""
# ruff: noqa

from shop.background import spawn, threaded
from shop.register import LOST, site
from shop.work import notify


@site(60, "loop.create_task", "helper, coroutine of another caller", LOST)
def charge():
    spawn(notify("bank"))


@threaded
def print_invoice(number):
    raise OSError(number)


@site(45, "run_in_executor", "decorator", LOST)
def bill():
    print_invoice(1)

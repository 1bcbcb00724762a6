"""Programs that end with an exception that only asyncio words this way, one for each argument."""
# live: modes=plain,debug args=closed,nested,stopped,invalid,ordinary,group
import asyncio
import sys

import capture

capture.start()
KINDS = {"closed": "err-loop-closed", "nested": "err-loop-already-running", "stopped": "err-loop-stopped-early",
         "invalid": "err-invalid-state", "ordinary": None, "group": None}


class Application:
    def __init__(self):
        self.loop = asyncio.new_event_loop()
        asyncio.set_event_loop(self.loop)

    def closed(self):
        self.loop.close()
        self.loop.call_later(1, print)

    def nested(self):
        async def main():
            self.loop.run_forever()
        self.loop.run_until_complete(main())

    def stopped(self):
        self.loop.call_soon(self.loop.stop)
        self.loop.run_until_complete(self.loop.create_future())

    def invalid(self):
        async def main():
            future = self.loop.create_future()
            future.set_result(1)
            try:
                future.set_result(2)
            except Exception as error:
                raise asyncio.InvalidStateError("invalid state") from error
        self.loop.run_until_complete(main())

    def ordinary(self):
        async def main():
            raise ValueError("nothing about loops\nRuntimeError: Event loop is closed, he said")
        self.loop.run_until_complete(main())

    def group(self):
        if sys.version_info < (3, 11):
            capture.skip("exception groups came with 3.11")

        async def main():
            raise ExceptionGroup("several", [ValueError("v"), RuntimeError("r")])
        self.loop.run_until_complete(main())


capture.expect_uncaught(KINDS[sys.argv[1]])
application = Application()
try:
    getattr(application, sys.argv[1])()
finally:
    application.loop.close()

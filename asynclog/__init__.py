"""asynclog: an offline post-mortem analyzer for the logs of asyncio programs."""

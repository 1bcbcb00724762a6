"""The shop, release 1.4."""

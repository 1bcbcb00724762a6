"""bytes -> records: inputs, layouts, prefixes, and cutting around what a scan finds."""

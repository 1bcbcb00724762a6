"""The parse room: records in, messages out. Nothing here raises on any text; what is not understood stays raw."""

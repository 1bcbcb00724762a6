"""Rooms: messages to findings."""

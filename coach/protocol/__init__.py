"""Bytes to dataclasses and back: the ANT+ data pages, and nothing that knows a trainer."""

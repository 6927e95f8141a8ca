"""The bot of an academy and its alumni."""

__version__ = "0.1.0"

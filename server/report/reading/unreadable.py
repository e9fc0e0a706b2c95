"""A file that cannot be read as a report: why, and what to do."""


class Unreadable(Exception):
    """The message is a sentence for the person who gave the file."""

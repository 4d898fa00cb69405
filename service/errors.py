"""The errors of the service."""


class NewswireError(Exception):
    """Raise when the service cannot do what was asked. The message says what happened and what to do."""

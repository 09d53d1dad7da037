"""What a service says no with; app.py turns each into a status."""


class Refused(Exception):
    """What was sent cannot be taken: 422."""

    def __init__(self, *reasons):
        super().__init__(', '.join(reasons))
        self.reasons = list(reasons)


class NotFound(Exception):
    """There is no such thing: 404."""

"""Say what a check is to the table. A compiled one is called without making a Python call."""

from collections.abc import Callable

from fairlead.gateway.risk.subject_cy import Refused, Subject


class Check:
    """Judge one thing about a subject, and change nothing."""

    def judge(self, subject: Subject) -> "Refused | None":
        """Return why the request goes no further, None where it may."""
        raise NotImplementedError

    def __call__(self, subject: Subject) -> "Refused | None":
        """Judge."""
        return self.judge(subject)


class Asked(Check):
    """Be a check that is a callable: a function, or a bound method of the state that it judges by."""

    def __init__(self, ask: "Callable[[Subject], Refused | None]") -> None:
        self._ask = ask

    def judge(self, subject: Subject) -> "Refused | None":
        """Return what the callable says."""
        return self._ask(subject)

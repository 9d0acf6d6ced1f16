"""Keep the reports that could not be booked, for people to look at."""

from dataclasses import dataclass

from fairlead.codecs.vocabulary.messages_cy import Report


@dataclass(frozen=True, slots=True)
class Quarantined:
    """Hold a report that was set aside: ``discrepancy`` is a Discrepancy, ``text`` says why; ids are as received."""

    venue: str
    report: Report
    discrepancy: int
    text: str
    utc_ns: int

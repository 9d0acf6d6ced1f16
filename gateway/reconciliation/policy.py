"""Say how strictly a venue's orders are to be accounted for before strategies trade there again."""

from dataclasses import dataclass
from typing import Final

DEFAULT_STATUS_REQUESTS_PER_S: Final = 100
DEFAULT_ANSWER_WITHIN_NS: Final = 10_000_000_000


@dataclass(frozen=True, slots=True)
class VenuePolicy:
    """Hold what ``[[venues]]`` says about it.

    ``is_required`` keeps the gate closed until every order is accounted for or a person opens it; else it opens, with
    an alert, once nothing more is to be had from the venue. Status questions are paced to ``status_requests_per_s``,
    and repeated where no answer comes within ``answer_within_ns``.
    """

    is_required: bool = True
    status_requests_per_s: int = DEFAULT_STATUS_REQUESTS_PER_S
    answer_within_ns: int = DEFAULT_ANSWER_WITHIN_NS

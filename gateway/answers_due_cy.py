# cython: annotation_typing=False
"""Keep the requests that venues have not answered yet, in the order of their deadlines."""

import cython


class AnswersDue:
    """Hold what is due; ``ack_timeout_ns`` is how long an answer may take, per venue."""

    def __init__(self, ack_timeout_ns: dict[str, int]) -> None:
        self.ack_timeout_ns = ack_timeout_ns
        # (deadline, how often asked, when sent), in order of deadlines: the oldest of a venue is always its first entry
        self.due: dict[str, dict[str, tuple[int, int, int]]] = {venue: {} for venue in ack_timeout_ns}

    def request_sent(self, venue: str, venue_cl_ord_id: str, now_ns: cython.longlong) -> None:
        """Expect an answer from now on."""
        self.expect(venue, venue_cl_ord_id, 0, now_ns, now_ns)

    def expect(
        self, venue: str, venue_cl_ord_id: str, times: int, sent_ns: cython.longlong, now_ns: cython.longlong
    ) -> None:
        """Expect an answer after having asked ``times`` times; the request becomes the last one due."""
        due: dict[str, tuple[int, int, int]] = self.due[venue]
        timeout_ns: cython.longlong = self.ack_timeout_ns[venue]
        if venue_cl_ord_id in due:
            del due[venue_cl_ord_id]
        due[venue_cl_ord_id] = (now_ns + timeout_ns, times, sent_ns)

    def answered(self, venue: str, venue_cl_ord_id: str) -> "int | None":
        """Note that the venue spoke about this request; return when it was sent, None where no answer was due."""
        due: dict[str, tuple[int, int, int]] = self.due[venue]
        entry = due.pop(venue_cl_ord_id, None)
        return entry[2] if entry is not None else None

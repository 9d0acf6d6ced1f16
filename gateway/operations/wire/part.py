"""Follow frames into the index, and answer what was said on the wire."""

from collections.abc import Sequence
from typing import Annotated, Any, Final

from pydantic import Field

from fairlead.gateway.journal.layout import segment_paths
from fairlead.gateway.journal.views import SegmentViews
from fairlead.gateway.operations.api.endpoints import Asked, Endpoint, Query
from fairlead.gateway.operations.api.part import ApiPart
from fairlead.gateway.operations.following import Listener
from fairlead.gateway.operations.parts import Desk, Part
from fairlead.gateway.operations.wire.index import TABLES, WireIndex
from fairlead.gateway.operations.wire.search import MAX_FRAMES, Wanted, WireSearch

CLEAN_NS: Final = 60_000_000_000
MAX_SEQUENCE: Final = 2**63 - 1
Sequence64 = Annotated[int, Field(ge=0, le=MAX_SEQUENCE)]


class WireQuery(Query):
    """Which frames."""

    order: Annotated[str, Field(max_length=64)] = ""
    stream: Annotated[str, Field(max_length=80)] = ""
    msg_type: Annotated[str, Field(max_length=16)] = ""
    from_utc_ns: Sequence64 = 0
    before_sequence: Sequence64 = 0
    after_sequence: Sequence64 = 0
    limit: Annotated[int, Field(ge=1, le=MAX_FRAMES)] = 100


class WirePart(Part):
    """Serve ``/api/wire``."""

    tables = TABLES

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.index = WireIndex(desk.database)
        self._views = SegmentViews(desk.config.journal.path)
        self.search = WireSearch(desk.database, self._views)
        self._told = 0
        self._cleaned_ns = 0

    def listeners(self) -> Sequence[Listener]:
        """Return the index."""
        return (self.index,)

    def endpoints(self) -> Sequence[Endpoint]:
        """Return the one question."""
        answer = {
            "type": "object",
            "properties": {"frames": {"type": "array", "items": {"type": "object"}}},
            "required": ["frames"],
        }
        summary = "Show frames of the journal, decoded, newest first."
        return (Endpoint("GET", "/api/wire", summary, self._find, query=WireQuery, answer=answer),)

    def tick(self, now_ns: int, utc_ns: int) -> None:
        """Tell of news, and forget what the journal has forgotten."""
        if self.index.count != self._told:
            self._told = self.index.count
            self.desk.part(ApiPart).streams.tell("wire")
        if now_ns - self._cleaned_ns >= CLEAN_NS and self.desk.config.journal.path.is_dir():
            self._cleaned_ns = now_ns
            self.index.forget_before(next(iter(segment_paths(self.desk.config.journal.path)), 0))

    async def close(self) -> None:
        """Unmap the segments."""
        self._views.close()

    async def _find(self, asked: Asked) -> Any:
        return {"frames": self.search.find(Wanted(**asked.query.model_dump()))}

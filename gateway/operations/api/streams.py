"""Tell browsers and terminals what changed, as server-sent events: names of topics, not their contents.

A client asks again for what it shows of a topic. So a slow one costs nothing but a bounded queue of names.
"""

import asyncio
from typing import Final

from aiohttp import web

from fairlead.gateway.operations.api.endpoints import ApiError, Asked, Endpoint
from fairlead.gateway.operations.api.guard import HEADERS

MAX_STREAMS: Final = 64
MAX_STREAMS_OF_ONE: Final = 8
BEAT_S: Final = 10.0
_RETRY_MS: Final = 2000


class Streams:
    """Hold the open streams. ``tell(topic)`` from anywhere in the loop; a topic that waits already waits once."""

    def __init__(self) -> None:
        self._waiting: dict[asyncio.Event, tuple[str, dict[str, None]]] = {}

    def tell(self, topic: str) -> None:
        """Say that something of a topic changed."""
        for event, (_, topics) in self._waiting.items():
            topics[topic] = None
            event.set()

    @property
    def count(self) -> int:
        """Return how many are open."""
        return len(self._waiting)

    def close(self) -> None:
        """End all streams."""
        for event in self._waiting:
            event.set()
        self._waiting.clear()

    def endpoints(self) -> tuple[Endpoint, ...]:
        """Return the stream."""
        summary = "Follow what changes: one event a change, its data the topic's name."
        return (
            Endpoint(
                "GET",
                "/api/events",
                summary,
                self._serve,
                answer={"type": "string"},
                content_type="text/event-stream",
                statuses=(503,),
            ),
        )

    async def _serve(self, asked: Asked) -> web.StreamResponse:
        operator = asked.login.operator
        own = sum(name == operator for name, _ in self._waiting.values())
        if len(self._waiting) >= MAX_STREAMS or own >= MAX_STREAMS_OF_ONE:
            raise ApiError(503, "busy", f"{own} streams of {operator}, {self.count} in all, expected fewer")
        event, topics = asyncio.Event(), dict[str, None]()
        self._waiting[event] = (operator, topics)
        response = web.StreamResponse(headers={**HEADERS, "Content-Type": "text/event-stream"})
        try:
            await response.prepare(asked.request)
            await response.write(f"retry: {_RETRY_MS}\n\n".encode())
            while event in self._waiting:
                await self._write(response, event, topics)
        except (ConnectionResetError, TimeoutError):
            # the client went, or reads nothing
            pass
        finally:
            self._waiting.pop(event, None)
        return response

    async def _write(self, response: web.StreamResponse, event: asyncio.Event, topics: dict[str, None]) -> None:
        try:
            await asyncio.wait_for(event.wait(), BEAT_S)
        except TimeoutError:
            await asyncio.wait_for(response.write(b": beat\n\n"), BEAT_S)
            return
        event.clear()
        told = "".join(f"event: change\ndata: {topic}\n\n" for topic in topics)
        topics.clear()
        await asyncio.wait_for(response.write(told.encode()), BEAT_S)

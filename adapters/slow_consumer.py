"""Decide when a peer that stops reading is cut off, so that it can't fill our memory."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SlowConsumerPolicy:
    """Bound what may wait for a peer: ``max_bytes`` at any moment, ``max_s`` seconds without reaching zero."""

    max_bytes: int = 4 * 1024 * 1024
    max_s: int = 30

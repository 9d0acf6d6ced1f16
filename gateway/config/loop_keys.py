"""Describe how the process waits for its sockets, and which processor it has."""

from typing import Annotated, Final, Literal

from pydantic import Field, model_validator

from fairlead.gateway.config.values import Section

DEFAULT_SPIN_US: Final = 50


class Loop(Section):
    """What the order path's thread does between orders."""

    waiting: Literal["block", "spin", "busy_poll"] = "block"
    """Sleep until woken; look at the sockets for ``spin_us`` after each read; look at them always."""
    spin_us: Annotated[int, Field(gt=0, le=1_000_000)] = DEFAULT_SPIN_US
    cpu: Annotated[int | None, Field(ge=0, le=1023)] = None
    """The processor that the order path's thread is bound to."""
    sched_fifo: Annotated[int | None, Field(ge=1, le=99)] = None
    """Its real-time priority."""

    @model_validator(mode="after")
    def _sense(self) -> "Loop":
        if "spin_us" in self.model_fields_set and self.waiting != "spin":
            raise ValueError(f'expected no spin_us, since waiting is "{self.waiting}"')
        if self.waiting == "busy_poll" and self.sched_fifo is not None and self.cpu is None:
            raise ValueError(
                "expected cpu, since a thread of real-time priority that never sleeps wants one of its own"
            )
        return self

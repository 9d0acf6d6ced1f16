"""Give the order path's thread what the configuration says of the processor: one of its own, real-time priority.

Only this thread is bound: the threads in which the loop looks names up are started first, and keep every processor.
Otherwise a look-up would wait for a thread that never sleeps.
"""

import asyncio
import os

from fairlead.gateway.config.loop_keys import Loop


class ProcessorRefused(Exception):
    """Report what the system does not give."""


async def claim_processor(settings: Loop) -> None:
    """Bind and raise the calling thread. Raises ProcessorRefused."""
    if settings.cpu is None and settings.sched_fifo is None:
        return
    # a name's look-up starts all of the loop's threads, which inherit what the starting one has
    await asyncio.get_running_loop().getaddrinfo("localhost", 0)
    if settings.cpu is not None:
        _bind(settings.cpu)
    if settings.sched_fifo is not None:
        _raise_priority(settings.sched_fifo)


def _bind(cpu: int) -> None:
    allowed = sorted(os.sched_getaffinity(0))
    try:
        os.sched_setaffinity(0, {cpu})
    except OSError as error:
        expected = ", ".join(map(str, allowed))
        raise ProcessorRefused(
            f"loop.cpu: {cpu}, expected one that this process may use ({expected}): {error.strerror or error}"
        ) from None


def _raise_priority(priority: int) -> None:
    try:
        # children and threads to come are ordinary ones again
        os.sched_setscheduler(0, os.SCHED_FIFO | os.SCHED_RESET_ON_FORK, os.sched_param(priority))
    except OSError as error:
        raise ProcessorRefused(
            f"loop.sched_fifo: {priority}, {error.strerror or error}: expected the capability CAP_SYS_NICE, or a limit "
            f"RLIMIT_RTPRIO of {priority} at least (LimitRTPRIO= of the service, `ulimit -r`)"
        ) from None

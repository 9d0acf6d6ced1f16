"""Relay one TCP connection to another and back, on uvloop: the least that any Python process between two sockets does.

``python -m benchmarks.wire.uvloop_relay PORT`` prints ``{"port": N}``; what comes there goes to PORT on this host.
"""

import asyncio
import json
import socket
import sys

import uvloop


def _copy(source: socket.socket, sink: socket.socket, buffer: memoryview, done: asyncio.Event) -> None:
    try:
        count = source.recv_into(buffer)
    except (BlockingIOError, InterruptedError):
        return
    sent = sink.send(buffer[:count]) if count else 0
    if sent < count or not count:
        done.set()  # the peer is gone, or reads slower than a benchmark's peer may


async def relay(port: int) -> None:
    """Accept one connection, connect to ``port``, and copy until either side ends."""
    loop = asyncio.get_running_loop()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        print(json.dumps({"port": listener.getsockname()[1]}), flush=True)
        near, _ = listener.accept()
    far = socket.create_connection(("127.0.0.1", port))
    done = asyncio.Event()
    buffer = memoryview(bytearray(65536))
    for source, sink in ((near, far), (far, near)):
        source.setblocking(False)
        source.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        loop.add_reader(source.fileno(), _copy, source, sink, buffer, done)
    await done.wait()


if __name__ == "__main__":
    uvloop.run(relay(int(sys.argv[1])))

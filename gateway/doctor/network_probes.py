"""Ask network cards and the gateway's own sockets: ethtool's ioctl, and copies of descriptors (pidfd_getfd(2))."""

import contextlib
import ctypes
import errno
import fcntl
import os
import socket
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from fairlead.gateway.doctor.host import Host
from fairlead.gateway.doctor.subject import CardReading, SocketReading

_SIOCETHTOOL: Final = 0x8946
_GCOALESCE: Final = 0x0E
_GRINGPARAM: Final = 0x10
_COALESCE_WORDS: Final = 23
"""``struct ethtool_coalesce`` (<linux/ethtool.h>): words of 32 bits, the first is the command."""
_RING_WORDS: Final = 9
_PIDFD_GETFD: Final = 438
_SO_BUSY_POLL: Final = 46
_TCP_USER_TIMEOUT: Final = 18
_TOTAL_RETRANS_AT: Final = 100
"""Where ``tcpi_total_retrans`` stands in ``struct tcp_info`` (<linux/tcp.h>)."""


def read_cards(host: Host) -> tuple[CardReading, ...]:
    """Return the cards that answer; virtual ones do not."""
    names = [name for name in host.names("sys/class/net") if name != "lo"]
    return tuple(card for name in names if (card := _read_card(name)) is not None)


def _read_card(name: str) -> CardReading | None:
    try:
        told = _ethtool(name, _GCOALESCE, _COALESCE_WORDS)
    except OSError:
        return None
    ring: tuple[int, ...] = (0,) * _RING_WORDS
    with contextlib.suppress(OSError):
        ring = _ethtool(name, _GRINGPARAM, _RING_WORDS)
    return CardReading(name, bool(told[10]), told[1], ring[5], ring[1])


def _ethtool(name: str, command: int, words: int) -> tuple[int, ...]:
    buffer = ctypes.create_string_buffer(struct.pack("I", command), 4 * words)
    request = struct.pack("16sP16x", name.encode()[:15], ctypes.addressof(buffer))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        fcntl.ioctl(asking, _SIOCETHTOOL, request)
    return struct.unpack(f"{words}I", buffer.raw)


def read_sockets(pid: int) -> tuple[SocketReading, ...] | None:
    """Return the TCP connections of a process; None where they may not be looked at."""
    try:
        process = os.pidfd_open(pid)
        descriptors = [int(path.name) for path in Path(f"/proc/{pid}/fd").iterdir()]
    except OSError:
        return None
    try:
        return tuple(_connections(process, descriptors))
    except OSError:
        return None
    finally:
        os.close(process)


def _connections(process: int, descriptors: list[int]) -> Iterator[SocketReading]:
    library = ctypes.CDLL(None, use_errno=True)
    for descriptor in descriptors:
        copied = library.syscall(_PIDFD_GETFD, process, descriptor, 0)
        if copied < 0:
            number = ctypes.get_errno()
            if number == errno.EBADF:
                # closed meanwhile
                continue
            raise OSError(number, os.strerror(number))
        try:
            opened = socket.socket(fileno=copied)
        except OSError:
            os.close(copied)
            continue
        with opened:
            if opened.family in (socket.AF_INET, socket.AF_INET6) and opened.type == socket.SOCK_STREAM:
                yield from _connection(opened)


def _connection(opened: socket.socket) -> Iterator[SocketReading]:
    try:
        host, port = opened.getpeername()[:2]
    except OSError:
        # it listens
        return
    info = opened.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 256)
    yield SocketReading(
        f"{host}:{port}",
        bool(opened.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)),
        opened.getsockopt(socket.IPPROTO_TCP, _TCP_USER_TIMEOUT),
        opened.getsockopt(socket.SOL_SOCKET, _SO_BUSY_POLL),
        int.from_bytes(info[_TOTAL_RETRANS_AT : _TOTAL_RETRANS_AT + 4], "little"),
    )

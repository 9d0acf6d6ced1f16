"""Open the sockets of datagram lines: multicast groups joined on an interface, or plain addresses."""

import ipaddress
import socket
import struct
import sys
from typing import Final

# Linux; the socket module has no names for them
_IP_MULTICAST_ALL: Final = 49
_SO_MEMINFO: Final = 55
_MEMINFO: Final = struct.Struct("9I")
_DROPS: Final = 8
"""Where SK_MEMINFO_DROPS is in it (linux/sock_diag.h)."""


class DatagramError(Exception):
    """Report a line or request server that can't be opened: which, and why."""


def open_line(host: str, port: int, interface: str = "", receive_buffer_bytes: int = 8 << 20) -> socket.socket:
    """Return a socket that receives what is sent to ``host`` and ``port``; non-blocking. Raises DatagramError.

    A multicast group is joined on ``interface``: a name (``eth1``) or an IPv4 address of this machine; "" leaves the
    choice to the system. Otherwise ``host`` is an address of this machine. Several processes may join the same group.
    The system may give less receive buffer than asked for (net.core.rmem_max): ``receive_buffer`` tells.
    """
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        raise DatagramError(f"line {host}:{port}: expected an IP address") from None
    if address.version != 4:
        raise DatagramError(f"line {host}:{port}: expected an IPv4 address, as MoldUDP64 lines have")
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        sock.setblocking(False)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer_bytes)
        if address.is_multicast:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # bound to the group itself: another group on the same port is not for this line
        sock.bind((host, port))
        if address.is_multicast:
            sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, _membership(address.packed, interface))
            if sys.platform == "linux":
                # the same group on another interface is another line, whoever has joined it there
                sock.setsockopt(socket.IPPROTO_IP, _IP_MULTICAST_ALL, 0)
    except OSError as error:
        sock.close()
        on = f" on interface {interface}" if interface else ""
        raise DatagramError(f"line {host}:{port}{on}: {error.strerror or error}") from None
    return sock


def open_request_socket(host: str, port: int) -> socket.socket:
    """Return a socket connected to a request server, so that only its answers come back. Raises DatagramError."""
    sock: socket.socket | None = None
    try:
        found = socket.getaddrinfo(host, port, socket.AF_INET, socket.SOCK_DGRAM)
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.setblocking(False)
        sock.connect(found[0][4])
    except (OSError, UnicodeError) as error:
        if sock is not None:
            sock.close()
        reason = error.strerror if isinstance(error, OSError) else None
        raise DatagramError(f"request server {host}:{port}: {reason or error}") from None
    return sock


def receive_buffer(sock: socket.socket) -> int:
    """Return the bytes that the system keeps for a socket; Linux counts its own overhead in, twice what was asked."""
    return sock.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF)


def dropped_datagrams(sock: socket.socket) -> int:
    """Return how many datagrams the system has dropped for want of room since the socket was opened, modulo 2^32.

    -1 where the system does not tell (Linux does since 4.12).
    """
    try:
        info = sock.getsockopt(socket.SOL_SOCKET, _SO_MEMINFO, _MEMINFO.size)
    except OSError:
        return -1
    return int(_MEMINFO.unpack(info)[_DROPS]) if len(info) == _MEMINFO.size else -1


def _membership(group: bytes, interface: str) -> bytes:
    """Return an ip_mreqn: group, address, interface index. Raises OSError for a name that no interface has."""
    local, index = b"\0\0\0\0", 0
    if interface:
        try:
            local = ipaddress.IPv4Address(interface).packed
        except ValueError:
            index = socket.if_nametoindex(interface)
    return struct.pack("=4s4si", group, local, index)

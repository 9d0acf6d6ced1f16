"""Check the network: busy polling, socket options, buffers, loss, how cards gather interrupts."""

from collections.abc import Iterator
from typing import Final

from fairlead.gateway.doctor.row import OK, Row, judged, unknown
from fairlead.gateway.doctor.subject import Subject

BUSY_POLL_US: Final = 50
LEAST_BUFFER_BYTES: Final = 16 * 1024 * 1024
LEAST_BACKLOG: Final = 10_000
LOW_USECS: Final = 5
_CORE: Final = "proc/sys/net/core"


def busy_poll(subject: Subject) -> Row:
    """Check that the kernel looks at the card itself while a thread waits for a socket."""
    name = "Busy poll"
    found = [subject.host.read(f"{_CORE}/{key}") for key in ("busy_poll", "busy_read")]
    wanted = f"about {BUSY_POLL_US} us each where waiting is spin or busy_poll"
    if None in found:
        return unknown(name, "net.core.busy_poll can't be read", wanted)
    read = f"busy_poll {found[0]}, busy_read {found[1]}"
    if not subject.wants.busy_poll:
        return Row(name, OK, f"{read}; the gateway waits blocked", wanted)
    mend = f"sysctl -w net.core.busy_poll={BUSY_POLL_US} net.core.busy_read={BUSY_POLL_US}"
    return judged(name, all(text not in ("0", None) for text in found), read, wanted, mend)


def sockets(subject: Subject) -> Row:
    """Check the options of the running gateway's connections."""
    name, wanted = "Sockets", "TCP_NODELAY on each"
    found = subject.readings.sockets
    if found is None:
        why = "no gateway runs" if not subject.pid else "the gateway's sockets may not be looked at"
        return unknown(name, why, wanted, "" if not subject.pid else "run it as root, or as the gateway's user")
    if not found:
        return unknown(name, "the gateway has no connection", wanted)
    delayed = [socket.peer for socket in found if not socket.no_delay]
    timeouts = sum(socket.user_timeout_ms > 0 for socket in found)
    polled = sum(socket.busy_poll_us > 0 for socket in found)
    read = (
        f"{len(found)} connections, {len(delayed)} without TCP_NODELAY; {timeouts} with TCP_USER_TIMEOUT, "
        f"{polled} with SO_BUSY_POLL"
    )
    return judged(name, not delayed, read, wanted, f"tell the authors: {', '.join(delayed)}")


def slow_start(subject: Subject) -> Row:
    """Check that a connection that was quiet sends as fast as before."""
    value = subject.host.read("proc/sys/net/ipv4/tcp_slow_start_after_idle")
    if value is None:
        return unknown("TCP idle", "tcp_slow_start_after_idle can't be read", "0")
    return judged("TCP idle", value == "0", value, "0", "sysctl -w net.ipv4.tcp_slow_start_after_idle=0")


def buffers(subject: Subject) -> Row:
    """Check that bursts find room, and that nothing was dropped while the doctor looked."""
    name = "Buffers"
    wanted = f"rmem_max {LEAST_BUFFER_BYTES}, netdev_max_backlog {LEAST_BACKLOG} at least; no drops"
    room, backlog = (subject.host.read(f"{_CORE}/{key}") for key in ("rmem_max", "netdev_max_backlog"))
    drops = _dropped(subject.host.read("proc/net/softnet_stat"))
    if room is None or backlog is None:
        return unknown(name, "net.core.rmem_max or netdev_max_backlog can't be read", wanted)
    rose = max(0, drops - _dropped(subject.host.before.get("proc/net/softnet_stat")))
    read = f"rmem_max {room}, netdev_max_backlog {backlog}; {drops} dropped since the start, {rose} during the probe"
    mend = f"sysctl -w net.core.rmem_max={LEAST_BUFFER_BYTES} net.core.netdev_max_backlog={LEAST_BACKLOG}"
    return judged(
        name, int(room) >= LEAST_BUFFER_BYTES and int(backlog) >= LEAST_BACKLOG and not rose, read, wanted, mend
    )


def _dropped(text: str | None) -> int:
    """Return the packets that found no room: the second column of each processor's line, hexadecimal."""
    return sum(int(words[1], 16) for line in (text or "").splitlines() if len(words := line.split()) > 1)


def loss(subject: Subject) -> Row:
    """Check that nothing had to be sent again while the doctor looked."""
    name, wanted, path = "TCP loss", "no segment sent again during the probe", "proc/net/snmp"
    total = _sent_again(subject.host.read(path))
    before = _sent_again(subject.host.before.get(path))
    if total is None or before is None:
        return unknown(name, f"no RetransSegs in {path}", wanted)
    ours = subject.readings.sockets
    told = "" if ours is None else f", {sum(socket.retransmits for socket in ours)} of the gateway's connections"
    read = f"{total - before} during the probe, {total} since the start{told}"
    return judged(name, total == before, read, wanted, "look for drops: `ip -s link`, `ss -ti`")


def _sent_again(text: str | None) -> int | None:
    lines = [line.split() for line in (text or "").splitlines() if line.startswith("Tcp:")]
    if len(lines) < 2:
        return None
    found = dict(zip(lines[0], lines[1], strict=False)).get("RetransSegs")
    return int(found) if found is not None else None


def coalescing(subject: Subject) -> Row:
    """Check that network cards tell of packets at once."""
    name, wanted = "Coalescing", f"adaptive off, rx-usecs {LOW_USECS} at most"
    cards = subject.readings.cards
    if not cards:
        return unknown(name, "no card answers ethtool", wanted)
    slow = [card.name for card in cards if card.adaptive or card.rx_usecs > LOW_USECS]
    told = (
        f"{card.name}: adaptive {'on' if card.adaptive else 'off'}, rx-usecs {card.rx_usecs}, "
        f"ring {card.rx_ring} of {card.rx_ring_max}"
        for card in cards
    )
    mend = "; ".join(f"ethtool -C {card} adaptive-rx off rx-usecs 0" for card in slow)
    return judged(name, not slow, "; ".join(told), wanted, mend)


def rows(subject: Subject) -> Iterator[Row]:
    """Yield what the checks of this file find."""
    for check in (busy_poll, sockets, slow_start, buffers, loss, coalescing):
        yield check(subject)

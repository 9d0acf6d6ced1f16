"""Read a capture: FIX and SoupBinTCP out of its TCP connections, MoldUDP64 out of its UDP datagrams."""

from __future__ import annotations

from fairlead.certification.passive.fix_flows import FixFlows
from fairlead.certification.passive.native.mold_flows import MoldFlows
from fairlead.certification.passive.native.soup_flows import read_soup
from fairlead.certification.passive.packets import Datagram, PacketError, Segment, read_packets, read_transport
from fairlead.certification.passive.records import LogError, WireLog
from fairlead.certification.passive.tcp_streams import Chunk, TcpStreams


def read_capture(data: bytes, name: str) -> WireLog:
    """Read what a capture holds. Raises LogError where it is damaged or holds nothing that can be judged."""
    log = WireLog("capture")
    streams, fix, mold = TcpStreams(name, log.notes), FixFlows(name, log.notes), MoldFlows(name)
    unread: dict[str, int] = {}
    chunks: list[Chunk] = []
    counts = {Segment: 0, Datagram: 0}

    for packet in read_packets(data, name, log.notes):
        try:
            carried = read_transport(packet)
        except PacketError as error:
            unread[str(error)] = unread.get(str(error), 0) + 1
            continue
        if carried is None:
            continue
        counts[type(carried)] += 1
        if isinstance(carried, Datagram):
            mold.take(carried, packet)
        else:
            chunks += streams.take(carried, packet)
    chunks += streams.finish()
    for chunk in chunks:
        log.records += fix.take(chunk)
    fix.finish()
    rest = [chunk for chunk in chunks if chunk.flow not in fix.found and chunk.flow[::-1] not in fix.found]
    log.soup, log.mold = read_soup(rest, name, log.notes), mold.feeds()
    log.notes += [f"{name}: {count} packets left out: {reason}" for reason, count in unread.items()]
    if not log.count:
        found = f"{counts[Segment]} TCP segments and {counts[Datagram]} UDP datagrams of the capture"
        raise LogError(f"{name}: no FIX message, SoupBinTCP or MoldUDP64 packet in {found}")
    return log

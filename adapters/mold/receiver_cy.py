# cython: annotation_typing=False
"""Carry the steady state of a MoldUDP64 receiver: the next packet in order, and its copy on the other line.

``MoldReceiverCore`` takes a packet of its session that has the number expected next, or only numbers below it. Whatever
else comes (a packet ahead, heartbeats, another session, bytes that are no packet) goes to the ``receive_*`` methods of
``receiver.MoldReceiver``.
"""

from fairlead.adapters.mold.events import MoldSink
from fairlead.adapters.mold.settings import MoldReceiverSettings
from fairlead.adapters.mold.window import ReorderWindow
from fairlead.codecs.errors import DecodeError
from fairlead.codecs.moldudp64.packets_cy import MoldPacket


class LineCounters:
    """Count what came over one line; ``messages`` are those that no other line had brought before."""

    def __init__(self) -> None:
        self.packets = 0
        self.messages = 0
        self.duplicates = 0
        """Packets that held nothing new."""
        self.ahead = 0
        """Packets that came while an earlier message was missing."""
        self.heartbeats = 0
        self.faults = 0
        self.foreign = 0
        """Packets of another session."""
        self.dropped = 0
        """Datagrams that the operating system dropped."""
        self.last_ns = 0
        self.is_silent = False


class MoldReceiverCore:
    """Hold what the steady state touches. Use ``receiver.MoldReceiver``."""

    def __init__(self, settings: MoldReceiverSettings, sink: MoldSink) -> None:
        self.settings = settings
        self.sink = sink
        self.lines = [LineCounters() for _ in range(settings.lines)]
        """Counters of each line."""
        self.recovery = LineCounters()
        """Counters of the answers to our requests."""
        self.session = b""
        """The session as it is on the wire, b"" before one is joined."""
        self.expected = 0
        """The number of the next message to deliver; -1 while the sink has not said where to begin."""
        self.reached = 0
        """The number behind the highest message that is known to exist."""
        self.reached_ns = 0
        self.delivered = 0
        """Messages handed to the sink."""
        self.window = ReorderWindow(settings.window_packets, settings.window_bytes)
        self.is_quiet = True
        """Nothing is missing, nothing waits, and no other session has been heard."""
        self.packet = MoldPacket()
        self._stored = MoldPacket()

    def receive_datagram(self, line: int, data: bytes | bytearray | memoryview, now_ns: int, utc_ns: int) -> None:
        """Take a datagram of a line, counted from 0, or ``RECOVERY``; ``data`` is only valid during the call."""
        counters = self.recovery if line < 0 else self.lines[line]
        counters.packets += 1
        packet = self.packet
        try:
            packet.load(data)
        except DecodeError as error:
            counters.faults += 1
            self.receive_fault(line, str(error), now_ns, utc_ns)
            return
        if not packet.is_of(self.session):
            self.receive_foreign(line, packet, now_ns, utc_ns)
            return
        self.receive_packet(line, counters, packet, now_ns, utc_ns)

    def receive_packet(self, line: int, counters: LineCounters, packet: MoldPacket, now_ns: int, utc_ns: int) -> None:
        """Take a packet of the session."""
        if line >= 0:
            counters.last_ns = now_ns
            if counters.is_silent or not self.is_quiet:
                self.note_alive(line, now_ns, utc_ns)
        if packet.message_count > 0 and packet.sequence_number <= self.expected:
            if packet.next_number <= self.expected:
                counters.duplicates += 1
                if line < 0:
                    self.receive_old_answer(packet.sequence_number, packet.next_number, now_ns, utc_ns)
                return
            begin = packet.sequence_number
            end = packet.next_number
            counters.messages += end - self.expected
            self.deliver(packet, now_ns, utc_ns)
            if self.reached < self.expected:
                self.reached = self.expected
            if not self.is_quiet:
                self.receive_progress(line, begin, end, now_ns, utc_ns)
            return
        self.receive_other(line, counters, packet, now_ns, utc_ns)

    def deliver(self, packet: MoldPacket, now_ns: int, utc_ns: int) -> None:
        """Hand over what a packet has from the expected number on."""
        first = self.expected
        count = packet.next_number - first
        packet.skip_to(first)
        # the sink may look at these
        self.expected = packet.next_number
        self.delivered += count
        self.sink.on_messages(first, count, packet, now_ns, utc_ns)

    def drain(self, now_ns: int, utc_ns: int) -> None:
        """Hand over what waited behind the messages that came."""
        while len(self.window):
            found = self.window.pop(self.expected)
            if found is None:
                return
            line, data = found
            self._stored.load(data)
            counters = self.recovery if line < 0 else self.lines[line]
            counters.messages += self._stored.next_number - self.expected
            self.deliver(self._stored, now_ns, utc_ns)

    def receive_fault(self, line: int, reason: str, now_ns: int, utc_ns: int) -> None:
        """Tell of a datagram that can't be read."""
        raise NotImplementedError

    def receive_foreign(self, line: int, packet: MoldPacket, now_ns: int, utc_ns: int) -> None:
        """Take a packet that is not of the session, or the first one of all."""
        raise NotImplementedError

    def receive_other(self, line: int, counters: LineCounters, packet: MoldPacket, now_ns: int, utc_ns: int) -> None:
        """Take a packet of the session without messages, or ahead of the expected number."""
        raise NotImplementedError

    def receive_progress(self, line: int, begin: int, end: int, now_ns: int, utc_ns: int) -> None:
        """Go on after the delivery of a packet, while the receiver is not in its steady state."""
        raise NotImplementedError

    def receive_old_answer(self, begin: int, end: int, now_ns: int, utc_ns: int) -> None:
        """Take note of an answer to a request that other packets had answered by then."""
        raise NotImplementedError

    def note_alive(self, line: int, now_ns: int, utc_ns: int) -> None:
        """Note a packet while a line is silent or the receiver is not in its steady state."""
        raise NotImplementedError

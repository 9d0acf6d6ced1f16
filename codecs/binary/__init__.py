"""Encode and decode exchanges' own binary protocols, each of which is a table: see docs/adding_a_protocol.md."""

from fairlead.codecs.binary.layout_cy import Field, Layout
from fairlead.codecs.binary.message_cy import BinaryMessage, Decoder
from fairlead.codecs.binary.protocol import Direction, Protocol, load_protocol, table_names
from fairlead.codecs.binary.sequences import SequenceProtocol, load_sequence, sequence_names
from fairlead.codecs.binary.table_reader import TableError
from fairlead.codecs.binary.writer_cy import Writer

__all__ = [
    "BinaryMessage",
    "Decoder",
    "Direction",
    "Field",
    "Layout",
    "Protocol",
    "SequenceProtocol",
    "TableError",
    "Writer",
    "load_protocol",
    "load_sequence",
    "sequence_names",
    "table_names",
]

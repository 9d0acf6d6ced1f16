# C types of the SoupBinTCP server's steady state.

cimport cython

from fairlead.codecs.soupbintcp.packets_cy cimport Packet, PacketReader, encode_packet

cdef int _DISCONNECTED, _LOGGED_ON, _CLOSING, _SEQUENCED_DATA, _UNSEQUENCED_DATA

cdef class SequencedStream:
    cdef readonly str session_id
    cdef readonly object store
    cdef readonly long long next_seq
    cdef readonly bint is_ended
    cdef public list connections

    @cython.locals(packet=bytes, seq=cython.longlong, connection=SoupServerCore)
    cpdef publish(self, bytes payload, long long now_ns, long long utc_ns)

cdef class SoupServerCore:
    cdef readonly object settings
    cdef readonly object application
    cdef public SequencedStream stream
    cdef public int state
    cdef public long long next_seq
    cdef public list output
    cdef public long long last_in_ns
    cdef public long long last_out_ns
    cdef public PacketReader reader

    @cython.locals(reader=PacketReader)
    cpdef receive_data(self, data, long long now_ns, long long utc_ns)
    cpdef int queue(self, long long seq, bytes packet, long long now_ns) except? -1
    @cython.locals(stream=SequencedStream)
    cdef int _take(self, Packet packet, long long now_ns, long long utc_ns) except? -1

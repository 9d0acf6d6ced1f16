# C types of the SoupBinTCP client's steady state.

cimport cython

from fairlead.codecs.soupbintcp.packets_cy cimport Packet, PacketReader, encode_packet

cdef int _DISCONNECTED, _LOGGED_ON, _LOGOUT_SENT, _CLOSING, _SEQUENCED_DATA, _UNSEQUENCED_DATA

cdef class SoupClientCore:
    cdef readonly object settings
    cdef readonly object store
    cdef readonly object application
    cdef public int state
    cdef public long long next_in
    cdef public long long next_out
    cdef public long long stream_next
    cdef public list output
    cdef public long long last_in_ns
    cdef public long long last_out_ns
    cdef public PacketReader reader
    cdef object _prints
    cdef long long _n_prints
    cdef long long _first_print

    @cython.locals(reader=PacketReader)
    cpdef receive_data(self, data, long long now_ns, long long utc_ns)
    @cython.locals(packet=bytes, number=cython.longlong)
    cpdef send(self, bytes payload, long long now_ns, long long utc_ns)
    @cython.locals(seq=cython.longlong, place=cython.longlong, payload=bytes, is_known=cython.bint)
    cdef int _take(self, Packet packet, long long now_ns, long long utc_ns) except? -1

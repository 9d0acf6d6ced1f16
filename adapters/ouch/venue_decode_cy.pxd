# C types of the report reader.

cimport cython

from fairlead.codecs.binary.layout_cy cimport Field
from fairlead.codecs.binary.message_cy cimport BinaryMessage
from fairlead.codecs.vocabulary.messages_cy cimport Report

cdef long long ABSENT, _SCALE, _NS_PER_S, _NS_PER_DAY, _AHEAD_NS
cdef int _RESTATED

cdef class Roles:
    cdef readonly int meaning, kind, exec_type, ord_status
    cdef readonly str name
    cdef readonly Field time
    cdef readonly Field cl_ord_id
    cdef readonly Field orig_cl_ord_id
    cdef readonly Field venue_order_id
    cdef readonly Field side
    cdef readonly Field symbol
    cdef readonly Field order_qty
    cdef readonly Field price
    cdef readonly Field last_qty
    cdef readonly Field last_px
    cdef readonly Field decrement
    cdef readonly Field match
    cdef readonly Field reason
    cdef readonly Field liquidity
    cdef readonly Field state
    cdef readonly Field display
    cdef readonly Field prevented_qty
    cdef readonly Field reference_px
    cdef readonly Field reference_type
    cdef readonly Field code
    cdef readonly Field next_id
    cdef readonly Field firm

cdef class Told:
    cdef readonly int meaning
    cdef readonly str name
    cdef readonly bint is_report
    cdef readonly Report report
    cdef readonly str cl_ord_id
    cdef readonly long long side
    cdef readonly long long quantity
    cdef readonly long long price
    cdef readonly str match
    cdef readonly long long reason
    cdef readonly str reason_text
    cdef readonly str liquidity_text
    cdef readonly int state
    cdef readonly long long next_id
    cdef readonly str details

cdef class ReportReader:
    cdef str _venue
    cdef dict _roles
    cdef object _symbols
    cdef list _sides
    cdef list _liquidity
    cdef object _zone
    cdef long long _offset_ns
    cdef long long _offset_until_ns
    cdef Told _told

    cpdef Told read(self, BinaryMessage message, long long utc_ns)
    cdef Report _start(self, BinaryMessage message, Roles roles, Told told, long long utc_ns)
    @cython.locals(code=cython.int)
    cdef _read_order(self, BinaryMessage message, Roles roles, Told told)
    @cython.locals(code=cython.int)
    cdef _read_execution(self, BinaryMessage message, Roles roles, Told told)
    cdef _read_other(self, BinaryMessage message, Roles roles, Told told)
    cdef long long _utc_of(self, long long since_midnight_ns, long long utc_ns) except? -1
    cdef _learn_offset(self, long long utc_ns)

cdef str _id_of(BinaryMessage message, Field field)
cdef long long _price_of(BinaryMessage message, Field field) except? -1
cdef long long _code_of(BinaryMessage message, Field field) except? -1
cdef str _meaning_of(BinaryMessage message, Field field)
cdef str _text_of(BinaryMessage message, Field field)
cdef str _shown(int code)

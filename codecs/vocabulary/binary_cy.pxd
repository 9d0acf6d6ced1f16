# C layout of the packer, for the modules that put messages into journal records.

from fairlead.codecs.vocabulary.messages_cy cimport (
    CancelOrder,
    MassCancel,
    NewOrder,
    ReplaceOrder,
    Report,
    StatusRequest,
)

cdef int VERSION
cdef int REPLACE_ORDER_FIELDS, REPLACE_ORDER_FIELDS_1, REPORT_FIELDS, REPORT_FIELDS_1
cdef int NEW_ORDER
cdef int CANCEL_ORDER
cdef int REPLACE_ORDER
cdef int MASS_CANCEL
cdef int STATUS_REQUEST
cdef int REPORT
cdef long long ABSENT
cdef long long INT64_MAX

cdef class Packer:
    cdef readonly bytearray data
    cdef unsigned long long presence
    cdef int bit
    cdef Py_ssize_t start
    cdef int presence_bytes
    cpdef void open(self, int count) except *
    cpdef void close(self) except *
    cpdef void put_number(self, long long value, long long default) except *
    cpdef void put_text(self, str value) except *
    cpdef void put_pairs(self, tuple pairs) except *
    cpdef void append_text(self, str value) except *
    cpdef void append_length(self, unsigned long long value) except *
    cdef void _mark_present(self) except *
    cdef void _append_zigzag(self, long long value) except *

cdef class Unpacker:
    cdef readonly bytes data
    cdef readonly Py_ssize_t position
    cdef readonly Py_ssize_t end
    cdef int version
    cdef unsigned long long presence
    cpdef void open(self, int count) except *
    cpdef long long number(self, long long default) except? -1
    cpdef bint flag(self) except? True
    cpdef str text(self)
    cpdef tuple pairs(self)
    cpdef str take_text(self)
    cpdef unsigned long long length(self) except? 18446744073709551615
    cpdef int take_byte(self) except -1
    cpdef void expect_end(self) except *
    cdef bint _is_present(self)

cpdef bytes pack(object message)
cpdef void pack_into(Packer fields, object message) except *
cdef void _put_new_order(Packer fields, NewOrder message) except *
cdef void _put_cancel_order(Packer fields, CancelOrder message) except *
cdef void _put_replace_order(Packer fields, ReplaceOrder message) except *
cdef void _put_mass_cancel(Packer fields, MassCancel message) except *
cdef void _put_status_request(Packer fields, StatusRequest message) except *
cdef void _put_report(Packer fields, Report message) except *

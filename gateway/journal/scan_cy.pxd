from fairlead.gateway.journal.memory cimport base_of, load_i64, load_u16, load_u32, load_u64, record_crc

cdef class Record:
    cdef readonly long long sequence
    cdef readonly long long utc_ns
    cdef readonly long long now_ns
    cdef readonly long long epoch
    cdef readonly long long stream
    cdef readonly long long kind
    cdef readonly long long segment
    cdef readonly long long offset
    cdef readonly bytes payload

cdef class RecordScanner:
    cdef readonly long long segment
    cdef readonly long long offset
    cdef readonly long long epoch
    cdef readonly long long sequence
    cdef readonly str problem
    cdef public long long limit
    cdef bytes _wanted
    cdef object _data
    cdef object _view
    cdef const unsigned char *_base

    cpdef Record next_record(self)
    cdef bint _is_passed(self, long long at) except -1
    cpdef long long check_all(self) except -1
    cdef long long _check(self) except -2

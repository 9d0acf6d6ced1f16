from fairlead.gateway.journal.memory cimport (
    base_of,
    copy_bytes,
    record_crc,
    store_record,
    store_u32,
    store_u64,
)

cdef class JournalWriter:
    cdef readonly object settings
    cdef readonly long long epoch
    cdef readonly long long sequence
    cdef readonly long long segment
    cdef readonly long long position
    cdef readonly long long last_offset
    cdef readonly long long last_segment
    cdef readonly long long unprepared_rolls
    cdef public long long now_ns
    cdef readonly str failure
    cdef readonly dict streams
    cdef unsigned char *_base
    cdef long long _limit
    cdef long long _committed
    cdef bint _is_closed
    cdef bint _sync_each
    cdef bint _sync_commits
    cdef object _file
    cdef object _supply
    cdef object _lock
    cdef bytes _boot_id
    cdef list _spilled

    cpdef long long append(
        self, long long stream, long long kind, bytes payload, long long utc_ns, long long now_ns) except -1
    cpdef long long append_prefixed(
        self, long long stream, long long kind, unsigned long long number, bytes payload, long long utc_ns,
        long long now_ns) except -1
    cpdef object commit(self)
    cdef long long _claim(
        self, long long payload_bytes, long long stream, long long kind, long long utc_ns, long long now_ns) except -1
    cdef long long _finish(
        self, long long at, long long payload_bytes, long long stream, long long kind, long long utc_ns,
        long long now_ns) except -1

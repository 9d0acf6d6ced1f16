# C layout of the recorder.

cimport cython

from fairlead.gateway.journal.writer_cy cimport JournalWriter

cdef class Recorder:
    cdef JournalWriter _writer
    cdef long long _stream

    @cython.locals(writer=JournalWriter)
    cdef int _append(self, long long kind, bytes payload, long long utc_ns) except -1
    cpdef ledger_record(self, long long kind, bytes payload, long long utc_ns)

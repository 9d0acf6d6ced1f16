# C types of the report encoder and decoder.

cimport cython

from fairlead.codecs.strategy_binary.plan_cy cimport Plan
from fairlead.codecs.strategy_binary.reader_cy cimport FieldReader
from fairlead.codecs.strategy_binary.writer_cy cimport FieldWriter
from fairlead.codecs.vocabulary.messages_cy cimport Report

cdef long long _ABSENT
cdef int _REPORT, _REFUSED, _MARKET_DATA_REQUEST

cdef class ReportEncoder:
    cdef FieldWriter _out

    cpdef bytes encode(self, Report report)
    @cython.locals(out=FieldWriter)
    cdef int _put(self, Report report) except? -1
    @cython.locals(out=FieldWriter)
    cpdef bytes encode_refused(self, object refused, long long message_number)

cdef class ReportDecoder:
    cdef FieldReader _in

    @cython.locals(code=int)
    cpdef object decode(self, bytes message)
    cdef int _begin(self, Plan plan, bytes message) except? -1
    @cython.locals(fields=FieldReader, report=Report)
    cdef Report _report(self, bytes message)
    @cython.locals(fields=FieldReader, number=cython.longlong)
    cdef object _refused(self, bytes message)

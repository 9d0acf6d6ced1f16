# C signatures of the reading of reports.

from fairlead.codecs.vocabulary.messages_cy cimport Report

cdef long long MAX_QTY
cdef long long ABSENT
cdef int FILL
cdef int CORRECT

cpdef int event_of(Report report) except? -1
cpdef str why_unusable(int event, Report report)
cdef bint _is_qty(long long value) except? True

# C layout of the order path.
from fairlead.gateway.venue_path_cy cimport VenuePath

cdef int _DECODE, _LOOK_UP, _RISK, _BOOK, _ENCODE


cdef class OrderPath(VenuePath):
    pass

# C layout of the order path.
from fairlead.gateway.venue_path_cy cimport VenuePath


cdef class OrderPath(VenuePath):
    pass

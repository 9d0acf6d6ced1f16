# C types of the checks on a frame's envelope.

cimport cython

from fairlead.codecs.fix.octets cimport soh_at, sum_of
from fairlead.codecs.fixed_point_cy cimport parse_int

cdef bint is_trailer(const unsigned char *data, Py_ssize_t at) except -1

@cython.locals(
    p=cython.p_const_uchar, size=Py_ssize_t, head=Py_ssize_t, body=Py_ssize_t, length=cython.longlong, total=cython.uint
)
cdef int check_envelope(bytes frame) except -1

# C types of the fixed-point conversions.

cimport cython

cdef long long _MAX, _MAX_TENTH

@cython.locals(i=Py_ssize_t, value=cython.longlong, digit=cython.int, negative=cython.bint)
cdef long long parse_int(const unsigned char *data, Py_ssize_t start, Py_ssize_t end) except? -1

@cython.locals(
    i=Py_ssize_t, value=cython.longlong, digit=cython.int, digits=Py_ssize_t, decimals=cython.int, negative=cython.bint
)
cdef long long parse_fixed(const unsigned char *data, Py_ssize_t start, Py_ssize_t end) except? -1

@cython.locals(i=Py_ssize_t, end=Py_ssize_t, rest=cython.ulonglong, bound=cython.ulonglong)
cdef Py_ssize_t write_int(unsigned char *out, Py_ssize_t at, long long value) except? -1

@cython.locals(fraction=cython.uint, width=Py_ssize_t, i=Py_ssize_t)
cdef Py_ssize_t write_fixed(unsigned char *out, Py_ssize_t at, long long value) except? -1

cdef int _check_range(long long value) except? -1

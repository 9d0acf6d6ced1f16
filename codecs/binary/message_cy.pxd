# C types of the binary decoder and its message.

cimport cython

from fairlead.codecs.binary.layout_cy cimport Field, Layout
from fairlead.codecs.binary.octets cimport load_int, load_uint, octets_of
from fairlead.codecs.fix.octets cimport bytes_of, str_of

cdef int _UINT, _INT, _TEXT, _DIGITS
cdef long long _INT64_MAX
cdef int _MAX_OPTIONS

cdef class BinaryMessage:
    cdef readonly Layout layout
    cdef readonly long long type_code
    cdef object _data
    cdef bint _is_mutable
    cdef Py_ssize_t _start
    cdef Py_ssize_t _end
    cdef int[::1] _options  # tag, start and end of the value by option, in wire order
    cdef readonly Py_ssize_t option_count

    cdef object _foreign(self, Field field)
    @cython.locals(at=Py_ssize_t)
    cdef Py_ssize_t _locate(self, Field field) except -1
    @cython.locals(at=Py_ssize_t)
    cpdef object get_int(self, Field field)
    @cython.locals(at=Py_ssize_t, value=cython.ulonglong)
    cpdef long long get_int64(self, Field field) except? -1
    @cython.locals(at=Py_ssize_t)
    cpdef unsigned long long get_uint64(self, Field field) except? 18446744073709551615
    cdef object _wide_int(self, Field field, Py_ssize_t at)
    @cython.locals(raw=cython.longlong)
    cpdef long long get_fixed(self, Field field) except? -1
    cdef long long _to_fixed(self, Field field, long long raw) except? -1
    @cython.locals(p=cython.p_const_uchar)
    cpdef int get_code(self, Field field) except -1
    @cython.locals(at=Py_ssize_t)
    cpdef str get_str(self, Field field)
    @cython.locals(p=cython.p_const_uchar)
    cdef str _text(self, Field field, Py_ssize_t start, Py_ssize_t end)
    @cython.locals(at=Py_ssize_t)
    cpdef bytes get_bytes(self, Field field)
    cpdef object special(self, Field field)
    cpdef bint has(self, Field field) except? True
    cdef Py_ssize_t _end_of(self, Field field, Py_ssize_t at)
    cpdef bytes raw(self)
    @cython.locals(i=Py_ssize_t, options="int[::1]", start=Py_ssize_t, end=Py_ssize_t, size=cython.int)
    cpdef object option(self, Field field)

cdef class Decoder:
    cdef list _direct
    cdef dict _by_code
    cdef Layout _default
    cdef Py_ssize_t _type_at
    cdef int _type_size
    cdef bint _type_little
    cdef BinaryMessage _message

    @cython.locals(
        size=Py_ssize_t, available=Py_ssize_t, p=cython.p_const_uchar, code=cython.ulonglong, layout=Layout,
        message=BinaryMessage
    )
    cpdef BinaryMessage decode(self, object buffer, Py_ssize_t start=*, Py_ssize_t end=*)
    @cython.locals(p=cython.p_const_uchar, size=Py_ssize_t, field=Field, counted=cython.ulonglong)
    cdef int _check(self, Layout layout, Py_ssize_t start, Py_ssize_t end) except -1
    @cython.locals(tail=Field, field=Field, counted=cython.ulonglong, size=Py_ssize_t)
    cdef int _check_options(self, Layout layout, Py_ssize_t start, Py_ssize_t end) except -1
    @cython.locals(tail=Field, field=Field, counted=cython.ulonglong, size=Py_ssize_t)
    cdef int _check_entries(self, Layout layout, Py_ssize_t start, Py_ssize_t end) except -1
    @cython.locals(
        p=cython.p_const_uchar, options="int[::1]", at=Py_ssize_t, count=Py_ssize_t, i=Py_ssize_t, size=Py_ssize_t,
        tag=cython.int, field=Field, head=cython.int
    )
    cdef int _index_options(self, Layout layout, Py_ssize_t at, Py_ssize_t end) except -1

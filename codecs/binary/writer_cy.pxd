# C types of the binary writer.

cimport cython

from fairlead.codecs.binary.layout_cy cimport Field, Layout
from fairlead.codecs.binary.octets cimport copy_over, fill_zeros, load_uint, octets_of, put_padded, store_int, store_uint
from fairlead.codecs.fix.octets cimport bytes_of

cdef int _UINT, _INT, _TEXT, _DIGITS, _OPTIONS, _GROUP
cdef long long _INT64_MAX

cdef class Writer:
    cdef readonly Layout layout
    cdef bytes _template
    cdef bytearray _out
    cdef Py_ssize_t _end  # of the message in the buffer
    cdef Py_ssize_t _at  # where a tail of bytes or entries goes
    cdef Py_ssize_t _tail_at
    cdef bint _started

    cpdef int start(self) except -1
    cdef int _check_field(self, Field field) except -1
    cdef object _foreign(self, Field field)
    cpdef int put_int(self, Field field, object value) except -1
    cdef int _store(self, Field field, Py_ssize_t at, object value) except -1
    @cython.locals(raw=cython.ulonglong)
    cdef unsigned long long _uint_of(self, Field field, object value) except? 18446744073709551615
    @cython.locals(raw=cython.longlong)
    cdef long long _int_of(self, Field field, object value) except? -1
    @cython.locals(fixed=cython.longlong, raw=cython.longlong)
    cpdef int put_fixed(self, Field field, object value) except -1
    @cython.locals(fixed=cython.longlong)
    cdef long long _to_raw(self, Field field, object value) except? -1
    cpdef int put_special(self, Field field, str name) except -1
    @cython.locals(p=cython.p_uchar)
    cpdef int put_code(self, Field field, int code) except -1
    cpdef int put_str(self, Field field, str value) except -1
    @cython.locals(outcome=cython.int)
    cdef int _store_text(self, Field field, Py_ssize_t at, Py_ssize_t room, str value) except -1
    cpdef int put_bytes(self, Field field, bytes value) except -1
    cdef int _put_tail(self, Field field, bytes value) except -1
    @cython.locals(size=Py_ssize_t)
    cpdef int put_option(self, Field field, object value) except -1
    cpdef int put_raw_option(self, int tag, bytes value) except -1
    cdef int _drop_option(self, Py_ssize_t at) except -1
    @cython.locals(end=Py_ssize_t)
    cdef int _reserve(self, Py_ssize_t size) except -1
    @cython.locals(p=cython.p_uchar, head=cython.int, highest=cython.int, at=Py_ssize_t)
    cdef Py_ssize_t _open_option(self, int tag, Py_ssize_t size) except -1
    @cython.locals(field=Field)
    cdef bint _may_repeat(self, int tag) except *
    cdef int _open_options(self) except -1
    @cython.locals(field=Field)
    cpdef bytes finish(self)
    @cython.locals(layout=Layout, tail=Field, field=Field)
    cdef int _count(self) except -1

# C layout of the books with their orders.

cimport cython

from fairlead.adapters.itch.book_cy cimport Book
from fairlead.adapters.itch.integers cimport read_int, read_uint
from fairlead.adapters.itch.levels_cy cimport Ladder
from fairlead.adapters.itch.order_table_cy cimport OrderTable
from fairlead.adapters.itch.plan_cy cimport FieldPlan, MessagePlan
from fairlead.adapters.itch.register_cy cimport BookRegister, Number

cdef long long ABSENT, UNUSABLE, INT64_MAX

cdef class RestingOrders(BookRegister):
    cdef readonly OrderTable orders

    @cython.locals(slot=Py_ssize_t, at=Py_ssize_t)
    cdef int _enter(
        self, MessagePlan plan, Book book, int side, long long price, long long quantity, Number reference,
        Number scope, Number sequence
    ) except -1
    @cython.locals(owner=cython.longlong, ladder=Ladder, rank=cython.longlong, at=Py_ssize_t, slot=Py_ssize_t)
    cdef Py_ssize_t _level(self, Book book, int side, long long price) except -1
    cdef Py_ssize_t _unpriced(self, Book book, int side, long long owner) except -1
    @cython.locals(slot=Py_ssize_t, level=Py_ssize_t, ladder=Ladder, price=cython.longlong)
    cdef int _reduce(self, Book book, int side, Py_ssize_t at, long long quantity) except -1

    cdef Number _key(self, MessagePlan plan, const unsigned char *data, Py_ssize_t start) noexcept
    @cython.locals(code=cython.int)
    cdef int _side(self, MessagePlan plan, const unsigned char *data, Py_ssize_t start) noexcept
    @cython.locals(raw=Number)
    cdef long long _quantity(self, MessagePlan plan, const unsigned char *data, Py_ssize_t start) except? -1
    @cython.locals(
        field=FieldPlan, mul=cython.longlong, limit=cython.longlong, raw=cython.longlong, unsigned=Number
    )
    cdef long long _price(self, MessagePlan plan, Book book, const unsigned char *data, Py_ssize_t start) except? -1

# C layout of the register of a feed's books.

cimport cython

from fairlead.adapters.itch.book_cy cimport Book, FeedCondition
from fairlead.adapters.itch.levels_cy cimport LevelPool

cdef int TRADING, HALTED, PAUSED

ctypedef unsigned long long Number

cdef class BookRegister:
    cdef readonly str feed
    cdef readonly str venue
    cdef readonly FeedCondition condition
    cdef readonly dict faults
    cdef readonly LevelPool pool
    cdef object _on_event
    cdef object _name_of
    cdef dict _by_symbol
    cdef list _changed
    cdef Book _unwanted
    cdef list _books
    cdef list _direct
    cdef dict _keys

    cdef int _forget_keys(self) except -1
    @cython.locals(book=Book)
    cpdef list take_changed(self)
    @cython.locals(book=Book, suspect=Py_ssize_t, halted=Py_ssize_t)
    cpdef tuple count_states(self)
    cpdef Py_ssize_t level_count(self, Book book, int side) except -1
    cdef Book _find_book(self, Number key)
    @cython.locals(book=Book)
    cpdef Book name_book(self, Number key, str feed_symbol)
    @cython.locals(is_other=cython.int)
    cdef int _note(self, Book book, int side, Number sequence, long long venue_ns, long long utc_ns) except -1
    cdef int _touch(self, Book book, long long venue_ns, long long utc_ns) except -1
    cpdef mark(self, Book book)
    @cython.locals(is_crossed=cython.bint)
    cpdef check_crossing(self, Book book, Number sequence)
    cdef int _fault(self, str kind, Book book, Number sequence, str text) except -1

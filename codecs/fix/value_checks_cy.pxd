# C signatures of the value checks: they look at bytes in place and raise nothing.

cimport cython

cdef enum:
    GOOD = 0
    OUT_OF_RANGE = 5
    BAD_FORMAT = 6
    TEXT = 0
    DIGITS = 1
    INTEGER = 2
    DECIMAL = 3
    CHARACTER = 4
    YES_NO = 5
    WORDS = 6
    CAPITALS_2 = 7
    CAPITALS_3 = 8
    CODE = 9
    TIMESTAMP = 10
    TIME = 11
    DATE = 12
    MONTH = 13
    MONTH_OR_DAY = 14
    DAY = 15
    DATA = 16
    MAX_DIGITS = 18

cdef int check_value(int check, const unsigned char *data, Py_ssize_t start, Py_ssize_t end) noexcept
cdef int check_rare(int check, const unsigned char *data, Py_ssize_t start, Py_ssize_t end) noexcept
@cython.locals(significant=cython.int, i=Py_ssize_t)
cdef int check_digits(const unsigned char *data, Py_ssize_t start, Py_ssize_t end) noexcept
@cython.locals(digits=cython.int, points=cython.int, i=Py_ssize_t)
cdef int check_decimal(const unsigned char *data, Py_ssize_t start, Py_ssize_t end) noexcept
@cython.locals(value=cython.int, i=Py_ssize_t)
cdef int number_at(const unsigned char *data, Py_ssize_t start, Py_ssize_t length) noexcept
@cython.locals(tens=cython.int, ones=cython.int)
cdef int pair_at(const unsigned char *data, Py_ssize_t at) noexcept
cdef int days_in(int year, int month) noexcept
@cython.locals(century=cython.int, year=cython.int, month=cython.int, day=cython.int)
cdef int check_date(const unsigned char *data, Py_ssize_t start, Py_ssize_t end) noexcept
@cython.locals(length=Py_ssize_t, hour=cython.int, minute=cython.int, second=cython.int)
cdef int check_time(const unsigned char *data, Py_ssize_t start, Py_ssize_t end) noexcept
cdef int check_timestamp(const unsigned char *data, Py_ssize_t start, Py_ssize_t end) noexcept
@cython.locals(month=cython.int)
cdef int check_month(const unsigned char *data, Py_ssize_t start, Py_ssize_t end, bint day_allowed) noexcept
@cython.locals(day=cython.int)
cdef int check_day(const unsigned char *data, Py_ssize_t start, Py_ssize_t end) noexcept
@cython.locals(i=Py_ssize_t)
cdef int check_words(const unsigned char *data, Py_ssize_t start, Py_ssize_t end) noexcept
@cython.locals(i=Py_ssize_t)
cdef int check_capitals(const unsigned char *data, Py_ssize_t start, Py_ssize_t end, Py_ssize_t length) noexcept
@cython.locals(i=Py_ssize_t)
cdef int check_code(const unsigned char *data, Py_ssize_t start, Py_ssize_t end) noexcept

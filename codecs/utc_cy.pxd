# C types of the UTC conversions.

cimport cython

cdef long long _LAST_NS

@cython.locals(tens=cython.int, ones=cython.int)
cdef int _two(const unsigned char *data, Py_ssize_t at) except? -2

@cython.locals(
    century=cython.int, in_century=cython.int, month=cython.int, day=cython.int, year=cython.int, length=cython.int,
    day_of_year=cython.int, year_of_era=cython.int, leap_days=cython.int
)
cdef long long _days(const unsigned char *data, Py_ssize_t start) except? -2

@cython.locals(
    size=Py_ssize_t, fraction=cython.longlong, digit=cython.int, i=Py_ssize_t,
    hour=cython.longlong, minute=cython.int, second=cython.int
)
cdef long long _time_of_day_ns(const unsigned char *data, Py_ssize_t start, Py_ssize_t end) except? -2

@cython.locals(days=cython.longlong, time_ns=cython.longlong)
cdef long long parse_utc_timestamp(const unsigned char *data, Py_ssize_t start, Py_ssize_t end) except? -1

cdef int _put(unsigned char *out, Py_ssize_t at, int width, unsigned int value) except? -1

@cython.locals(
    shifted=cython.longlong, era=cython.longlong, of_era=cython.longlong, year_of_era=cython.longlong,
    of_year=cython.longlong, month=cython.longlong, day=cython.longlong, year=cython.longlong
)
cdef int write_utc_date(unsigned char *out, Py_ssize_t at, long long days) except? -1

@cython.locals(second=cython.uint, fraction=cython.uint)
cdef Py_ssize_t write_utc_time(unsigned char *out, Py_ssize_t at, long long utc_ns, int digits) except? -1

cdef Py_ssize_t write_utc_timestamp(unsigned char *out, Py_ssize_t at, long long utc_ns, int digits) except? -1

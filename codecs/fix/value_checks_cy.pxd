# C signatures of the value checks.

cdef int GOOD, OUT_OF_RANGE, BAD_FORMAT, MAX_DIGITS
cdef int TEXT, DIGITS, INTEGER, DECIMAL, CHARACTER, YES_NO, WORDS, CAPITALS_2, CAPITALS_3, CODE
cdef int TIMESTAMP, TIME, DATE, MONTH, MONTH_OR_DAY, DAY, DATA

cpdef int check_value(int check, bytes data, Py_ssize_t start, Py_ssize_t end) except? -1
cdef int check_rare(int check, bytes data, Py_ssize_t start, Py_ssize_t end) except? -1
cdef int check_digits(bytes data, Py_ssize_t start, Py_ssize_t end) except? -1
cdef int check_decimal(bytes data, Py_ssize_t start, Py_ssize_t end) except? -1
cdef int number_at(bytes data, Py_ssize_t start, Py_ssize_t length) except? -1
cdef int days_in(int year, int month) except? -1
cdef int check_date(bytes data, Py_ssize_t start, Py_ssize_t end) except? -1
cdef int check_time(bytes data, Py_ssize_t start, Py_ssize_t end) except? -1
cdef int check_timestamp(bytes data, Py_ssize_t start, Py_ssize_t end) except? -1
cdef int check_month(bytes data, Py_ssize_t start, Py_ssize_t end, bint day_allowed) except? -1
cdef int check_day(bytes data, Py_ssize_t start, Py_ssize_t end) except? -1
cdef int check_words(bytes data, Py_ssize_t start, Py_ssize_t end) except? -1
cdef int check_capitals(bytes data, Py_ssize_t start, Py_ssize_t end, Py_ssize_t length) except? -1
cdef int check_code(bytes data, Py_ssize_t start, Py_ssize_t end) except? -1

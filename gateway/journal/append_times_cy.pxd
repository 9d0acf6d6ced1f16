cimport cython

from fairlead.gateway.journal.writer_cy cimport JournalWriter

cdef extern from *:
    """
    #include <time.h>
    static inline long long append_times_now_ns(void) {
        struct timespec now;
        clock_gettime(CLOCK_MONOTONIC, &now);
        return 1000000000LL * now.tv_sec + now.tv_nsec;
    }
    """
    long long monotonic_ns "append_times_now_ns"() noexcept

@cython.locals(at=Py_ssize_t, begin=cython.longlong)
cpdef object time_appends(JournalWriter writer, bytes payload, long long[::1] times_ns, long long turn)
@cython.locals(at=Py_ssize_t, begin=cython.longlong)
cpdef object time_clock(long long[::1] times_ns)

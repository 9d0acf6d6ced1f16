# What system_clock.py does, in C. For clock.Clock and for what stands in for its two reads on the order path.

cdef extern from *:
    """
    #ifndef FAIRLEAD_SYSTEM_CLOCK
    #define FAIRLEAD_SYSTEM_CLOCK
    #include <time.h>

    static inline long long fairlead_clock_ns(clockid_t id) {
        struct timespec now;
        clock_gettime(id, &now);
        return (long long)now.tv_sec * 1000000000LL + now.tv_nsec;
    }
    static inline long long fairlead_monotonic_ns(void) { return fairlead_clock_ns(CLOCK_MONOTONIC); }
    static inline long long fairlead_utc_ns(void) { return fairlead_clock_ns(CLOCK_REALTIME); }
    #endif
    """
    long long monotonic_ns "fairlead_monotonic_ns"() noexcept
    long long utc_ns "fairlead_utc_ns"() noexcept

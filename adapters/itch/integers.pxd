# What integers.py does, in C: reads of big-endian integers that the caller has checked to be within bounds.

cdef extern from *:
    """
    #ifndef FAIRLEAD_ITCH_INTEGERS
    #define FAIRLEAD_ITCH_INTEGERS

    static inline unsigned long long integers_read_uint(const unsigned char *data, Py_ssize_t at, Py_ssize_t length) {
        const unsigned char *p = data + at;
        unsigned long long value = 0;
        if (length == 4)
            return ((unsigned long long)p[0] << 24) | ((unsigned long long)p[1] << 16) | ((unsigned long long)p[2] << 8) | p[3];
        if (length == 8)
            return ((unsigned long long)p[0] << 56) | ((unsigned long long)p[1] << 48) | ((unsigned long long)p[2] << 40)
                | ((unsigned long long)p[3] << 32) | ((unsigned long long)p[4] << 24) | ((unsigned long long)p[5] << 16)
                | ((unsigned long long)p[6] << 8) | p[7];
        while (length-- > 0) value = (value << 8) | *p++;
        return value;
    }
    static inline long long integers_read_int(const unsigned char *data, Py_ssize_t at, Py_ssize_t length) {
        unsigned long long value = integers_read_uint(data, at, length);
        if (length > 0 && length < 8 && (value >> (8 * length - 1)) != 0)
            value |= ~0ULL << (8 * length);
        return (long long)value;
    }
    #endif
    """
    unsigned long long read_uint "integers_read_uint"(
        const unsigned char *data, Py_ssize_t at, Py_ssize_t length) noexcept
    long long read_int "integers_read_int"(const unsigned char *data, Py_ssize_t at, Py_ssize_t length) noexcept

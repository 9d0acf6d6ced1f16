# What column_octets.py does, in C: numbers as Arrow keeps them (little-endian), and a hash of up to 8 bytes.

cdef extern from *:
    """
    #ifndef FAIRLEAD_COLUMN_OCTETS
    #define FAIRLEAD_COLUMN_OCTETS
    #include <stdint.h>
    #include <string.h>
    #if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
    #error "columns are written as Arrow keeps them, little-endian"
    #endif
    static inline void column_store(unsigned char *out, Py_ssize_t at, int width, unsigned long long value) {
        switch (width) {
            case 1: out[at] = (unsigned char)value; return;
            case 2: { uint16_t v = (uint16_t)value; memcpy(out + at, &v, 2); return; }
            case 4: { uint32_t v = (uint32_t)value; memcpy(out + at, &v, 4); return; }
            default: memcpy(out + at, &value, 8);
        }
    }
    static inline void column_store_wide(unsigned char *out, Py_ssize_t at, long long value) {
        long long high = value < 0 ? -1 : 0;
        memcpy(out + at, &value, 8);
        memcpy(out + at + 8, &high, 8);
    }
    static inline void column_store_wide_uint(unsigned char *out, Py_ssize_t at, unsigned long long value) {
        memcpy(out + at, &value, 8);
        memset(out + at + 8, 0, 8);
    }
    static inline void column_copy(
        unsigned char *out, Py_ssize_t at, const unsigned char *data, Py_ssize_t start, Py_ssize_t size
    ) {
        memcpy(out + at, data + start, size);
    }
    static inline Py_ssize_t column_slot(unsigned long long key, int bits) {
        return (Py_ssize_t)((key * 0x9E3779B97F4A7C15ULL) >> (64 - bits));
    }
    #define column_as_unsigned(value) ((unsigned long long)(value))
    #endif
    """
    void store_column "column_store"(
        unsigned char *out, Py_ssize_t at, int width, unsigned long long value) noexcept
    void store_wide "column_store_wide"(unsigned char *out, Py_ssize_t at, long long value) noexcept
    void store_wide_uint "column_store_wide_uint"(
        unsigned char *out, Py_ssize_t at, unsigned long long value) noexcept
    void copy_octets "column_copy"(
        unsigned char *out, Py_ssize_t at, const unsigned char *data, Py_ssize_t start, Py_ssize_t size) noexcept
    Py_ssize_t slot_of "column_slot"(unsigned long long key, int bits) noexcept
    unsigned long long as_unsigned "column_as_unsigned"(long long value) noexcept

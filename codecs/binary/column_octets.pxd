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
    /* one value of a row: what to do, where from in the message, where to, and a text's index by hash */
    typedef struct { long long code, offset, out, keys, indexes, bits; } column_step;

    /* the index of a text, -1 for one that is not there yet */
    static inline int column_index_of(const column_step *step, unsigned long long key) {
        const unsigned long long *keys = (const unsigned long long *)step->keys;
        const int *indexes = (const int *)step->indexes;
        Py_ssize_t mask = ((Py_ssize_t)1 << step->bits) - 1, slot = column_slot(key, (int)step->bits);
        while (indexes[slot] >= 0 && keys[slot] != key) slot = (slot + 1) & mask;
        return indexes[slot];
    }
    /* does the steps from first on; returns the number of the first that is not for it, or how many there are */
    static inline int column_take_steps(
        const long long *plan, int first, int count, const unsigned char *data, Py_ssize_t at, Py_ssize_t row,
        unsigned long long number
    ) {
        const column_step *step = (const column_step *)plan + first, *end = (const column_step *)plan + count;
        for (; step < end; step++) {
            const unsigned char *from = data + at + step->offset;
            unsigned char *out = (unsigned char *)step->out;
            unsigned long long value;
            uint64_t raw8;
            uint32_t raw4;
            uint16_t raw2;
            int index;
            switch (step->code) {
                case 1: out[row] = *from; continue;
                case 2: memcpy(&raw2, from, 2); column_store(out, 2 * row, 2, __builtin_bswap16(raw2)); continue;
                case 3: memcpy(&raw4, from, 4); column_store(out, 4 * row, 4, __builtin_bswap32(raw4)); continue;
                case 4: memcpy(&raw8, from, 8); column_store(out, 8 * row, 8, __builtin_bswap64(raw8)); continue;
                case 5:
                    memcpy(&raw2, from, 2);
                    memcpy(&raw4, from + 2, 4);
                    value = (unsigned long long)__builtin_bswap16(raw2) << 32 | __builtin_bswap32(raw4);
                    column_store(out, 8 * row, 8, value);
                    continue;
                case 6:
                    memcpy(&raw4, from, 4);
                    column_store_wide_uint(out, 16 * row, __builtin_bswap32(raw4));
                    continue;
                case 7: column_store(out, 8 * row, 8, number); continue;
                case 8:
                    index = column_index_of(step, *from);
                    if (index < 0) return (int)(step - (const column_step *)plan);
                    column_store(out, 4 * row, 4, (unsigned int)index);
                    continue;
                case 9:
                    memcpy(&raw8, from, 8);
                    index = column_index_of(step, __builtin_bswap64(raw8));
                    if (index < 0) return (int)(step - (const column_step *)plan);
                    column_store(out, 4 * row, 4, (unsigned int)index);
                    continue;
                default: return (int)(step - (const column_step *)plan);
            }
        }
        return count;
    }
    #define column_address(octets) ((long long)(size_t)(octets))
    #define column_address_of(view) ((long long)(size_t)(view).data)
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
    int take_steps "column_take_steps"(
        const long long *plan, int first, int count, const unsigned char *data, Py_ssize_t at, Py_ssize_t row,
        unsigned long long number) noexcept
    const long long *plan_of "(const long long *)column_address_of"(long long[::1] view) noexcept
    long long address "column_address"(const unsigned char *octets) noexcept
    long long keys_address "column_address_of"(unsigned long long[::1] view) noexcept
    long long indexes_address "column_address_of"(int[::1] view) noexcept

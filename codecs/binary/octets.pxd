# What octets.py does, in C: text, and whole numbers of 1 to 8 bytes, big-endian or little-endian, within bounds that the caller
# has checked. cimport these where a message is read or written without a Python object.

cdef extern from *:
    """
    #ifndef FAIRLEAD_BINARY_OCTETS
    #define FAIRLEAD_BINARY_OCTETS
    #include <stdint.h>
    #include <string.h>

    static inline unsigned int binary_be16(const unsigned char *data, Py_ssize_t at) {
        return ((unsigned int)data[at] << 8) | data[at + 1];
    }
    static inline unsigned long long binary_be32(const unsigned char *data, Py_ssize_t at) {
        uint32_t raw;
        memcpy(&raw, data + at, 4);
        return __builtin_bswap32(raw);
    }
    static inline unsigned long long binary_be48(const unsigned char *data, Py_ssize_t at) {
        return ((unsigned long long)binary_be16(data, at) << 32) | binary_be32(data, at + 2);
    }
    static inline unsigned long long binary_be64(const unsigned char *data, Py_ssize_t at) {
        uint64_t raw;
        memcpy(&raw, data + at, 8);
        return __builtin_bswap64(raw);
    }
    static inline unsigned long long binary_load_uint(
        const unsigned char *data, Py_ssize_t at, int size, int little
    ) {
        unsigned long long value = 0;
        int i;
        if (little) {
            for (i = size - 1; i >= 0; i--) value = (value << 8) | data[at + i];
            return value;
        }
        switch (size) {
            case 1: return data[at];
            case 2: return binary_be16(data, at);
            case 4: return binary_be32(data, at);
            case 6: return binary_be48(data, at);
            case 8: return binary_be64(data, at);
        }
        for (i = 0; i < size; i++) value = (value << 8) | data[at + i];
        return value;
    }
    static inline long long binary_load_int(const unsigned char *data, Py_ssize_t at, int size, int little) {
        unsigned long long value = binary_load_uint(data, at, size, little);
        int shift = 64 - 8 * size;
        return (long long)(value << shift) >> shift;  /* gcc and clang shift the sign in */
    }
    static inline void binary_store_uint(
        unsigned char *out, Py_ssize_t at, int size, int little, unsigned long long value
    ) {
        int i;
        if (little) {
            for (i = 0; i < size; i++, value >>= 8) out[at + i] = (unsigned char)value;
            return;
        }
        for (i = size - 1; i >= 0; i--, value >>= 8) out[at + i] = (unsigned char)value;
    }
    #define binary_store_int(out, at, size, little, value) \\
        binary_store_uint(out, at, size, little, (unsigned long long)(value))
    /* the bytes of a bytes or bytearray object, which the caller has made sure it is */
    static inline unsigned char *binary_octets_of(PyObject *data) {
        return (unsigned char *)(PyBytes_CheckExact(data) ? PyBytes_AS_STRING(data) : PyByteArray_AS_STRING(data));
    }
    /* out has room for data: the caller has made sure of it */
    static inline void binary_copy_over(PyObject *out, PyObject *data) {
        memcpy(PyByteArray_AS_STRING(out), PyBytes_AS_STRING(data), PyBytes_GET_SIZE(data));
    }
    static inline void binary_fill_zeros(unsigned char *out, Py_ssize_t at, Py_ssize_t end) {
        memset(out + at, 0, end - at);
    }
    /* a str of one byte a character is latin-1; any other has a character beyond it */
    static inline int binary_put_padded(
        unsigned char *out, Py_ssize_t at, Py_ssize_t room, PyObject *text, int pad, int left
    ) {
        Py_ssize_t size = PyUnicode_GET_LENGTH(text);
        if (size > room || (size < room && pad < 0)) return 1;
        if (PyUnicode_KIND(text) != PyUnicode_1BYTE_KIND) return 2;
        if (size < room) memset(left ? out + at : out + at + size, pad, room - size);
        memcpy(left ? out + at + room - size : out + at, PyUnicode_1BYTE_DATA(text), size);
        return 0;
    }
    #endif
    """
    unsigned char *octets_of "binary_octets_of"(object data) noexcept
    void fill_zeros "binary_fill_zeros"(unsigned char *out, Py_ssize_t at, Py_ssize_t end) noexcept
    void copy_over "binary_copy_over"(bytearray out, bytes data) noexcept
    int put_padded "binary_put_padded"(
        unsigned char *out, Py_ssize_t at, Py_ssize_t room, str text, int pad, bint left) noexcept
    unsigned int be16 "binary_be16"(const unsigned char *data, Py_ssize_t at) noexcept
    unsigned long long be32 "binary_be32"(const unsigned char *data, Py_ssize_t at) noexcept
    unsigned long long be48 "binary_be48"(const unsigned char *data, Py_ssize_t at) noexcept
    unsigned long long be64 "binary_be64"(const unsigned char *data, Py_ssize_t at) noexcept
    unsigned long long load_uint "binary_load_uint"(
        const unsigned char *data, Py_ssize_t at, int size, bint little) noexcept
    long long load_int "binary_load_int"(const unsigned char *data, Py_ssize_t at, int size, bint little) noexcept
    void store_uint "binary_store_uint"(
        unsigned char *out, Py_ssize_t at, int size, bint little, unsigned long long value) noexcept
    void store_int "binary_store_int"(
        unsigned char *out, Py_ssize_t at, int size, bint little, long long value) noexcept

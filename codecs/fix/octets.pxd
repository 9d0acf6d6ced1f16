# What octets.py does, in C: scans and copies of bytes that the caller has checked to be within bounds.

cdef extern from *:
    """
    #ifndef FAIRLEAD_FIX_OCTETS
    #define FAIRLEAD_FIX_OCTETS
    #include <string.h>

    static inline Py_ssize_t octets_soh_at(const unsigned char *data, Py_ssize_t at, Py_ssize_t limit) {
        const unsigned char *found = at < limit ? (const unsigned char *)memchr(data + at, 1, limit - at) : NULL;
        return found ? found - data : limit;
    }
    /* unsigned: wraps modulo 2^32, and CheckSum wants it modulo 2^8 */
    static inline unsigned int octets_sum_of(const unsigned char *data, Py_ssize_t start, Py_ssize_t end) {
        unsigned int total = 0;
        Py_ssize_t i;
        for (i = start; i < end; i++) total += data[i];
        return total & 255;
    }
    static inline int octets_equal_at(const unsigned char *data, Py_ssize_t start, Py_ssize_t end, PyObject *expected) {
        return PyBytes_GET_SIZE(expected) == end - start
            && memcmp(data + start, PyBytes_AS_STRING(expected), end - start) == 0;
    }
    static inline PyObject *octets_bytes_of(const unsigned char *data, Py_ssize_t start, Py_ssize_t end) {
        return PyBytes_FromStringAndSize((const char *)data + start, end - start);
    }
    static inline PyObject *octets_str_of(const unsigned char *data, Py_ssize_t start, Py_ssize_t end) {
        return PyUnicode_DecodeLatin1((const char *)data + start, end - start, NULL);
    }
    static inline Py_ssize_t octets_put_bytes(unsigned char *out, Py_ssize_t at, PyObject *value) {
        memcpy(out + at, PyBytes_AS_STRING(value), PyBytes_GET_SIZE(value));
        return at + PyBytes_GET_SIZE(value);
    }
    static inline void octets_copy(unsigned char *out, Py_ssize_t at, Py_ssize_t start, Py_ssize_t size) {
        memmove(out + at, out + start, size);
    }
    /* a str of one byte a character is latin-1; any other has a character beyond it */
    static inline Py_ssize_t octets_put_text(unsigned char *out, Py_ssize_t at, PyObject *value) {
        Py_ssize_t size = PyUnicode_GET_LENGTH(value);
        if (PyUnicode_KIND(value) != PyUnicode_1BYTE_KIND) return -1;
        if (memchr(PyUnicode_1BYTE_DATA(value), 1, size)) return -1;
        memcpy(out + at, PyUnicode_1BYTE_DATA(value), size);
        return at + size;
    }
    static inline Py_ssize_t octets_put_buffer(unsigned char *out, Py_ssize_t at, Py_ssize_t room, PyObject *data) {
        Py_buffer view;
        Py_ssize_t size;
        if (PyBytes_CheckExact(data)) {
            size = PyBytes_GET_SIZE(data);
            if (size <= room) memcpy(out + at, PyBytes_AS_STRING(data), size);
            return size;
        }
        if (PyObject_GetBuffer(data, &view, PyBUF_SIMPLE) < 0) return -1;
        size = view.len;
        if (size <= room) memcpy(out + at, view.buf, size);
        PyBuffer_Release(&view);
        return size;
    }
    #endif
    """
    Py_ssize_t soh_at "octets_soh_at"(const unsigned char *data, Py_ssize_t at, Py_ssize_t limit) noexcept
    unsigned int sum_of "octets_sum_of"(const unsigned char *data, Py_ssize_t start, Py_ssize_t end) noexcept
    bint equal_at "octets_equal_at"(const unsigned char *data, Py_ssize_t start, Py_ssize_t end, bytes expected) noexcept
    bytes bytes_of "octets_bytes_of"(const unsigned char *data, Py_ssize_t start, Py_ssize_t end)
    str str_of "octets_str_of"(const unsigned char *data, Py_ssize_t start, Py_ssize_t end)
    Py_ssize_t put_bytes "octets_put_bytes"(unsigned char *out, Py_ssize_t at, bytes value) noexcept
    void copy "octets_copy"(unsigned char *out, Py_ssize_t at, Py_ssize_t start, Py_ssize_t size) noexcept
    Py_ssize_t put_text "octets_put_text"(unsigned char *out, Py_ssize_t at, str value) noexcept
    Py_ssize_t put_buffer "octets_put_buffer"(
        unsigned char *out, Py_ssize_t at, Py_ssize_t room, object data) except -1

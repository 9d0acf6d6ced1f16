# What octets.py does, in C: text in fields of fixed length, within bounds that the caller has checked.

cdef extern from *:
    """
    #ifndef FAIRLEAD_STRATEGY_OCTETS
    #define FAIRLEAD_STRATEGY_OCTETS
    #include <string.h>

    /* a str of one byte a character is latin-1; any other has a character beyond it */
    static inline int strategy_put_padded(unsigned char *out, Py_ssize_t at, Py_ssize_t size, PyObject *text) {
        Py_ssize_t length = PyUnicode_GET_LENGTH(text);
        const Py_UCS1 *source;
        int done = 1;
        if (length && PyUnicode_KIND(text) != PyUnicode_1BYTE_KIND) {
            done = -1;
            length = 0;
        } else if (length > size || (length && ((const Py_UCS1 *)PyUnicode_1BYTE_DATA(text))[length - 1] == 32)) {
            done = 0;
            length = 0;
        }
        source = PyUnicode_1BYTE_DATA(text);
        memcpy(out + at, source, length);
        memset(out + at + length, 32, size - length);
        return done;
    }
    static inline Py_ssize_t strategy_put_latin1(unsigned char *out, Py_ssize_t at, PyObject *text) {
        Py_ssize_t length = PyUnicode_GET_LENGTH(text);
        if (PyUnicode_KIND(text) != PyUnicode_1BYTE_KIND) return -1;
        memcpy(out + at, PyUnicode_1BYTE_DATA(text), length);
        return length;
    }
    static inline Py_ssize_t strategy_text_end(const unsigned char *data, Py_ssize_t start, Py_ssize_t end) {
        while (end > start && data[end - 1] == 32) end--;
        return end;
    }
    static inline Py_ssize_t strategy_unprintable_at(const unsigned char *data, Py_ssize_t start, Py_ssize_t end) {
        while (start < end && ((data[start] >= 32 && data[start] < 127) || data[start] >= 160)) start++;
        return start;
    }
    static inline PyObject *strategy_str_of(const unsigned char *data, Py_ssize_t start, Py_ssize_t end) {
        return PyUnicode_DecodeLatin1((const char *)data + start, end - start, NULL);
    }
    static inline PyObject *strategy_bytes_of(const unsigned char *data, Py_ssize_t start, Py_ssize_t end) {
        return PyBytes_FromStringAndSize((const char *)data + start, end - start);
    }
    #endif
    """
    int put_padded "strategy_put_padded"(unsigned char *out, Py_ssize_t at, Py_ssize_t size, str text) noexcept
    Py_ssize_t put_latin1 "strategy_put_latin1"(unsigned char *out, Py_ssize_t at, str text) noexcept
    Py_ssize_t text_end "strategy_text_end"(const unsigned char *data, Py_ssize_t start, Py_ssize_t end) noexcept
    Py_ssize_t unprintable_at "strategy_unprintable_at"(
        const unsigned char *data, Py_ssize_t start, Py_ssize_t end) noexcept
    str str_of "strategy_str_of"(const unsigned char *data, Py_ssize_t start, Py_ssize_t end)
    bytes bytes_of "strategy_bytes_of"(const unsigned char *data, Py_ssize_t start, Py_ssize_t end)

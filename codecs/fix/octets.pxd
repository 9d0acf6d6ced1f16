# What octets.py does, in C: scans and copies of bytes that the caller has checked to be within bounds.

cdef extern from *:
    """
    #ifndef FAIRLEAD_FIX_OCTETS
    #define FAIRLEAD_FIX_OCTETS
    #include <string.h>
    #if defined(__SSE2__)
    #include <emmintrin.h>
    #endif

    /* values are short: 16 bytes looked at in place beat a call of memchr */
    static inline Py_ssize_t octets_soh_at(const unsigned char *data, Py_ssize_t at, Py_ssize_t limit) {
    #if defined(__SSE2__)
        const __m128i soh = _mm_set1_epi8(1);
        for (; limit - at >= 16; at += 16) {
            int found = _mm_movemask_epi8(_mm_cmpeq_epi8(_mm_loadu_si128((const __m128i *)(data + at)), soh));
            if (found) return at + __builtin_ctz(found);
        }
    #endif
        while (at < limit && data[at] != 1) at++;
        return at < limit ? at : limit;
    }
    /* unsigned: wraps modulo 2^32, and CheckSum wants it modulo 2^8 */
    static inline unsigned int octets_sum_of(const unsigned char *data, Py_ssize_t start, Py_ssize_t end) {
        unsigned int total = 0;
        Py_ssize_t i = start;
    #if defined(__SSE2__)
        __m128i sums = _mm_setzero_si128();
        for (; end - i >= 16; i += 16) {
            __m128i some = _mm_loadu_si128((const __m128i *)(data + i));
            sums = _mm_add_epi64(sums, _mm_sad_epu8(some, _mm_setzero_si128()));
        }
        total = (unsigned int)_mm_cvtsi128_si32(_mm_add_epi64(sums, _mm_srli_si128(sums, 8)));
    #endif
        for (; i < end; i++) total += data[i];
        return total & 255;
    }
    /* reads 8 bytes whatever the width: a bytes object has one more byte than it says */
    static inline unsigned long long octets_head_at(const unsigned char *data, Py_ssize_t at, int width) {
        unsigned long long head;
        memcpy(&head, data + at, 8);
    #if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
        head = __builtin_bswap64(head);
    #endif
        return head & (~0ULL >> (64 - 8 * width));
    }
    #define octets_ints_of(view) ((int *)(view).data)
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
    unsigned long long head_at "octets_head_at"(const unsigned char *data, Py_ssize_t at, int width) noexcept
    int *ints_of "octets_ints_of"(int[::1] view) noexcept
    bint equal_at "octets_equal_at"(const unsigned char *data, Py_ssize_t start, Py_ssize_t end, bytes expected) noexcept
    bytes bytes_of "octets_bytes_of"(const unsigned char *data, Py_ssize_t start, Py_ssize_t end)
    str str_of "octets_str_of"(const unsigned char *data, Py_ssize_t start, Py_ssize_t end)
    Py_ssize_t put_bytes "octets_put_bytes"(unsigned char *out, Py_ssize_t at, bytes value) noexcept
    void copy "octets_copy"(unsigned char *out, Py_ssize_t at, Py_ssize_t start, Py_ssize_t size) noexcept
    Py_ssize_t put_text "octets_put_text"(unsigned char *out, Py_ssize_t at, str value) noexcept
    Py_ssize_t put_buffer "octets_put_buffer"(
        unsigned char *out, Py_ssize_t at, Py_ssize_t room, object data) except -1

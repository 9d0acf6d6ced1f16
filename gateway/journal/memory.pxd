# What memory.py does, in C: reads and writes in mapped memory by address. Little-endian machines only, as the layout.

cdef extern from *:
    """
    #ifndef FAIRLEAD_JOURNAL_MEMORY
    #define FAIRLEAD_JOURNAL_MEMORY
    #include <stdint.h>
    #include <string.h>
    #if !defined(__BYTE_ORDER__) || __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
    #error "the journal's compiled modules need a little-endian machine: build with FAIRLEAD_EXTENSIONS=none"
    #endif
    #if defined(__x86_64__)
    #include <nmmintrin.h>
    #endif
    #if defined(__ARM_FEATURE_CRC32)
    #include <arm_acle.h>
    #endif

    static unsigned char *journal_base_of(PyObject *data) {
        Py_buffer view;
        unsigned char *base;
        if (PyObject_GetBuffer(data, &view, PyBUF_SIMPLE) < 0) return NULL;
        base = (unsigned char *)view.buf;
        PyBuffer_Release(&view);
        return base;
    }
    static inline uint16_t journal_load_u16(const unsigned char *base, size_t at) {
        uint16_t value; memcpy(&value, base + at, sizeof value); return value;
    }
    static inline uint32_t journal_load_u32(const unsigned char *base, size_t at) {
        uint32_t value; memcpy(&value, base + at, sizeof value); return value;
    }
    /* 8-byte aligned fields only: the load and the store are single instructions, seen whole by other processes */
    static inline uint64_t journal_load_u64(const unsigned char *base, size_t at) {
        return __atomic_load_n((const uint64_t *)(base + at), __ATOMIC_ACQUIRE);
    }
    static inline int64_t journal_load_i64(const unsigned char *base, size_t at) {
        return (int64_t)journal_load_u64(base, at);
    }
    static inline void journal_store_u32(unsigned char *base, size_t at, uint32_t value) {
        memcpy(base + at, &value, sizeof value);
    }
    static inline void journal_store_u64(unsigned char *base, size_t at, uint64_t value) {
        __atomic_store_n((uint64_t *)(base + at), value, __ATOMIC_RELEASE);
    }
    static inline void journal_store_record(unsigned char *base, size_t at, uint32_t length, uint64_t sequence,
                                            int64_t utc_ns, int64_t now_ns, uint32_t epoch, uint16_t stream,
                                            uint16_t kind) {
        unsigned char *record = base + at;
        memcpy(record, &length, 4);
        memcpy(record + 8, &sequence, 8);
        memcpy(record + 16, &utc_ns, 8);
        memcpy(record + 24, &now_ns, 8);
        memcpy(record + 32, &epoch, 4);
        memcpy(record + 36, &stream, 2);
        memcpy(record + 38, &kind, 2);
    }
    static inline void journal_copy_bytes(unsigned char *base, size_t at, const unsigned char *data, size_t length) {
        memcpy(base + at, data, length);
    }

    /* Castagnoli polynomial, reflected, a byte at a time by a table: for machines without the instruction */
    static uint32_t journal_crc_table[256];
    static uint32_t journal_crc_soft(uint32_t crc, const unsigned char *data, size_t length) {
        if (journal_crc_table[1] == 0) {
            uint32_t byte, entry;
            int bit;
            for (byte = 0; byte < 256; byte++) {
                entry = byte;
                for (bit = 0; bit < 8; bit++) entry = (entry >> 1) ^ (0x82F63B78u & (0u - (entry & 1u)));
                journal_crc_table[byte] = entry;
            }
        }
        while (length--) crc = (crc >> 8) ^ journal_crc_table[(crc ^ *data++) & 255];
        return crc;
    }
    #if defined(__x86_64__)
    __attribute__((target("sse4.2")))
    static uint32_t journal_crc_hard(uint32_t crc, const unsigned char *data, size_t length) {
        uint64_t wide = crc, word;
        for (; length >= 8; data += 8, length -= 8) { memcpy(&word, data, 8); wide = _mm_crc32_u64(wide, word); }
        crc = (uint32_t)wide;
        while (length--) crc = _mm_crc32_u8(crc, *data++);
        return crc;
    }
    static inline uint32_t journal_crc(uint32_t crc, const unsigned char *data, size_t length) {
        return __builtin_cpu_supports("sse4.2") ? journal_crc_hard(crc, data, length)
                                                : journal_crc_soft(crc, data, length);
    }
    #elif defined(__ARM_FEATURE_CRC32)
    static inline uint32_t journal_crc(uint32_t crc, const unsigned char *data, size_t length) {
        uint64_t word;
        for (; length >= 8; data += 8, length -= 8) { memcpy(&word, data, 8); crc = __crc32cd(crc, word); }
        while (length--) crc = __crc32cb(crc, *data++);
        return crc;
    }
    #else
    #define journal_crc journal_crc_soft
    #endif
    static inline uint32_t journal_record_crc(const unsigned char *base, size_t at, size_t length) {
        uint32_t crc = journal_crc(0xFFFFFFFFu, base + at, 4);
        return ~journal_crc(crc, base + at + 8, 32 + length);
    }
    static inline uint32_t journal_crc_of(const unsigned char *data, size_t length) {
        return ~journal_crc(0xFFFFFFFFu, data, length);
    }
    static inline uint32_t journal_crc_by_table(const unsigned char *data, size_t length) {
        return ~journal_crc_soft(0xFFFFFFFFu, data, length);
    }
    #endif
    """
    unsigned char *base_of "journal_base_of"(object data) except NULL
    unsigned short load_u16 "journal_load_u16"(const unsigned char *base, size_t at) noexcept
    unsigned int load_u32 "journal_load_u32"(const unsigned char *base, size_t at) noexcept
    unsigned long long load_u64 "journal_load_u64"(const unsigned char *base, size_t at) noexcept
    long long load_i64 "journal_load_i64"(const unsigned char *base, size_t at) noexcept
    void store_u32 "journal_store_u32"(unsigned char *base, size_t at, unsigned int value) noexcept
    void store_u64 "journal_store_u64"(unsigned char *base, size_t at, unsigned long long value) noexcept
    void store_record "journal_store_record"(
        unsigned char *base, size_t at, unsigned int length, unsigned long long sequence, long long utc_ns,
        long long now_ns, unsigned int epoch, unsigned short stream, unsigned short kind) noexcept
    void copy_bytes "journal_copy_bytes"(
        unsigned char *base, size_t at, const unsigned char *data, size_t length) noexcept
    unsigned int record_crc "journal_record_crc"(const unsigned char *base, size_t at, size_t length) noexcept
    unsigned int crc_of "journal_crc_of"(const unsigned char *data, size_t length) noexcept
    unsigned int crc_by_table "journal_crc_by_table"(const unsigned char *data, size_t length) noexcept

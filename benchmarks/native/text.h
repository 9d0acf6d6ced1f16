/* Put and read text and numbers: what every protocol of the harness needs. */
#ifndef TEXT_H
#define TEXT_H

#include <endian.h>
#include <stdint.h>
#include <string.h>

/* An order's id on the wire is a letter and 11 digits. */
enum { ID_DIGITS = 11, ID_BYTES = 1 + ID_DIGITS };

static inline char *put_text(char *at, const char *text) {
    size_t length = strlen(text);
    memcpy(at, text, length);
    return at + length;
}

static inline char *put_bytes(char *at, const char *bytes, size_t length) {
    memcpy(at, bytes, length);
    return at + length;
}

/* Put exactly `width` digits. */
static inline char *put_digits(char *at, uint64_t number, unsigned width) {
    for (unsigned place = width; place--; number /= 10) at[place] = (char)('0' + number % 10);
    return at + width;
}

static inline char *put_number(char *at, uint64_t number) {
    unsigned width = 1;
    for (uint64_t rest = number; rest >= 10; rest /= 10) width++;
    return put_digits(at, number, width);
}

static inline char *put_id(char *at, uint64_t id) {
    *at = 'B';
    return put_digits(at + 1, id, ID_DIGITS);
}

static inline uint64_t read_digits(const char *text, unsigned width) {
    uint64_t number = 0;
    for (unsigned place = 0; place < width; place++) number = number * 10 + (uint64_t)(text[place] - '0');
    return number;
}

static inline uint64_t read_id(const char *text) { return read_digits(text + 1, ID_DIGITS); }

static inline char *put_padded(char *at, const char *text, size_t length, size_t width) {
    memset(at, ' ', width);
    memcpy(at, text, length < width ? length : width);
    return at + width;
}

static inline char *put_be16(char *at, uint16_t number) {
    number = htobe16(number);
    return put_bytes(at, (const char *)&number, sizeof number);
}

static inline char *put_be32(char *at, uint32_t number) {
    number = htobe32(number);
    return put_bytes(at, (const char *)&number, sizeof number);
}

static inline char *put_be64(char *at, uint64_t number) {
    number = htobe64(number);
    return put_bytes(at, (const char *)&number, sizeof number);
}

#endif

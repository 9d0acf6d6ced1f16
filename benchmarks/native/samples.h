/* Latencies of one run, and what is told of them. */
#ifndef SAMPLES_H
#define SAMPLES_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct samples {
    uint32_t *ns; /* a latency beyond 4 s is kept as 4 s */
    size_t count, room;
};

void samples_reserve(struct samples *samples, size_t room);

static inline void samples_add(struct samples *samples, int64_t ns) {
    if (samples->count < samples->room) samples->ns[samples->count++] = ns > UINT32_MAX ? UINT32_MAX : (uint32_t)ns;
}

/* Sort, and print as a JSON object: count, mean, percentiles (values that were measured), maximum, histogram. */
void samples_print(struct samples *samples, FILE *file);

#endif

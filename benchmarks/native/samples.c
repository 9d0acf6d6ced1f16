#include "samples.h"

#include <stdlib.h>

#include "session.h"

void samples_reserve(struct samples *samples, size_t room) {
    samples->count = 0;
    if (room <= samples->room) return;
    free(samples->ns);
    samples->ns = malloc(room * sizeof *samples->ns);
    if (!samples->ns) fail("no memory for %zu samples", room);
    samples->room = room;
    for (size_t at = 0; at < room; at += 1024) samples->ns[at] = 0; /* no page fault while the clock runs */
}

static int by_size(const void *one, const void *other) {
    uint32_t a = *(const uint32_t *)one, b = *(const uint32_t *)other;
    return a < b ? -1 : a > b;
}

static uint32_t percentile(const struct samples *samples, double percent) {
    size_t rank = (size_t)((double)samples->count * percent / 100.0 + 0.999999);
    return samples->ns[rank ? rank - 1 : 0];
}

/* Buckets are an eighth of a power of two wide. */
static uint32_t bucket_begin(uint32_t ns) {
    unsigned drop = 0;
    while (ns >> drop >= 16) drop++;
    return ns >> drop << drop;
}

static void print_histogram(const struct samples *samples, FILE *file) {
    size_t first = 0;
    fprintf(file, "\"histogram\":[");
    for (size_t at = 0; at <= samples->count; at++) {
        if (at < samples->count && bucket_begin(samples->ns[at]) == bucket_begin(samples->ns[first])) continue;
        fprintf(file, "%s[%u,%zu]", first ? "," : "", bucket_begin(samples->ns[first]), at - first);
        first = at;
        if (at == samples->count) break;
    }
    fprintf(file, "]");
}

void samples_print(struct samples *samples, FILE *file) {
    static const struct { const char *key; double percent; } PERCENTILES[] = {
        {"p50_ns", 50}, {"p90_ns", 90}, {"p99_ns", 99}, {"p99_9_ns", 99.9}, {"max_ns", 100}};
    double sum = 0;
    fprintf(file, "{\"count\":%zu", samples->count);
    if (samples->count) {
        qsort(samples->ns, samples->count, sizeof *samples->ns, by_size);
        for (size_t at = 0; at < samples->count; at++) sum += samples->ns[at];
        fprintf(file, ",\"mean_ns\":%.0f,", sum / (double)samples->count);
        for (size_t at = 0; at < sizeof PERCENTILES / sizeof *PERCENTILES; at++)
            fprintf(file, "\"%s\":%u,", PERCENTILES[at].key, percentile(samples, PERCENTILES[at].percent));
        print_histogram(samples, file);
    }
    fprintf(file, "}");
}

/* One run: so many orders, at most `window` in flight, or at a rate. */
#ifndef LOAD_H
#define LOAD_H

#include <stdint.h>

struct load {
    uint64_t orders, warm_up; /* the first `warm_up` of the orders are sent and not counted */
    uint64_t window;          /* in flight over all strategies, closed loop */
    uint64_t rate;            /* orders a second, open loop; 0: closed loop */
    int64_t most_ns;          /* no order is sent after so long */
};

/* Run it, and print the result as one line of JSON. */
void run_load(const struct load *load);

#endif

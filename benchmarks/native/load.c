#include "load.h"

#include <stdio.h>
#include <stdlib.h>

#include "samples.h"
#include "turns.h"

enum { IDLE_WAIT_MS = 200, FEWEST = 100 };
static const int64_t STALL_NS = INT64_C(20000000000);

static struct {
    const struct load *load;
    uint64_t first_id, next_id; /* ids are never used again, over all runs */
    uint64_t sent, back, counted;
    int64_t *due_ns; /* by order of this run */
    uint64_t room;
    int64_t begin_ns, first_counted_ns, last_back_ns;
    struct samples round_trip, outward;
} run;

/* One order in flight: it is the one that was sent last. With more, only the round trip is known. */
void order_arrived(void) {
    if (run.load->window != 1 || run.load->rate || run.sent <= run.load->warm_up) return;
    samples_add(&run.outward, now_ns() - run.due_ns[run.sent - 1]);
}

void report_arrived(uint64_t id) {
    uint64_t order = id - run.first_id;
    if (id < run.first_id || order >= run.sent) fail("a report of order %lu received, expected one of this run", id);
    if (!run.due_ns[order]) fail("a second report of order %lu received, expected one", id);
    run.last_back_ns = now_ns();
    run.back++;
    if (order >= run.load->warm_up) {
        if (!run.first_counted_ns) run.first_counted_ns = run.due_ns[order];
        samples_add(&run.round_trip, run.last_back_ns - run.due_ns[order]);
        run.counted++;
    }
    run.due_ns[order] = 0;
}

static void reserve(const struct load *load) {
    samples_reserve(&run.round_trip, load->orders - load->warm_up);
    samples_reserve(&run.outward, load->orders - load->warm_up);
    if (load->orders <= run.room) return;
    free(run.due_ns);
    run.room = load->orders;
    run.due_ns = malloc(run.room * sizeof *run.due_ns);
    if (!run.due_ns) fail("no memory for %lu orders", run.room);
    for (uint64_t order = 0; order < run.room; order++) run.due_ns[order] = 0;
}

static int64_t due_ns(uint64_t order) { return run.begin_ns + (int64_t)((double)order * 1e9 / (double)run.load->rate); }

static void put_next(int64_t due) {
    struct session *strategy = turns.strategies[run.next_id % turns.strategy_count];
    strategy->protocol->put_order(strategy, run.next_id++);
    strategy->sent_ns = run.due_ns[run.sent++] = due;
    if (options.sends_singly || strategy->out_used > OUT_BYTES - MOST_MESSAGE_BYTES) flush(strategy);
}

/* Send all orders that the window or the rate allows now. */
static void send_due(int64_t now) {
    const struct load *load = run.load;
    uint64_t until = load->orders, first = run.next_id;
    if (load->rate) {
        uint64_t due = 1 + (uint64_t)((double)(now - run.begin_ns) * (double)load->rate / 1e9);
        until = due < until ? due : until;
    } else if (run.back + load->window < until) {
        until = run.back + load->window;
    }
    while (run.sent < until) put_next(load->rate ? due_ns(run.sent) : options.sends_singly ? now_ns() : now);
    /* orders went round the strategies, so those that have something to send are the ones behind `first` */
    for (uint64_t id = first; id < run.next_id && id < first + turns.strategy_count; id++)
        flush(turns.strategies[id % turns.strategy_count]);
}

/* After its time a run sends no more, once a few orders are counted: a slow subject has a result too. */
static bool may_send(int64_t now) {
    const struct load *load = run.load;
    return run.sent < load->orders && (now - run.begin_ns < load->most_ns || run.sent < load->warm_up + FEWEST);
}

static int wait_ms(int64_t now) {
    if (!run.load->rate || run.sent == run.load->orders) return IDLE_WAIT_MS;
    int64_t due = due_ns(run.sent);
    return due > now ? (int)((due - now) / 1000000) : 0;
}

static void print_result(int64_t end_ns) {
    double seconds = run.counted ? (double)(run.last_back_ns - run.first_counted_ns) / 1e9 : 0;
    double per_s = seconds > 0 ? (double)run.counted / seconds : 0;
    printf("{\"orders\":%lu,\"counted\":%lu,\"window\":%lu,\"rate\":%lu,\"run_s\":%.6f,\"counted_s\":%.6f,", run.back,
           run.counted, run.load->window, run.load->rate, (double)(end_ns - run.begin_ns) / 1e9, seconds);
    printf("\"orders_per_s\":%.1f,\"messages_per_s\":%.1f,\"round_trip\":", per_s, 2 * per_s);
    samples_print(&run.round_trip, stdout);
    printf(",\"outward\":");
    samples_print(&run.outward, stdout);
    printf("}\n");
    fflush(stdout);
}

void run_load(const struct load *load) {
    reserve(load);
    run.load = load;
    run.first_id = run.next_id;
    run.sent = run.back = run.counted = 0;
    run.first_counted_ns = 0;
    run.begin_ns = run.last_back_ns = now_ns();
    int64_t now = run.begin_ns, beaten = now;
    while (run.back < run.sent || may_send(now)) {
        if (may_send(now)) send_due(now);
        turn(wait_ms(now));
        now = now_ns();
        if (now - beaten > INT64_C(200000000)) beat(beaten = now);
        if (now - run.last_back_ns > STALL_NS && run.back < run.sent)
            fail("%lu reports received for %lu orders, and none for 20 s", run.back, run.sent);
    }
    print_result(now);
}

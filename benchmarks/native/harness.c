/* Play the strategies and the venues around a gateway, in one process, and time what goes there and back.
 *
 *   harness --strategy fix44 --venue fix42 [--fills] [--spin] [--singly] [--secret TEXT] [--symbols N] [--feed SYMBOL OFFSET]
 *
 * It listens for venue sessions and prints {"venue_port": N, "feed_port": N}; with --feed an ITCH feed of SYMBOL is there too
 * (0 without), in a time zone OFFSET seconds ahead of UTC. Then it takes commands, a line each, and answers each
 * with a line of JSON; the end of its input ends it. Between commands it answers what comes.
 *
 *   connect PORT STRATEGIES VENUES   connect strategies to a gateway; wait until they and so many venues are logged on
 *   run ORDERS WARM_UP WINDOW RATE SECONDS
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "load.h"
#include "protocols.h"
#include "turns.h"

static const struct protocol *const STRATEGIES[] = {&fix42_strategy, &fix44_strategy, &binary_strategy, &json_strategy};
static const struct protocol *const VENUES[] = {&fix42_venue,  &fix44_venue,  &ouch42_venue,
                                                &ouch50_venue, &binary_venue, &json_venue};
enum { LOGINS_AT_A_TIME = 16 };

static const struct protocol *find(const struct protocol *const *known, size_t count, const char *name) {
    for (size_t at = 0; at < count; at++)
        if (name && !strcmp(known[at]->name, name)) return known[at];
    fail("protocol %s received, expected a known one", name ? name : "none");
}

static bool read_options(int count, char **arguments) {
    const char *strategy = NULL, *venue = NULL;
    bool spins = false;
    options.secret = options.feed_symbol = "";
    for (int at = 1; at < count; at++) {
        const char *name = arguments[at], *value = at + 1 < count ? arguments[at + 1] : "";
        if (!strcmp(name, "--fills")) options.fills = true;
        else if (!strcmp(name, "--spin")) spins = true;
        else if (!strcmp(name, "--singly")) options.sends_singly = true;
        else if (!strcmp(name, "--strategy")) strategy = value, at++;
        else if (!strcmp(name, "--venue")) venue = value, at++;
        else if (!strcmp(name, "--secret")) options.secret = value, at++;
        else if (!strcmp(name, "--symbols")) options.symbols = (unsigned)atoi(value), at++;
        else if (!strcmp(name, "--feed") && at + 2 < count) {
            options.feed_symbol = value;
            options.feed_utc_offset_s = atoll(arguments[at + 2]);
            at += 2;
        }
        else fail("option %s received, expected one of those in harness.c", name);
    }
    options.strategy = find(STRATEGIES, sizeof STRATEGIES / sizeof *STRATEGIES, strategy);
    options.venue = find(VENUES, sizeof VENUES / sizeof *VENUES, venue);
    return spins;
}

static void connect_all(int port, unsigned strategies, unsigned venues) {
    for (unsigned at = 0; at < strategies; at++) {
        add_strategy(port);
        if ((at + 1) % LOGINS_AT_A_TIME == 0) wait_until_up(at + 1, 0);
    }
    wait_until_up(strategies, venues);
    printf("{\"strategies\":%u,\"venues\":%u}\n", turns.strategy_count, turns.venue_count);
    fflush(stdout);
}

static void obey(const char *line) {
    struct load load;
    unsigned strategies, venues;
    double seconds;
    int port;
    if (sscanf(line, "connect %d %u %u", &port, &strategies, &venues) == 3) {
        connect_all(port, strategies, venues);
    } else if (sscanf(line, "run %lu %lu %lu %lu %lf", &load.orders, &load.warm_up, &load.window, &load.rate,
                      &seconds) == 5) {
        if (!turns.strategy_count || load.orders <= load.warm_up || (!load.window && !load.rate))
            fail("%s received, expected connected strategies, more orders than warm-up, and a window or a rate", line);
        load.most_ns = (int64_t)(seconds * 1e9);
        run_load(&load);
    } else {
        fail("%s received, expected connect or run", line);
    }
}

int main(int count, char **arguments) {
    char line[256];
    open_turns(read_options(count, arguments));
    printf("{\"venue_port\":%d,\"feed_port\":%d}\n", turns.orders.port, turns.feed.port);
    fflush(stdout);
    setvbuf(stdin, NULL, _IONBF, 0); /* no line may hide in a buffer while epoll says that there is none */
    for (;;) {
        serve_until_readable(0);
        if (!fgets(line, sizeof line, stdin)) return 0;
        obey(line);
    }
}

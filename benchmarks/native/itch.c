/* ITCH 5.0 over SoupBinTCP as a venue's feed: one trading symbol with a bid, an offer and a last execution, then silence.
 * It is there so that risk checks which look at a market have one to look at. */
#include <time.h>

#include "protocols.h"
#include "text.h"

enum { BID_CENTS = 43000, OFFER_CENTS = 43025, SHARES = 1000, STOCK_BYTES = 8 };
enum { BID_REFERENCE = 1, OFFER_REFERENCE = 2 };

static uint64_t since_midnight_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    int64_t second = ((int64_t)now.tv_sec + options.feed_utc_offset_s) % 86400;
    return (uint64_t)(second * INT64_C(1000000000) + now.tv_nsec);
}

/* Type, stock locate, tracking number, six bytes of time. */
static char *begin(struct session *session, char type, uint16_t locate) {
    char stamp[8], *at = soup_begin(session, 'S');
    put_be64(stamp, since_midnight_ns());
    *at++ = type;
    at = put_be16(put_be16(at, locate), 0);
    return put_bytes(at, stamp + 2, 6);
}

static char *put_stock(char *at) { return put_padded(at, options.feed_symbol, strlen(options.feed_symbol), STOCK_BYTES); }

static void tell_system_event(struct session *session, char event) {
    char *at = begin(session, 'S', 0);
    *at++ = event;
    soup_finish(session, at);
}

static void tell_order(struct session *session, uint64_t reference, char side, uint32_t cents) {
    char *at = put_be64(begin(session, 'A', 1), reference);
    *at++ = side;
    at = put_stock(put_be32(at, SHARES));
    soup_finish(session, put_be32(at, cents * 100));
}

static void tell_all(struct session *session) {
    tell_system_event(session, 'O');
    tell_system_event(session, 'S');
    tell_system_event(session, 'Q');
    char *at = put_bytes(put_stock(begin(session, 'R', 1)), "QN", 2);
    at = put_bytes(put_be32(at, 100), "NCZ PNN1N", 9);
    soup_finish(session, put_bytes(put_be32(at, 0), "N", 1));
    soup_finish(session, put_bytes(put_stock(begin(session, 'H', 1)), "T     ", 6));
    soup_finish(session, put_bytes(put_stock(begin(session, 'Y', 1)), "0", 1));
    tell_order(session, BID_REFERENCE, 'B', BID_CENTS);
    tell_order(session, OFFER_REFERENCE, 'S', OFFER_CENTS);
    at = put_be64(begin(session, 'E', 1), OFFER_REFERENCE);
    soup_finish(session, put_be64(put_be32(at, SHARES / 2), 1));
    put_server_heartbeat(session); /* the mark at which a client knows that it has all */
}

static void on_packet(struct session *session, const char *packet, size_t length) {
    if (!soup_client_packet(session, packet, length))
        fail("itch: message %c of %zu bytes received, expected none", packet[SOUP_HEAD_BYTES], length);
    if (packet[2] == 'L') tell_all(session);
}

const struct protocol itch_venue = {"itch", 900000000, soup_frame, on_packet, NULL, NULL, put_server_heartbeat};

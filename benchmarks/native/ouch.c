/* OUCH 4.2 and 5.0 as a venue. Orders are accepted, and executed whole where fills are asked for. */
#include <time.h>

#include "protocols.h"
#include "text.h"

static const int64_t SECOND_NS = 1000000000;

static char *put_stamp(char *at) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME_COARSE, &now);
    return put_be64(at, (uint64_t)(now.tv_sec % 86400 * SECOND_NS + now.tv_nsec));
}

static char *put_head(struct session *session, char type) {
    char *at = soup_begin(session, 'S');
    *at++ = type;
    session->seq++;
    return put_stamp(at);
}

static const char *message_of(const struct session *session, const char *packet, size_t length, size_t order_bytes) {
    const char *message = packet + SOUP_HEAD_BYTES;
    if (message[0] != 'O' || length < SOUP_HEAD_BYTES + order_bytes)
        fail("%s: message %c of %zu bytes received, expected an order", session->protocol->name, message[0], length);
    order_arrived();
    return message;
}

/* -- 4.2: token 1..15, side 15, shares 16, stock 20, price 28, time in force 32, firm 36, display 40, capacity 41,
 * sweep 42, minimum quantity 43, cross 47, customer 48 -------------------------------------------------------------- */

static void execute_42(struct session *session, const char *order) {
    char *at = put_head(session, 'E');
    at = put_bytes(at, order + 1, 14);
    at = put_bytes(at, order + 16, 4);
    at = put_bytes(at, order + 28, 4);
    *at++ = 'R';
    soup_finish(session, put_be64(at, session->seq));
}

static void on_order_42(struct session *session, const char *packet, size_t length) {
    if (soup_client_packet(session, packet, length)) return;
    const char *order = message_of(session, packet, length, 49);
    char *at = put_head(session, 'A');
    at = put_bytes(at, order + 1, 40); /* token to display */
    at = put_be64(at, session->seq);
    at = put_bytes(at, order + 41, 7); /* capacity to cross type */
    soup_finish(session, put_bytes(at, "L ", 2));
    if (options.fills) execute_42(session, order);
}

/* -- 5.0: number 1..5, side 5, quantity 6, symbol 10, price 18, time in force 26, display 27, capacity 28, sweep 29,
 * cross 30, clordid 31..45, appendage length 45 --------------------------------------------------------------------- */

static void execute_50(struct session *session, const char *order) {
    char *at = put_head(session, 'E');
    at = put_bytes(at, order + 1, 4);
    at = put_bytes(at, order + 6, 4);
    at = put_bytes(at, order + 18, 8);
    *at++ = 'R';
    at = put_be64(at, session->seq);
    soup_finish(session, put_be16(at, 0));
}

static void on_order_50(struct session *session, const char *packet, size_t length) {
    if (soup_client_packet(session, packet, length)) return;
    if (packet[SOUP_HEAD_BYTES] == 'Q') { /* account query: every number is free */
        soup_finish(session, put_be32(put_head(session, 'Q'), 1));
        return;
    }
    const char *order = message_of(session, packet, length, 47);
    char *at = put_head(session, 'A');
    at = put_bytes(at, order + 1, 27); /* number to display */
    at = put_be64(at, session->seq);
    at = put_bytes(at, order + 28, 3); /* capacity to cross type */
    *at++ = 'L';
    at = put_bytes(at, order + 31, 14);
    soup_finish(session, put_be16(at, 0));
    if (options.fills) execute_50(session, order);
}

const struct protocol ouch42_venue = {"ouch42", 900000000, soup_frame, on_order_42, NULL, NULL, put_server_heartbeat};
const struct protocol ouch50_venue = {"ouch50", 900000000, soup_frame, on_order_50, NULL, NULL, put_server_heartbeat};

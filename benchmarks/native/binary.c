/* The binary strategy port (docs/strategy-protocol.md) as a strategy, and as the venue behind a relay. */
#include "protocols.h"
#include "text.h"

enum { ORDER_BYTES = 99, REPORT_BYTES = 214, ACCEPTED = 1, FILLED = 6 };
static const uint64_t SCALE = 100000000, NONE = UINT64_C(1) << 63;

static void put_login(struct session *session) {
    char *at = soup_begin(session, 'L');
    at = put_padded(at, session->name, strlen(session->name), 6);
    at = put_padded(at, options.secret, strlen(options.secret), 10);
    at = put_text(at, "          ");
    soup_finish(session, put_text(at, "                   0"));
}

static void put_order(struct session *session, uint64_t id) {
    char symbol[SYMBOL_BYTES], *at = soup_begin(session, 'U');
    symbol_of(id, symbol);
    *at++ = 'O';
    memset(at, ' ', 24 + 24 + 24);
    put_id(at, id);
    put_bytes(at + 24, symbol, SYMBOL_BYTES);
    at = put_bytes(at + 72, "120\0\0\0\0N", 8); /* side, ord_type, time_in_force, ..., poss_resend */
    at = put_be64(at, quantity_of(id) * SCALE);
    at = put_be64(at, price_cents_of(id) * (SCALE / 100));
    soup_finish(session, put_be16(at, 0));
}

static void put_heartbeat(struct session *session) { soup_finish(session, soup_begin(session, 'R')); }

static void on_packet(struct session *session, const char *packet, size_t length) {
    const char *message = packet + SOUP_HEAD_BYTES;
    if (packet[2] == 'A') {
        session->is_up = true;
    } else if (packet[2] == 'S' && message[0] == 'R' && (message[1] == ACCEPTED || message[1] == FILLED)) {
        if (message[1] == (options.fills ? FILLED : ACCEPTED)) report_arrived(read_id(message + 12));
    } else if (packet[2] != 'H' && packet[2] != '+') {
        fail("binary: packet %c, message %c, kind %d received, expected a report: %.*s", packet[2], message[0],
             length > 4 ? message[1] : 0, (int)(length - SOUP_HEAD_BYTES), message);
    }
}

static void on_order(struct session *session, const char *packet, size_t length) {
    if (soup_client_packet(session, packet, length)) return;
    const char *order = packet + SOUP_HEAD_BYTES;
    if (order[0] != 'O' || length != SOUP_HEAD_BYTES + ORDER_BYTES)
        fail("binary: message %c of %zu bytes received, expected a new order", order[0], length);
    order_arrived();
    char *report = soup_begin(session, 'S'), *at = report;
    memset(at, ' ', REPORT_BYTES);
    at = put_bytes(at, options.fills ? "R\x06" "F2120\0\0\0NN" : "R\x01" "00120\0\0\0NN", 12);
    put_bytes(at, order + 1, 24);       /* cl_ord_id */
    put_bytes(at + 88, order + 25, 24); /* symbol */
    at = put_bytes(report + 148, order + 81, 16); /* order_qty, price */
    for (unsigned amount = 0; amount < 6; amount++) at = put_be64(at, NONE);
    soup_finish(session, put_be16(report + REPORT_BYTES - 2, 0));
}

const struct protocol binary_strategy = {
    "binary", 900000000, soup_frame, on_packet, put_login, put_order, put_heartbeat};
const struct protocol binary_venue = {"binary", 900000000, soup_frame, on_order, NULL, NULL, put_server_heartbeat};

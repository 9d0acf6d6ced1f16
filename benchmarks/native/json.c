/* The JSON port (docs/json_port.md) as a strategy, and as the venue behind a relay. */
#include <stdio.h>

#include "protocols.h"
#include "text.h"

static size_t frame(const char *data, size_t length) {
    const char *end = memchr(data, '\n', length);
    return end ? (size_t)(end - data) + 1 : 0;
}

static bool has(const char *line, size_t length, const char *text) {
    return memmem(line, length, text, strlen(text)) != NULL;
}

static const char *value_of(const char *line, size_t length, const char *key) {
    const char *found = memmem(line, length, key, strlen(key));
    if (!found) fail("json: %.*s received, expected %s", (int)length, line, key);
    return found + strlen(key);
}

static void put_line(struct session *session, char *at) {
    *at++ = '\n';
    session->out_used = (size_t)(at - session->out);
}

static void put_login(struct session *session) {
    char *at = session->out + session->out_used;
    put_line(session, at + sprintf(at, "{\"type\":\"login\",\"strategy\":\"%s\",\"secret\":\"%s\",\"heartbeat_interval_s\":0}",
                                   session->name, options.secret));
}

static void put_order(struct session *session, uint64_t id) {
    char symbol[SYMBOL_BYTES], *at = session->out + session->out_used;
    symbol_of(id, symbol);
    at = put_text(at, "{\"type\":\"new_order\",\"cl_ord_id\":\"");
    at = put_id(at, id);
    at = put_text(at, "\",\"symbol\":\"");
    at = put_bytes(at, symbol, SYMBOL_BYTES);
    at = put_text(at, "\",\"side\":\"buy\",\"order_qty\":\"");
    at = put_digits(at, quantity_of(id), 3);
    at = put_text(at, "\",\"ord_type\":\"limit\",\"price\":\"");
    at = put_digits(at, price_cents_of(id) / 100, 3);
    *at++ = '.';
    at = put_digits(at, price_cents_of(id) % 100, 2);
    put_line(session, put_text(at, "\"}"));
}

static void on_report(struct session *session, const char *line, size_t length) {
    const char *type = value_of(line, length, "\"type\":\"");
    bool is_ack = !memcmp(type, "accepted\"", 9), is_fill = !memcmp(type, "filled\"", 7);
    if (is_ack || is_fill) {
        if (is_fill == options.fills) report_arrived(read_id(value_of(line, length, "\"cl_ord_id\":\"")));
    } else if (!memcmp(type, "login_accepted\"", 15)) {
        session->is_up = true;
    } else if (memcmp(type, "heartbeat\"", 10)) {
        fail("json: %.*s received, expected a report", (int)length, line);
    }
}

static void on_order(struct session *session, const char *line, size_t length) {
    char *at = session->out + session->out_used;
    if (has(line, length, "\"login\"")) {
        session->is_up = true;
        put_line(session, put_text(at, "{\"type\":\"login_accepted\"}"));
        return;
    }
    order_arrived();
    at = put_text(at, options.fills ? "{\"type\":\"filled\",\"cl_ord_id\":\"" : "{\"type\":\"accepted\",\"cl_ord_id\":\"");
    at = put_bytes(at, value_of(line, length, "\"cl_ord_id\":\""), ID_BYTES);
    at = put_text(at, "\",\"order_id\":\"O1\",\"exec_id\":\"E1\",\"symbol\":\"MSFT\",\"account\":\"ACC\",\"venue\":\"V000\",");
    put_line(session, put_text(at, "\"order_qty\":\"100\",\"price\":\"430.25\",\"leaves_qty\":\"100\",\"cum_qty\":\"0\"}"));
}

static void put_nothing(struct session *session) { (void)session; }

const struct protocol json_strategy = {"json", 0, frame, on_report, put_login, put_order, put_nothing};
const struct protocol json_venue = {"json", 0, frame, on_order, NULL, NULL, put_nothing};

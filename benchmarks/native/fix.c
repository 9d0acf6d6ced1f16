/* FIX 4.2 and 4.4, as a strategy (initiator) and as a venue (acceptor). Sequence numbers are counted, never mended:
 * a benchmark in which something must be sent again has failed. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "protocols.h"
#include "text.h"

struct field {
    const char *at;
    size_t length;
};

/* The fields that anything here looks at. */
struct fields {
    char msg_type;
    struct field sender, target, cl_ord_id, symbol, side, quantity, price, status, interval, test_id, text, reset;
};

static size_t frame(const char *data, size_t length) {
    /* 8=FIX.4.x|9=N...| is 12 bytes before BodyLength's digits; CheckSum has 7 */
    size_t body = 0, at = 12;
    if (length < 20) return 0;
    if (memcmp(data, "8=FIX.4.", 8) || memcmp(data + 9, "\0019=", 3))
        fail("fix: %.60s received, expected a FIX message", data);
    for (; data[at] >= '0' && data[at] <= '9'; at++) body = body * 10 + (size_t)(data[at] - '0');
    size_t whole = at + 1 + body + 7;
    return whole <= length ? whole : 0;
}

static struct field *place(struct fields *fields, unsigned tag) {
    switch (tag) {
        case 11: return &fields->cl_ord_id;
        case 38: return &fields->quantity;
        case 39: return &fields->status;
        case 44: return &fields->price;
        case 49: return &fields->sender;
        case 54: return &fields->side;
        case 55: return &fields->symbol;
        case 56: return &fields->target;
        case 58: return &fields->text;
        case 108: return &fields->interval;
        case 112: return &fields->test_id;
        case 141: return &fields->reset;
        default: return NULL;
    }
}

static unsigned check_sum(const char *data, size_t length) {
    /* eight bytes at a time, in four lanes of 16 bits that can't overflow within 1024 bytes */
    const uint64_t even = UINT64_C(0x00ff00ff00ff00ff);
    uint64_t lanes = 0, word;
    unsigned sum = 0;
    size_t at = 0;
    for (; at + 8 <= length; at += 8) {
        memcpy(&word, data + at, 8);
        lanes += (word & even) + (word >> 8 & even);
        if (at % 512 == 504) {
            for (; lanes; lanes >>= 16) sum += lanes & 0xffff;
        }
    }
    for (; lanes; lanes >>= 16) sum += lanes & 0xffff;
    for (; at < length; at++) sum += (unsigned char)data[at];
    return sum & 255;
}

/* What a gateway sends under load must be right: CheckSum, and every number in its turn. */
static void verify(struct session *session, const char *message, size_t length, uint64_t seq) {
    if (check_sum(message, length - 7) != read_digits(message + length - 4, 3) || seq != ++session->peer_seq)
        fail("%s: %.*s received, expected its CheckSum and MsgSeqNum %lu", session->protocol->name, (int)length, message,
             session->peer_seq);
}

static void read_fields(struct session *session, const char *message, size_t length, struct fields *fields) {
    const char *at = message, *end = message + length;
    memset(fields, 0, sizeof *fields);
    while (at < end) {
        unsigned tag = 0;
        for (; *at != '='; at++) tag = tag * 10 + (unsigned)(*at - '0');
        const char *value = at + 1;
        at = memchr(value, 1, (size_t)(end - value));
        if (!at) fail("fix: %.200s received, expected fields", message);
        struct field *known = place(fields, tag);
        if (known) *known = (struct field){value, (size_t)(at - value)};
        if (tag == 35) fields->msg_type = *value;
        if (tag == 34) verify(session, message, length, strtoull(value, NULL, 10));
        at++;
    }
}

static char *put_utc(char *at) {
    static time_t second = -1;
    static char text[18];
    struct timespec now;
    clock_gettime(CLOCK_REALTIME_COARSE, &now);
    if (now.tv_sec != second) {
        struct tm parts;
        second = now.tv_sec;
        strftime(text, sizeof text, "%Y%m%d-%H:%M:%S", gmtime_r(&second, &parts));
    }
    at = put_bytes(at, text, 17);
    *at++ = '.';
    return put_digits(at, (uint64_t)now.tv_nsec / 1000000, 3);
}

enum { HEAD_BYTES = 16 }; /* 8=FIX.4.x|9=NNN| */

/* Begin a message at the output's end; the head is left open. */
static char *begin(struct session *session, char msg_type) {
    char *at = session->out + session->out_used + HEAD_BYTES;
    at = put_text(at, "35=");
    *at++ = msg_type;
    at = put_text(at, "\00134=");
    at = put_number(at, ++session->seq);
    at = put_text(at, "\00149=");
    at = put_text(at, session->name);
    at = put_text(at, "\00152=");
    at = put_utc(at);
    at = put_text(at, "\00156=");
    at = put_text(at, session->peer_name);
    *at++ = 1;
    return at;
}

static void finish(struct session *session, char *at) {
    char *start = session->out + session->out_used;
    put_bytes(start, session->protocol->name[4] == '2' ? "8=FIX.4.2\0019=" : "8=FIX.4.4\0019=", 12);
    put_digits(start + 12, (uint64_t)(at - start) - HEAD_BYTES, 3);
    start[15] = 1;
    unsigned sum = check_sum(start, (size_t)(at - start));
    at = put_text(at, "10=");
    at = put_digits(at, sum, 3);
    *at++ = 1;
    session->out_used += (size_t)(at - start);
}

static void put_logon(struct session *session, const char *interval, size_t length, bool reset) {
    char *at = begin(session, 'A');
    at = put_text(at, "98=0\001108=");
    at = put_bytes(at, interval, length);
    *at++ = 1;
    if (reset) at = put_text(at, "141=Y\001");
    finish(session, at);
}

static void put_heartbeat(struct session *session) { finish(session, begin(session, '0')); }

static void answer_test(struct session *session, const struct fields *fields) {
    char *at = put_text(begin(session, '0'), "112=");
    at = put_bytes(at, fields->test_id.at, fields->test_id.length);
    *at++ = 1;
    finish(session, at);
}

static void surprise(const struct session *session, const char *message, size_t length) {
    fail("%s: %.*s received, expected no such message", session->protocol->name, (int)length, message);
}

/* -- the strategy ------------------------------------------------------------------------------------------------ */

static void put_login(struct session *session) {
    put_text(session->peer_name, "FAIRLEAD");
    session->heartbeat_ns = INT64_C(30000000000);
    put_logon(session, "30", 2, true);
}

static char *put_price(char *at, unsigned cents) {
    at = put_digits(at, cents / 100, 3);
    *at++ = '.';
    return put_digits(at, cents % 100, 2);
}

static void put_order(struct session *session, uint64_t id) {
    char symbol[SYMBOL_BYTES];
    symbol_of(id, symbol);
    char *at = put_text(begin(session, 'D'), "1=ACC\00111=");
    at = put_id(at, id);
    at = put_text(at, "\00121=1\00155=");
    at = put_bytes(at, symbol, SYMBOL_BYTES);
    at = put_text(at, "\00154=1\00160=");
    at = put_utc(at);
    at = put_text(at, "\00138=");
    at = put_digits(at, quantity_of(id), 3);
    at = put_text(at, "\00140=2\00144=");
    at = put_price(at, price_cents_of(id));
    finish(session, put_text(at, "\00159=0\001"));
}

static void on_report(struct session *session, const char *message, size_t length) {
    struct fields fields;
    read_fields(session, message, length, &fields);
    if (fields.msg_type == '8' && fields.status.length == 1 && fields.cl_ord_id.length == ID_BYTES &&
        (*fields.status.at == '0' || *fields.status.at == '2')) {
        if (*fields.status.at == (options.fills ? '2' : '0')) report_arrived(read_id(fields.cl_ord_id.at));
    } else if (fields.msg_type == 'A') {
        session->is_up = true;
    } else if (fields.msg_type == '1') {
        answer_test(session, &fields);
    } else if (fields.msg_type != '0') {
        surprise(session, message, length);
    }
}

/* -- the venue --------------------------------------------------------------------------------------------------- */

static void answer_logon(struct session *session, const struct fields *fields) {
    snprintf(session->name, NAME_BYTES, "%.*s", (int)fields->target.length, fields->target.at);
    snprintf(session->peer_name, NAME_BYTES, "%.*s", (int)fields->sender.length, fields->sender.at);
    session->heartbeat_ns = strtoll(fields->interval.at, NULL, 10) * INT64_C(1000000000);
    put_logon(session, fields->interval.at, fields->interval.length, fields->reset.length && *fields->reset.at == 'Y');
    session->is_up = true;
}

static char *put_field(char *at, const char *tag, struct field field) {
    at = put_bytes(put_text(at, tag), field.at, field.length);
    *at++ = 1;
    return at;
}

static void put_report(struct session *session, const struct fields *order) {
    const struct field none = {"0", 1};
    bool fills = options.fills;
    char *at = put_text(begin(session, '8'), "37=O");
    at = put_number(at, session->seq);
    at = put_text(at, "\00117=E");
    at = put_number(at, session->seq);
    *at++ = 1;
    at = put_field(at, "11=", order->cl_ord_id);
    if (session->protocol->name[4] == '2') at = put_text(at, "20=0\001");
    at = put_text(at, !fills ? "150=0\00139=0\001" : session->protocol->name[4] == '2' ? "150=2\00139=2\001" : "150=F\00139=2\001");
    at = put_field(at, "55=", order->symbol);
    at = put_field(at, "54=", order->side);
    at = put_field(at, "38=", order->quantity);
    at = put_field(at, "44=", order->price);
    at = put_field(at, "32=", fills ? order->quantity : none);
    at = put_field(at, "31=", fills ? order->price : none);
    at = put_field(at, "151=", fills ? none : order->quantity);
    at = put_field(at, "14=", fills ? order->quantity : none);
    at = put_field(at, "6=", fills ? order->price : none);
    at = put_text(at, "60=");
    at = put_utc(at);
    *at++ = 1;
    finish(session, at);
}

static void on_order(struct session *session, const char *message, size_t length) {
    struct fields fields;
    read_fields(session, message, length, &fields);
    if (fields.msg_type == 'D' && fields.price.length && fields.quantity.length && fields.symbol.length) {
        order_arrived();
        put_report(session, &fields);
    } else if (fields.msg_type == 'A') {
        answer_logon(session, &fields);
    } else if (fields.msg_type == '1') {
        answer_test(session, &fields);
    } else if (fields.msg_type != '0') {
        surprise(session, message, length);
    }
}

const struct protocol fix42_strategy = {"fix42", 0, frame, on_report, put_login, put_order, put_heartbeat};
const struct protocol fix44_strategy = {"fix44", 0, frame, on_report, put_login, put_order, put_heartbeat};
const struct protocol fix42_venue = {"fix42", 0, frame, on_order, NULL, NULL, put_heartbeat};
const struct protocol fix44_venue = {"fix44", 0, frame, on_order, NULL, NULL, put_heartbeat};

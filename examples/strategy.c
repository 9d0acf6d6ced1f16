/* A strategy in C over the binary port: logs in, sends one order, prints each report until the order's end.
 *
 *   cc -O2 -Wall -o strategy examples/strategy.c
 *   ./strategy 127.0.0.1 7003 alpha Ten-Chars1 buy 100 MSFT 430.25
 *
 * docs/strategy-protocol.md describes every byte. A strategy that trades keeps the number of the last message it has
 * handled, logs in again with one more after a loss, sends a heartbeat each second, and reads while it writes.
 */
#include <arpa/inet.h>
#include <endian.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define NONE INT64_MIN
#define SCALE INT64_C(100000000)

struct packet_head {
    uint16_t length; /* of what follows, big-endian */
    char type;
} __attribute__((packed));

struct login {
    struct packet_head head;
    char username[6], password[10], session[10], number[20];
} __attribute__((packed));

struct new_order {
    struct packet_head head;
    char type, cl_ord_id[24], symbol[24], account[16], venue[8];
    char side, ord_type, time_in_force, handl_inst, order_capacity, position_effect, locate_reqd, poss_resend;
    int64_t order_qty, price;
    uint16_t appendage_length;
} __attribute__((packed));

struct report {
    char type;
    uint8_t kind;
    char exec_type, ord_status, side, ord_type, time_in_force;
    uint8_t request_kind, refusal;
    char last_liquidity, poss_dup, poss_resend;
    char cl_ord_id[24], orig_cl_ord_id[24], order_id[16], exec_id[24], symbol[24], account[16], venue[8];
    int64_t order_qty, price, last_qty, last_px, leaves_qty, cum_qty, avg_px, transact_time;
    uint16_t appendage_length;
    unsigned char appendage[];
} __attribute__((packed));

_Static_assert(sizeof(struct login) == 49, "login");
_Static_assert(sizeof(struct new_order) == 3 + 99, "new_order");
_Static_assert(sizeof(struct report) == 214, "report");

static const char *const KINDS[] = {
    "?", "accepted", "rejected", "replaced", "canceled", "cancel_rejected", "filled", "trade_busted", "trade_corrected",
    "restated", "done_for_day", "expired", "status_report"};

static void fail(const char *what) {
    fprintf(stderr, "strategy: %s\n", what);
    exit(2);
}

/* Text is padded with spaces; one that does not fit would go into the appendage. */
static void put_text(char *field, size_t size, const char *text) {
    if (strlen(text) > size) fail("a text is too long for its field");
    memset(field, ' ', size);
    memcpy(field, text, strlen(text));
}

static void put_right(char *field, size_t size, const char *text) {
    memset(field, ' ', size);
    memcpy(field + size - strlen(text), text, strlen(text));
}

/* "430.25" is 43025000000: exact, without floating point. */
static int64_t decimal(const char *text) {
    char *end;
    int64_t value = strtoll(text, &end, 10) * SCALE, unit = SCALE;
    if (*end == '.')
        for (end++; *end >= '0' && *end <= '9' && unit > 1; end++) value += (*end - '0') * (unit /= 10);
    if (*end) fail("a number with at most eight decimals expected");
    return value;
}

static void print_decimal(const char *name, int64_t wire) {
    int64_t value = be64toh(wire);
    if (value == NONE) return;
    printf(" %s=%" PRId64, name, value / SCALE);
    if (value % SCALE) printf(".%08" PRId64, value % SCALE);
}

static void write_all(int fd, const void *data, size_t size) {
    for (const char *at = data; size;) {
        ssize_t done = write(fd, at, size);
        if (done <= 0) fail("the connection is lost");
        at += done;
        size -= done;
    }
}

static void read_all(int fd, void *data, size_t size) {
    for (char *at = data; size;) {
        ssize_t done = read(fd, at, size);
        if (done <= 0) fail("the gateway closed the connection");
        at += done;
        size -= done;
    }
}

static void log_in(int fd, const char *username, const char *password) {
    struct login login = {.head = {htons(sizeof login - 2), 'L'}};
    put_text(login.username, sizeof login.username, username);
    put_text(login.password, sizeof login.password, password);
    put_right(login.session, sizeof login.session, "");
    put_right(login.number, sizeof login.number, "0"); /* only what is new */
    write_all(fd, &login, sizeof login);
}

static void send_order(int fd, char **terms) {
    struct new_order order = {.head = {htons(sizeof order - 2), 'U'}, .type = 'O', .time_in_force = '0'};
    put_text(order.cl_ord_id, sizeof order.cl_ord_id, "C-1");
    put_text(order.symbol, sizeof order.symbol, terms[2]);
    put_text(order.account, sizeof order.account, "");
    put_text(order.venue, sizeof order.venue, "");
    order.side = strcmp(terms[0], "buy") ? '2' : '1';
    order.ord_type = terms[3] ? '2' : '1';
    order.order_qty = htobe64(decimal(terms[1]));
    order.price = htobe64(terms[3] ? decimal(terms[3]) : NONE);
    write_all(fd, &order, sizeof order);
}

/* Return whether the order has ended. */
static int take_report(uint64_t seq, const struct report *report, size_t size) {
    if (size < sizeof *report || sizeof *report + ntohs(report->appendage_length) != size) fail("a report cut short");
    printf("%" PRIu64 " %s %.24s", seq, KINDS[report->kind < 13 ? report->kind : 0], report->cl_ord_id);
    print_decimal("last_qty", report->last_qty);
    print_decimal("last_px", report->last_px);
    print_decimal("cum_qty", report->cum_qty);
    for (const unsigned char *at = report->appendage, *end = at + ntohs(report->appendage_length); at + 3 <= end;) {
        unsigned length = at[0] << 8 | at[1];
        if (at[2] == 12) printf(" text=%.*s", (int)length - 1, at + 3);
        at += 2 + length;
    }
    printf("\n");
    return strchr("248C3", report->ord_status) != NULL;
}

int main(int count, char **arguments) {
    if (count < 8) fail("usage: strategy HOST PORT USERNAME SECRET buy|sell QUANTITY SYMBOL [PRICE]");
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(atoi(arguments[2]))};
    if (inet_pton(AF_INET, arguments[1], &address.sin_addr) != 1) fail("HOST is no IPv4 address");
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(fd, (struct sockaddr *)&address, sizeof address)) fail("no connection");
    log_in(fd, arguments[3], arguments[4]);
    static _Alignas(8) unsigned char message[65536];
    for (uint64_t seq = 0;;) {
        struct packet_head head;
        read_all(fd, &head, sizeof head);
        if (!head.length) fail("a packet of length 0");
        size_t size = ntohs(head.length) - 1;
        read_all(fd, message, size);
        if (head.type == 'A') {
            message[size] = 0;
            seq = strtoull((char *)message + 10, NULL, 10); /* the number of the next message */
            send_order(fd, arguments + 5);
        } else if (head.type == 'J') {
            fail("the login was rejected");
        } else if (head.type == '+') {
            fprintf(stderr, "%.*s\n", (int)size, message);
        } else if (head.type == 'S') {
            if (message[0] == '!') fail("the gateway could not read the order");
            if (message[0] == 'R' && take_report(seq, (struct report *)message, size)) break;
            seq++;
        } else if (head.type == 'H') {
            write_all(fd, "\0\1R", 3); /* a sign of life for each of the gateway's */
        }
    }
    write_all(fd, "\0\1O", 3);
    close(fd);
    return 0;
}

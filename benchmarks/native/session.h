/* One TCP connection of the harness, in either role, and what a protocol must know to speak on it. */
#ifndef SESSION_H
#define SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { IN_BYTES = 1 << 18, OUT_BYTES = 1 << 18, NAME_BYTES = 24, SYMBOL_BYTES = 4, MOST_MESSAGE_BYTES = 1024 };

struct session;

/* A protocol in one role. `frame` returns the bytes of the first message, 0 while it is not whole. */
struct protocol {
    const char *name;
    int64_t heartbeat_ns; /* pause after which put_heartbeat is due; FIX takes it from the Logon instead */
    size_t (*frame)(const char *data, size_t length);
    void (*on_message)(struct session *session, const char *message, size_t length);
    void (*put_login)(struct session *session);              /* strategies */
    void (*put_order)(struct session *session, uint64_t id); /* strategies */
    void (*put_heartbeat)(struct session *session);
};

struct session {
    int fd;
    const struct protocol *protocol;
    char *in, *out;
    size_t in_used, out_used;
    uint64_t seq, peer_seq; /* of the last message sent, and of the last one received */
    bool is_up;
    char name[NAME_BYTES], peer_name[NAME_BYTES];
    int64_t sent_ns; /* when something was sent at the latest, to the nearest heartbeat */
    int64_t heartbeat_ns;
};

/* What the command line says, the same for all sessions. */
struct options {
    const struct protocol *strategy, *venue;
    bool fills;         /* venues answer with a fill, not with an acknowledgement */
    bool sends_singly;  /* each message is a send of its own; else one send for all that a read or a window allows */
    const char *secret; /* of every strategy */
    unsigned symbols;   /* orders go round these; 0: all in MSFT */
    const char *feed_symbol;   /* what the venue's feed shows; "" for no feed */
    int64_t feed_utc_offset_s; /* of the time zone in which the feed counts from midnight */
};

extern struct options options;

/* End the program; what is said is the result. */
__attribute__((noreturn, format(printf, 1, 2))) void fail(const char *format, ...);

int64_t now_ns(void);
struct session *open_session(int fd, const struct protocol *protocol);
void set_no_delay(int fd);
int listen_anywhere(int *port);
int connect_to(int port);

/* Read once, answer all whole messages, by one send or singly. Returns whether anything came. */
bool service(struct session *session);
void flush(struct session *session);

/* Called by protocols. */
void order_arrived(void);
void report_arrived(uint64_t id);

/* What orders are about: all vary, none in its length. */
void symbol_of(uint64_t id, char text[static 4]);
unsigned quantity_of(uint64_t id);       /* 100 to 196 */
unsigned price_cents_of(uint64_t id);    /* 429.37 to 430.25 */

#endif

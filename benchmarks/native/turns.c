#include "turns.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "protocols.h"

enum { SPUN_AT_MOST = 8, EVENTS = 256 }; /* beyond so many sockets, asking the kernel is cheaper than trying each */

struct turns turns;

static void watch(int fd, void *owner) {
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = owner};
    if (epoll_ctl(turns.epoll, EPOLL_CTL_ADD, fd, &event)) fail("epoll_ctl: %s", strerror(errno));
}

static void open_listener(struct listener *listener, const struct protocol *protocol) {
    listener->protocol = protocol;
    listener->fd = listen_anywhere(&listener->port);
    watch(listener->fd, listener);
}

void open_turns(bool spins) {
    turns.spins = spins;
    turns.epoll = epoll_create1(EPOLL_CLOEXEC);
    open_listener(&turns.orders, options.venue);
    if (*options.feed_symbol) open_listener(&turns.feed, &itch_venue);
}

void add_strategy(int port) {
    if (turns.strategy_count == MOST_SESSIONS) fail("more than %d strategies", MOST_SESSIONS);
    struct session *session = open_session(connect_to(port), options.strategy);
    snprintf(session->name, NAME_BYTES, "S%05u", turns.strategy_count);
    turns.strategies[turns.strategy_count++] = session;
    watch(session->fd, session);
    session->protocol->put_login(session);
    flush(session);
}

static void accept_venues(const struct listener *listener) {
    int fd;
    while ((fd = accept4(listener->fd, NULL, NULL, SOCK_CLOEXEC)) >= 0) {
        if (turns.venue_count == MOST_SESSIONS) fail("more than %d venue sessions", MOST_SESSIONS);
        struct session *session = open_session(fd, listener->protocol);
        turns.venues[turns.venue_count++] = session;
        watch(fd, session);
    }
}

/* Deal with what epoll found; returns whether the input, which has no owner, was among it. */
static bool deal_with(void *owner) {
    if (owner == &turns.orders || owner == &turns.feed)
        accept_venues(owner);
    else if (owner)
        service(owner);
    return !owner;
}

static bool ask_kernel(int wait_ms) {
    struct epoll_event events[EVENTS];
    bool has_input = false;
    int count = epoll_wait(turns.epoll, events, EVENTS, wait_ms);
    for (int at = 0; at < count; at++) has_input |= deal_with(events[at].data.ptr);
    return has_input;
}

void turn(int wait_ms) {
    if (!turns.spins) {
        ask_kernel(wait_ms);
    } else if (turns.strategy_count + turns.venue_count > SPUN_AT_MOST) {
        ask_kernel(0);
    } else {
        for (unsigned at = 0; at < turns.venue_count; at++) service(turns.venues[at]);
        for (unsigned at = 0; at < turns.strategy_count; at++) service(turns.strategies[at]);
    }
}

static void beat_all(struct session **sessions, unsigned count, int64_t now) {
    for (unsigned at = 0; at < count; at++) {
        struct session *session = sessions[at];
        if (!session->is_up || !session->heartbeat_ns || now - session->sent_ns < session->heartbeat_ns) continue;
        session->protocol->put_heartbeat(session);
        session->sent_ns = now;
        flush(session);
    }
}

void beat(int64_t now) {
    beat_all(turns.strategies, turns.strategy_count, now);
    beat_all(turns.venues, turns.venue_count, now);
}

static unsigned up(struct session **sessions, unsigned count) {
    unsigned found = 0;
    for (unsigned at = 0; at < count; at++) found += sessions[at]->is_up;
    return found;
}

void wait_until_up(unsigned strategies, unsigned venues) {
    int64_t until = now_ns() + INT64_C(60000000000);
    while (up(turns.strategies, turns.strategy_count) < strategies || up(turns.venues, turns.venue_count) < venues) {
        ask_kernel(100);
        int64_t now = now_ns();
        beat(now);
        if (now > until)
            fail("%u strategies and %u venue sessions are logged on after 60 s, expected %u and %u",
                 up(turns.strategies, turns.strategy_count), up(turns.venues, turns.venue_count), strategies, venues);
    }
}

void serve_until_readable(int fd) {
    watch(fd, NULL);
    while (!ask_kernel(200)) beat(now_ns());
    epoll_ctl(turns.epoll, EPOLL_CTL_DEL, fd, NULL);
}

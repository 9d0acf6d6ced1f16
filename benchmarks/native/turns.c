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

void open_turns(bool spins) {
    turns.spins = spins;
    turns.epoll = epoll_create1(EPOLL_CLOEXEC);
    turns.listener = listen_anywhere(&turns.port);
    watch(turns.listener, &turns);
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

static void accept_venues(void) {
    int fd;
    while ((fd = accept4(turns.listener, NULL, NULL, SOCK_CLOEXEC)) >= 0) {
        if (turns.venue_count == MOST_SESSIONS) fail("more than %d venue sessions", MOST_SESSIONS);
        struct session *session = open_session(fd, options.venue);
        turns.venues[turns.venue_count++] = session;
        watch(fd, session);
    }
}

static void ask_kernel(int wait_ms) {
    struct epoll_event events[EVENTS];
    int count = epoll_wait(turns.epoll, events, EVENTS, wait_ms);
    for (int at = 0; at < count; at++) {
        if (events[at].data.ptr == &turns)
            accept_venues();
        else if (events[at].data.ptr)
            service(events[at].data.ptr);
    }
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
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL}, events[EVENTS];
    epoll_ctl(turns.epoll, EPOLL_CTL_ADD, fd, &event);
    for (bool is_readable = false; !is_readable;) {
        int count = epoll_wait(turns.epoll, events, EVENTS, 200);
        for (int at = 0; at < count; at++) {
            if (events[at].data.ptr == &turns)
                accept_venues();
            else if (events[at].data.ptr)
                service(events[at].data.ptr);
            else
                is_readable = true;
        }
        beat(now_ns());
    }
    epoll_ctl(turns.epoll, EPOLL_CTL_DEL, fd, NULL);
}

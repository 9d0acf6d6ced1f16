/* Copy bytes between each connection that comes and one made for it: the least that any process between two sockets
 * does. `relay PORT [--spin]` prints {"port": N} and connects to PORT; spinning it tries every socket without a pause. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "session.h"

enum { MOST_ENDS = 4096, BYTES = 1 << 16 };

/* One socket, and the one that its bytes go to. */
struct end {
    int fd, other;
};

static struct end *ends[MOST_ENDS];
static unsigned end_count;
static int poller, listener;
static char buffer[BYTES];

static void add_end(int fd, int other) {
    struct end *end = malloc(sizeof *end);
    if (!end || end_count == MOST_ENDS) fail("more than %d connections", MOST_ENDS);
    *end = (struct end){fd, other};
    ends[end_count++] = end;
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = end};
    if (epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event)) fail("epoll_ctl failed");
}

static void accept_pair(int port) {
    int near = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    if (near < 0) return;
    int far = connect_to(port);
    set_no_delay(near);
    set_no_delay(far);
    add_end(near, far);
    add_end(far, near);
}

static void copy(const struct end *end) {
    ssize_t count = recv(end->fd, buffer, BYTES, MSG_DONTWAIT);
    if (count == 0) exit(0); /* one side is gone: the benchmark is over */
    for (ssize_t sent = 0; sent < count;) {
        ssize_t now = send(end->other, buffer + sent, (size_t)(count - sent), MSG_NOSIGNAL);
        if (now < 0) exit(0);
        sent += now;
    }
}

int main(int count, char **arguments) {
    struct epoll_event events[64];
    bool spins = count > 2 && !strcmp(arguments[2], "--spin");
    int port, target = count > 1 ? atoi(arguments[1]) : 0;
    poller = epoll_create1(EPOLL_CLOEXEC);
    listener = listen_anywhere(&port);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};
    epoll_ctl(poller, EPOLL_CTL_ADD, listener, &event);
    printf("{\"port\":%d}\n", port);
    fflush(stdout);
    for (unsigned turn = 0;; turn++) {
        if (spins && end_count && turn % 4096) {
            for (unsigned at = 0; at < end_count; at++) copy(ends[at]);
            continue;
        }
        int found = epoll_wait(poller, events, 64, spins && end_count ? 0 : -1);
        for (int at = 0; at < found; at++) {
            if (events[at].data.ptr)
                copy(events[at].data.ptr);
            else
                accept_pair(target);
        }
    }
}

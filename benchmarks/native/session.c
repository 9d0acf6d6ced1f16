#include "session.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "text.h"

struct options options;

void fail(const char *format, ...) {
    char text[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    for (char *at = text; *at; at++)
        if (*at == '"' || *at == '\\' || (unsigned char)*at < ' ' || (unsigned char)*at > '~') *at = '|';
    printf("{\"error\": \"%s\"}\n", text);
    fflush(stdout);
    exit(2);
}

int64_t now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

void set_no_delay(int fd) {
    int one = 1;
    if (setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one)) fail("TCP_NODELAY: %s", strerror(errno));
}

struct session *open_session(int fd, const struct protocol *protocol) {
    struct session *session = calloc(1, sizeof *session);
    if (!session) fail("no memory for a session");
    session->in = malloc(IN_BYTES);
    session->out = malloc(OUT_BYTES);
    if (!session->in || !session->out) fail("no memory for a session's buffers");
    set_no_delay(fd);
    session->fd = fd;
    session->protocol = protocol;
    session->heartbeat_ns = protocol->heartbeat_ns;
    session->sent_ns = now_ns();
    return session;
}

static struct sockaddr_in here(int port) {
    return (struct sockaddr_in){
        .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

int listen_anywhere(int *port) {
    struct sockaddr_in address = here(0);
    socklen_t length = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address) || listen(fd, 1024) ||
        getsockname(fd, (struct sockaddr *)&address, &length))
        fail("listen: %s", strerror(errno));
    *port = ntohs(address.sin_port);
    return fd;
}

int connect_to(int port) {
    struct sockaddr_in address = here(port);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address))
        fail("connect to port %d: %s", port, strerror(errno));
    return fd;
}

void flush(struct session *session) {
    size_t sent = 0;
    while (sent < session->out_used) {
        ssize_t count = send(session->fd, session->out + sent, session->out_used - sent, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (count >= 0) {
            sent += (size_t)count;
        } else if (errno == EAGAIN) {
            struct pollfd full = {.fd = session->fd, .events = POLLOUT};
            if (poll(&full, 1, 10000) == 0) fail("%s: the other side has not read for 10 s", session->protocol->name);
        } else if (errno != EINTR) {
            fail("%s: send: %s", session->protocol->name, strerror(errno));
        }
    }
    session->out_used = 0;
}

bool service(struct session *session) {
    size_t begin = 0, length;
    ssize_t count = recv(session->fd, session->in + session->in_used, IN_BYTES - session->in_used, MSG_DONTWAIT);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return false;
    if (count <= 0)
        fail("%s: connection of %s ended by the other side: %s", session->protocol->name, session->name,
             count ? strerror(errno) : "closed");
    session->in_used += (size_t)count;
    while ((length = session->protocol->frame(session->in + begin, session->in_used - begin)) != 0) {
        session->protocol->on_message(session, session->in + begin, length);
        begin += length;
        if (options.sends_singly || session->out_used > OUT_BYTES - MOST_MESSAGE_BYTES) flush(session);
    }
    memmove(session->in, session->in + begin, session->in_used - begin);
    session->in_used -= begin;
    if (session->in_used == IN_BYTES) fail("%s: a message is longer than %d bytes", session->protocol->name, IN_BYTES);
    flush(session);
    return true;
}

void symbol_of(uint64_t id, char text[static 4]) {
    if (options.symbols) {
        *text = 'S';
        put_digits(text + 1, id % options.symbols, SYMBOL_BYTES - 1);
    } else {
        memcpy(text, "MSFT", SYMBOL_BYTES);
    }
}

unsigned quantity_of(uint64_t id) { return 100 + (unsigned)(id % 97); }

unsigned price_cents_of(uint64_t id) { return 43025 - (unsigned)(id % 89); }

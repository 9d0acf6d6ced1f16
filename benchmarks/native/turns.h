/* The sessions of the harness, and one turn of its loop: spinning over the sockets, or asleep until one speaks. */
#ifndef TURNS_H
#define TURNS_H

#include "session.h"

enum { MOST_SESSIONS = 4096 };

/* Where venue sessions are taken, and which protocol those speak. */
struct listener {
    int fd, port;
    const struct protocol *protocol;
};

struct turns {
    int epoll;
    struct listener orders, feed;
    bool spins;
    struct session *strategies[MOST_SESSIONS], *venues[MOST_SESSIONS];
    unsigned strategy_count, venue_count;
};

extern struct turns turns;

void open_turns(bool spins); /* the options are read */
void add_strategy(int port);

/* Serve every session that has something; wait for at most `wait_ms` for that, if not spinning. */
void turn(int wait_ms);

/* The same until input on `fd`, heartbeats included; for between the runs. */
void serve_until_readable(int fd);

/* Wait until so many strategies and venues are logged on; fails after 60 s. */
void wait_until_up(unsigned strategies, unsigned venues);

/* Send the heartbeats that are due. */
void beat(int64_t now);

#endif

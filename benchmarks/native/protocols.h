/* The protocols of the harness. A venue of a strategy port's own protocol answers orders that a relay passed on. */
#ifndef PROTOCOLS_H
#define PROTOCOLS_H

#include "session.h"

extern const struct protocol fix42_strategy, fix44_strategy, binary_strategy, json_strategy;
extern const struct protocol fix42_venue, fix44_venue, ouch42_venue, ouch50_venue, binary_venue, json_venue, itch_venue;

/* SoupBinTCP, for binary.c and ouch.c. */
enum { SOUP_HEAD_BYTES = 3 };
size_t soup_frame(const char *data, size_t length);
char *soup_begin(struct session *session, char type);
void soup_finish(struct session *session, char *at);
void put_server_heartbeat(struct session *session);
/* Deal with what is no message of the protocol above: logins, heartbeats. Returns whether it was that. */
bool soup_client_packet(struct session *session, const char *packet, size_t length);

#endif

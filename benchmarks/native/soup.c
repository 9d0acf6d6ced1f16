/* SoupBinTCP 3.00 as a server: packets, login, heartbeats. */
#include <stdio.h>

#include "protocols.h"
#include "text.h"

size_t soup_frame(const char *data, size_t length) {
    if (length < SOUP_HEAD_BYTES) return 0;
    size_t whole = 2 + ((size_t)(unsigned char)data[0] << 8 | (unsigned char)data[1]);
    return whole <= length ? whole : 0;
}

char *soup_begin(struct session *session, char type) {
    char *at = session->out + session->out_used;
    at[2] = type;
    return at + SOUP_HEAD_BYTES;
}

void soup_finish(struct session *session, char *at) {
    char *start = session->out + session->out_used;
    put_be16(start, (uint16_t)(at - start - 2));
    session->out_used += (size_t)(at - start);
}

void put_server_heartbeat(struct session *session) { soup_finish(session, soup_begin(session, 'H')); }

static void accept_login(struct session *session) {
    char *at = put_text(soup_begin(session, 'A'), "     F1-B1");
    soup_finish(session, put_text(at, "                   1"));
    session->is_up = true;
}

bool soup_client_packet(struct session *session, const char *packet, size_t length) {
    switch (packet[2]) {
        case 'L':
            snprintf(session->name, NAME_BYTES, "%.6s", packet + SOUP_HEAD_BYTES);
            accept_login(session);
            return true;
        case 'R':
        case '+': return true;
        case 'U': return false;
        default:
            fail("%s: packet of type %c and %zu bytes received, expected login, heartbeat or message",
                 session->protocol->name, packet[2], length);
    }
}

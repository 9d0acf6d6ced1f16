"""Publish a MoldUDP64 stream on two groups and answer requests: wire code of its own, made with struct.

Arguments: messages, seed, own address, group A, group B, port, request port. Prints ``ready``; begins at a line on
stdin; prints the digest of what it sent; repeats the end of the session until stdin is closed.
"""

import hashlib
import random
import select
import socket
import struct
import sys
import time

SESSION = b"NETNS00001"
MESSAGES_A_PACKET = 9
PACKETS_A_BURST = 20


def make_messages(count: int, seed: int) -> list[bytes]:
    """Return messages of random lengths, empty ones among them."""
    chance = random.Random(seed)
    return [b"%d" % number + bytes(chance.randrange(90)) if number % 50 else b"" for number in range(count)]


def pack(number: int, messages: list[bytes]) -> bytes:
    """Return a downstream packet."""
    blocks = b"".join(struct.pack(">H", len(message)) + message for message in messages)
    return struct.pack(">10sQH", SESSION, number, len(messages)) + blocks


def answer(messages: list[bytes], request: bytes) -> bytes:
    """Return what was asked for, as far as one datagram of 1400 bytes goes."""
    session, number, count = struct.unpack(">10sQH", request)
    assert session == SESSION
    taken: list[bytes] = []
    size = 20
    for message in messages[number - 1 : number - 1 + count]:
        size += 2 + len(message)
        if size > 1400:
            break
        taken.append(message)
    return pack(number, taken)


def main() -> None:
    count, seed, own, group_a, group_b, port, request_port = sys.argv[1:]
    messages = make_messages(int(count), int(seed))
    lines = []
    for group in (group_a, group_b):
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(own))
        sock.connect((group, int(port)))
        lines.append(sock)
    requests = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    requests.bind((own, int(request_port)))
    print("ready", flush=True)
    sys.stdin.readline()
    done, number, next_s = False, 1, time.monotonic()
    digest = hashlib.sha256(b"".join(struct.pack(">QH", n, len(m)) + m for n, m in enumerate(messages, 1)))
    print(digest.hexdigest(), flush=True)
    while True:
        wait_s = max(0.0, next_s - time.monotonic())
        readable = select.select([requests, sys.stdin], [], [], wait_s)[0]
        if requests in readable:
            request, client = requests.recvfrom(2048)
            requests.sendto(answer(messages, request), client)
        if sys.stdin in readable and not sys.stdin.readline():
            return
        if time.monotonic() < next_s:
            continue
        next_s += 0.05 if done else 0.005
        for _ in range(PACKETS_A_BURST):
            taken = messages[number - 1 : number - 1 + MESSAGES_A_PACKET]
            done = not taken
            packet = struct.pack(">10sQH", SESSION, number, 0xFFFF) if done else pack(number, taken)
            for sock in lines:
                sock.send(packet)
            number += len(taken)
            if done:
                break


main()

"""Carry two multicast groups from one side to the other, badly.

Arguments: seed, near address, far address, port, then for each line: group, loss, duplication, reordering, skew in ms.
Prints ``ready``; ends when stdin is closed and prints how many datagrams of each line were lost.
"""

import heapq
import random
import select
import socket
import struct
import sys
import time


def main() -> None:
    seed, near, far, port = sys.argv[1:5]
    chance = random.Random(int(seed))
    lines = []
    for at in range(5, len(sys.argv), 5):
        group, *numbers = sys.argv[at : at + 5]
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        sock.bind((group, int(port)))
        membership = struct.pack("=4s4s", socket.inet_aton(group), socket.inet_aton(near))
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, membership)
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(far))
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_LOOP, 0)
        lines.append((sock, group, [float(number) for number in numbers]))
    sockets = [sock for sock, _, _ in lines]
    lost = [0] * len(lines)
    waiting: list[tuple[float, int, int, bytes]] = []
    counter = 0
    print("ready", flush=True)
    while True:
        now = time.monotonic()
        while waiting and waiting[0][0] <= now:
            _, _, line, datagram = heapq.heappop(waiting)
            sockets[line].sendto(datagram, (lines[line][1], int(port)))
        wait_s = max(0.0, waiting[0][0] - now) if waiting else 1.0
        readable = select.select([*sockets, sys.stdin], [], [], wait_s)[0]
        if sys.stdin in readable:
            print(*lost, flush=True)
            return
        for line, (sock, _, (loss, duplication, reordering, skew_ms)) in enumerate(lines):
            if sock not in readable:
                continue
            datagram = sock.recv(65535)
            if chance.random() < loss:
                lost[line] += 1
                continue
            at = time.monotonic() + skew_ms / 1000
            if chance.random() < reordering:
                at += chance.random() * 0.005
            for _ in range(2 if chance.random() < duplication else 1):
                counter += 1
                heapq.heappush(waiting, (at, counter, line, datagram))
                at += chance.random() * 0.002


main()

#!/usr/bin/env python3
"""A small Internet behind a TUN device: answers probes as routers and targets on the paths of a topology file would.

    fakenet.py TOPOLOGY.json

Prints "ready" once it answers; ends when told to by a signal. Needs the right to make a TUN device. Round-trip times
are exact to some tens of microseconds.
"""
import fcntl
import heapq
import ipaddress
import json
import os
import select
import struct
import subprocess
import sys
import time

TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 0x0001, 0x1000
ICMP, TCP, UDP, ICMP6 = 1, 6, 17, 58
DEVICE = "fakenet"


def checksum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


class Packet:
    """A packet that came out of the TUN device."""

    def __init__(self, data):
        self.v6 = data[0] >> 4 == 6
        self.data = data
        if self.v6:
            self.header, self.ttl, self.protocol = 40, data[7], data[6]
            self.source, self.target = data[8:24], data[24:40]
        else:
            self.header, self.ttl, self.protocol = (data[0] & 15) * 4, data[8], data[9]
            self.source, self.target = data[12:16], data[16:20]
        self.payload = data[self.header :]

    def as_dropped(self):
        """The packet as the router saw it that dropped it: with a TTL of one."""
        at = 7 if self.v6 else 8
        return self.data[:at] + b"\x01" + self.data[at + 1 :]

    def mirrored(self):
        """The same with its ends exchanged, which no checksum notices."""
        at, end = (8, 40) if self.v6 else (12, 20)
        return self.data[:at] + self.target + self.source + self.data[end:]


def ip_packet(source, target, protocol, payload, ttl):
    if len(source) == 16:
        return struct.pack("!IHBB", 6 << 28, len(payload), protocol, ttl) + source + target + payload
    head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(payload), 0, 0, ttl, protocol, 0) + source + target
    return head[:10] + struct.pack("!H", checksum(head)) + head[12:] + payload


def with_checksum(packet, source, at, protocol, body):
    """Transport checksum at offset `at`, over a pseudo header where the protocol has one."""
    pseudo = b""
    if packet.v6 or protocol == TCP:
        shape = "!II" if packet.v6 else "!HH"
        fields = (len(body), protocol) if packet.v6 else (protocol, len(body))
        pseudo = source + packet.source + struct.pack(shape, *fields)
    return body[:at] + struct.pack("!H", checksum(pseudo + body)) + body[at + 2 :]


def extensions(labels):
    entries = b"".join(
        struct.pack("!I", label << 12 | (index == len(labels) - 1) << 8 | 1) for index, label in enumerate(labels)
    )
    body = struct.pack("!BBH", 0x20, 0, 0) + struct.pack("!HBB", 4 + len(entries), 1, 1) + entries
    return body[:2] + struct.pack("!H", checksum(body)) + body[4:]


def icmp_error(packet, router, kind, code, reply_ttl, labels=()):
    quoted, length = packet.as_dropped()[: packet.header + 8], b"\0\0\0\0"
    if labels:
        quoted = packet.as_dropped()[:128].ljust(128, b"\0") + extensions(labels)
        length = struct.pack("!BBH", 16, 0, 0) if packet.v6 else struct.pack("!BBH", 0, 32, 0)
    protocol = ICMP6 if packet.v6 else ICMP
    body = with_checksum(packet, router, 2, protocol, struct.pack("!BBH", kind, code, 0) + length + quoted)
    return ip_packet(router, packet.source, protocol, body, reply_ttl)


def answer(packet, path, reply_ttl):
    """What the target itself sends back, or None."""
    if packet.protocol == UDP:
        kind, code = (1, 4) if packet.v6 else (3, 3)
        return icmp_error(packet, packet.target, kind, code, reply_ttl)
    if packet.protocol in (ICMP, ICMP6) and packet.payload[0] in (8, 128):
        kind = 129 if packet.v6 else 0
        body = with_checksum(packet, packet.target, 2, packet.protocol, struct.pack("!BBH", kind, 0, 0) + packet.payload[4:])
        return ip_packet(packet.target, packet.source, packet.protocol, body, reply_ttl)
    if packet.protocol == TCP:
        source, target, sequence = struct.unpack("!HHI", packet.payload[:8])
        if not packet.payload[13] & 2:
            return None
        flags = 0x12 if path.get("tcp") == "syn-ack" else 0x14
        acknowledged = (sequence + 1) & 0xFFFFFFFF
        body = struct.pack("!HHIIBBHHH", target, source, 1000, acknowledged, 0x50, flags, 1000, 0, 0)
        return ip_packet(packet.target, packet.source, TCP, with_checksum(packet, packet.target, 16, TCP, body), reply_ttl)
    return None


class Internet:
    def __init__(self, topology):
        self.paths = {ipaddress.ip_address(ip).packed: path for ip, path in topology["paths"].items()}
        self.answered = {}

    def reply(self, packet):
        """(packet, milliseconds) or None for silence."""
        path = self.paths.get(packet.target)
        if path is None or packet.ttl == 0:
            return None
        hops = path["hops"]
        if packet.ttl <= len(hops):
            return self.dropped(packet, hops[packet.ttl - 1])
        distance = len(hops) + 1
        if path.get("blackhole"):
            return None
        if path.get("mirror"):
            return packet.mirrored(), path["ms"] / 2
        if "refusal" in path:
            router = ipaddress.ip_address(path["refusal"]["ip"]).packed
            kind = 1 if packet.v6 else 3
            return icmp_error(packet, router, kind, path["refusal"]["code"], 65 - distance), path["ms"]
        back = answer(packet, path, 65 - distance)
        return back and (back, path["ms"])

    def dropped(self, packet, hop):
        if hop.get("silent") or self.is_spent(packet, hop):
            return None
        ports = packet.payload[:4] if packet.protocol in (UDP, TCP) else b"\0\0\0\0"
        router = hop["ips"][sum(struct.unpack("!HH", ports)) % len(hop["ips"])]
        kind = 3 if packet.v6 else 11
        reply_ttl = hop.get("replyTtl", 65 - packet.ttl)
        address = ipaddress.ip_address(router).packed
        return icmp_error(packet, address, kind, 0, reply_ttl, hop.get("mpls", ())), hop["ms"]

    def is_spent(self, packet, hop):
        """A router that answers only the first few probes from each flow's source port."""
        if "answers" not in hop:
            return False
        flow = (packet.target, packet.payload[:2])
        self.answered[flow] = self.answered.get(flow, 0) + 1
        return self.answered[flow] > hop["answers"]


def open_tun(topology):
    tun = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(tun, TUNSETIFF, struct.pack("16sH", DEVICE.encode(), IFF_TUN | IFF_NO_PI))
    commands = [
        ["addr", "add", topology["source4"] + "/32", "dev", DEVICE],
        ["addr", "add", topology["source6"] + "/128", "dev", DEVICE, "nodad"],
        ["link", "set", DEVICE, "up"],
    ] + [["route", "add", prefix, "dev", DEVICE] for prefix in topology["prefixes"]]
    for command in commands:
        subprocess.run(["ip", *command], check=True)
    return tun


def serve(tun, internet):
    due, count = [], 0
    while True:
        now = time.monotonic()
        while due and due[0][0] <= now:
            os.write(tun, heapq.heappop(due)[2])
        # Sleep to just before the next reply and spin for the rest, since timers are late.
        wait = None if not due else max(0, due[0][0] - now - 0.0005)
        ready, _, _ = select.select([tun], [], [], wait)
        if tun not in ready:
            continue
        came = time.monotonic()
        reply = internet.reply(Packet(os.read(tun, 4096)))
        if reply:
            count += 1
            heapq.heappush(due, (came + reply[1] / 1000, count, reply[0]))


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        topology = json.load(file)
    tun = open_tun(topology)
    # Replies on time even where other programs want the processor.
    os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(10))
    print("ready", flush=True)
    serve(tun, Internet(topology))


main()

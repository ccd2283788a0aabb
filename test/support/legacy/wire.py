"""What the small original-style client and server for the tests have in common: messages as the original sends them."""

import json
import struct
import time

BLOCK_BYTES = 65536
PACKET_BYTES = 1400


def opening(mode, sim_mtu=None):
    """The client's wish of a load test."""
    options = {"sim_tcp_nodelay": False, "sim_sndbuf": None, "sim_rcvbuf": None, "sim_mtu": sim_mtu}
    options.update({"sim_latency": None, "sim_jitter": None, "sim_loss": None})
    return json.dumps({"simulation_options": options, "mode": mode})


async def send_load(ws, seconds, end, block_bytes=BLOCK_BYTES):
    """Numbered messages until the time is over, gathered and copied as the original does; returns payload bytes and seconds."""
    block = bytes(block_bytes)
    gathered = bytearray()
    begun = time.monotonic()
    sent = number = 0
    while time.monotonic() - begun < seconds:
        gathered.extend(struct.pack("!Q", number) + block)
        number += 1
        if len(gathered) < block_bytes:
            continue
        await ws.send(bytes(gathered))
        sent += len(gathered)
        gathered.clear()
    elapsed = time.monotonic() - begun
    await ws.send(end)
    return sent, elapsed


class Received:
    """Counts load and checks that its numbers go up one by one from 0."""

    def __init__(self):
        self.bytes = self.messages = self.misnumbered = 0
        self.sizes = set()
        self.begun = None
        self.ended = None

    def add(self, message):
        now = time.monotonic()
        self.begun = self.begun or now
        self.ended = now
        if struct.unpack_from("!Q", message)[0] != self.messages:
            self.misnumbered += 1
        self.messages += 1
        self.bytes += len(message)
        self.sizes.add(len(message))

    def report(self):
        seconds = (self.ended - self.begun) if self.begun else 0
        return {
            "bytes": self.bytes,
            "seconds": seconds,
            "messages": self.messages,
            "misnumbered": self.misnumbered,
            "sizes": sorted(self.sizes),
        }

"""relay.py NAMESPACE_A DEVICE_A NAMESPACE_B DEVICE_B DELAY_MS LOSS_PERCENT

A wire between two network namespaces: makes a TUN device in each and carries every packet to the other one after the
delay (one way, alike in both), except those that it loses. The losses are the same in every run. Writes "ready" when
both devices exist; they vanish with this process.
"""
import collections
import ctypes
import fcntl
import os
import random
import select
import struct
import sys
import time

TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 0x0001, 0x1000
PACKETS_A_TURN = 64
QUEUE_PACKETS = 20_000

libc = ctypes.CDLL(None, use_errno=True)


def tun(namespace, device):
    with open(f"/run/netns/{namespace}") as handle:
        if libc.setns(handle.fileno(), 0) != 0:
            raise OSError(ctypes.get_errno(), f"cannot enter {namespace}")
    descriptor = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(descriptor, TUNSETIFF, struct.pack("16sH", device.encode(), IFF_TUN | IFF_NO_PI))
    return descriptor


class Lane:
    """One direction: packets leave in the order in which they came."""

    def __init__(self, source, target, delay, loss, seed):
        self.source, self.target, self.delay, self.loss = source, target, delay, loss
        self.random = random.Random(seed)
        self.waiting = collections.deque()

    def take(self):
        due = time.monotonic() + self.delay
        for _ in range(PACKETS_A_TURN):
            try:
                packet = os.read(self.source, 65535)
            except BlockingIOError:
                return
            if self.random.random() >= self.loss and len(self.waiting) < QUEUE_PACKETS:
                self.waiting.append((due, packet))

    def give(self):
        now = time.monotonic()
        while self.waiting and self.waiting[0][0] <= now:
            try:
                os.write(self.target, self.waiting.popleft()[1])
            except OSError:
                pass  # The device is down or full: a wire loses the packet.

    def wait(self):
        return max(0, self.waiting[0][0] - time.monotonic()) if self.waiting else 1


def main():
    namespace_a, device_a, namespace_b, device_b, delay_ms, loss_percent = sys.argv[1:]
    delay, loss = float(delay_ms) / 1000, float(loss_percent) / 100
    a, b = tun(namespace_a, device_a), tun(namespace_b, device_b)
    lanes = {a: Lane(a, b, delay, loss, 1), b: Lane(b, a, delay, loss, 2)}
    print("ready", flush=True)
    while True:
        readable, _, _ = select.select([a, b], [], [], min(lane.wait() for lane in lanes.values()))
        for descriptor in readable:
            lanes[descriptor].take()
        for lane in lanes.values():
            lane.give()


main()

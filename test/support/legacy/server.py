"""A small server that speaks as the original wperf does; prints what it saw of each client as a line of JSON."""

import argparse
import asyncio
import json
import struct
import time

import websockets

import wire


async def read_load(ws):
    received = wire.Received()
    ended = None
    async for message in ws:
        if isinstance(message, str):
            ended = message
            break
        received.add(message)
    return {"received": received.report(), "ended": ended}


async def send_load(ws, seconds):
    try:
        sent, elapsed = await wire.send_load(ws, seconds, "EOT_S")
        return {"sent": {"bytes": sent, "seconds": elapsed}}
    except websockets.ConnectionClosed:
        return {"sent": None}


async def answer_pings(ws):
    answered = 0
    try:
        async for message in ws:
            ping = json.loads(message)
            await ws.send(json.dumps({"type": "pong", "seq": ping["seq"]}))
            answered += 1
    except websockets.ConnectionClosed:
        pass
    return {"answered": answered}


HOPS = [
    {"ttl": 1, "ip": "192.168.1.1", "name": "gateway.lan", "rtt": 0.412, "country": "", "asn": ""},
    {"ttl": 2, "ip": "*", "name": "*", "rtt": -1, "country": "", "asn": ""},
    {"ttl": 3, "ip": "8.8.8.8", "name": "dns.google", "rtt": 9.871, "country": "US", "asn": "AS15169 Google LLC"},
]


async def tell_route(ws, args):
    if args.trace_error is not None:
        await ws.send(json.dumps({"type": "error", "message": args.trace_error}))
    else:
        for hop in [*HOPS, {**HOPS[0], "ttl": 4, "ip": ws.remote_address[0], "name": ws.remote_address[0]}]:
            await ws.send(json.dumps({"type": "hop", "data": hop}))
            await asyncio.sleep(0.05)
    await ws.send(json.dumps({"type": "end"}))
    return {}


async def count_packets(ws, args):
    """Jitter and loss as the original computes them; a lossy server pretends that every tenth never came."""
    jitter = received = highest = 0
    last = None
    sizes = set()
    async for message in ws:
        if isinstance(message, str):
            break
        number, stamp = struct.unpack_from("!QQ", message)
        if args.lossy and number % 10 == 5:
            continue
        transit = (time.time_ns() - stamp) / 1e6
        if last is not None:
            jitter += (abs(transit - last) - jitter) / 16
        last = transit
        received += 1
        highest = max(highest, number)
        sizes.add(len(message))
    lost = highest + 1 - received
    percent = 100 * lost / (highest + 1)
    report = {"jitter_ms": jitter, "lost_packets": lost, "total_packets": highest + 1, "loss_percent": percent}
    await ws.send(json.dumps(report))
    return {"report": report, "sizes": sorted(sizes), "transit_ms": last, "ended": message}


async def serve(ws, args):
    if args.token is not None and await ws.recv() != args.token:
        await ws.close(1008, "Invalid token")
        return {"refused": True}
    first = await ws.recv()
    if first == "UDP":
        return {"first": first, **await count_packets(ws, args)}
    wish = json.loads(first) if first.startswith("{") else {}
    if wish.get("command") == "ping":
        return {"first": first, **await answer_pings(ws)}
    if wish.get("command") == "reverse_traceroute":
        return {"first": first, **await tell_route(ws, args)}
    mode = wish.get("mode")
    if mode == "reverse":
        return {"first": first, **await send_load(ws, args.seconds)}
    if mode == "bidir":
        seen, sent = await asyncio.gather(read_load(ws), send_load(ws, args.seconds))
        return {"first": first, **seen, **sent}
    return {"first": first, **await read_load(ws)}


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("port", type=int)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--token")
    parser.add_argument("--trace-error")
    parser.add_argument("--lossy", action="store_true")
    args = parser.parse_args()

    async def handle(ws, _path=None):
        try:
            print(json.dumps(await serve(ws, args)), flush=True)
        except websockets.ConnectionClosed as closed:
            print(json.dumps({"closed": closed.code}), flush=True)

    async with websockets.serve(handle, "127.0.0.1", args.port):
        print("listening", flush=True)
        await asyncio.Future()


asyncio.run(main())

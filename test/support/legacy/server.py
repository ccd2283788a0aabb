"""A small server that speaks as the original wperf does; prints what it saw of each client as a line of JSON."""

import argparse
import asyncio
import json

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


async def serve(ws, args):
    if args.token is not None and await ws.recv() != args.token:
        await ws.close(1008, "Invalid token")
        return {"refused": True}
    first = await ws.recv()
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

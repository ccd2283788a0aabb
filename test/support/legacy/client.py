"""A small client that speaks as the original wperf does; prints what it saw as one line of JSON."""

import argparse
import asyncio
import json
import struct
import time

import websockets

import wire


async def upload(ws, args):
    await ws.send(wire.opening("upload", args.sim_mtu))
    sent, seconds = await wire.send_load(ws, args.seconds, "EOT_C", args.sim_mtu or wire.BLOCK_BYTES)
    return {"sent": {"bytes": sent, "seconds": seconds}}


async def read_load(ws, seconds):
    """Until the time is over or the server ends."""
    received = wire.Received()

    async def read():
        while True:
            message = await ws.recv()
            if isinstance(message, str):
                return message
            received.add(message)

    try:
        ended = await asyncio.wait_for(read(), seconds)
    except asyncio.TimeoutError:
        ended = None
    return {"received": received.report(), "ended": ended}


async def reverse(ws, args):
    await ws.send(wire.opening("reverse", args.sim_mtu))
    return await read_load(ws, args.seconds)


async def bidir(ws, args):
    await ws.send(wire.opening("bidir"))
    (sent, seconds), received = await asyncio.gather(
        wire.send_load(ws, args.seconds, "EOT_C"), read_load(ws, args.seconds)
    )
    return {"sent": {"bytes": sent, "seconds": seconds}, **received}


async def udp(ws, args):
    await ws.send("UDP")
    filling = bytes(wire.PACKET_BYTES - 16)
    for number in range(args.packets):
        if number % 10 != 9 or not args.lossy:
            await ws.send(struct.pack("!QQ", number, time.time_ns()) + filling)
        await asyncio.sleep(0.002)
    await ws.send("EOT_C")
    return {"report": json.loads(await ws.recv())}


async def ping(ws, args):
    await ws.send(json.dumps({"command": "ping"}))
    pongs = []
    for number in range(args.packets):
        await ws.send(json.dumps({"type": "ping", "seq": number}))
        pongs.append(json.loads(await ws.recv()))
    return {"pongs": pongs}


async def traceroute(ws, _args):
    await ws.send(json.dumps({"command": "reverse_traceroute"}))
    messages = []
    async for message in ws:
        messages.append(json.loads(message))
        if messages[-1]["type"] == "end":
            break
    return {"messages": messages}


MODES = {each.__name__: each for each in (upload, reverse, bidir, udp, ping, traceroute)}


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("mode", choices=MODES)
    parser.add_argument("port", type=int)
    parser.add_argument("--seconds", type=float, default=1)
    parser.add_argument("--packets", type=int, default=10)
    parser.add_argument("--lossy", action="store_true")
    parser.add_argument("--sim-mtu", type=int)
    parser.add_argument("--token")
    args = parser.parse_args()
    try:
        # Its library waits this long, some times over, for a server that still sends when it closes.
        async with websockets.connect(f"ws://127.0.0.1:{args.port}/", close_timeout=0.2) as ws:
            if args.token is not None:
                await ws.send(args.token)
            print(json.dumps(await MODES[args.mode](ws, args)), flush=True)
    except websockets.ConnectionClosed as closed:
        print(json.dumps({"closed": {"code": closed.code, "reason": closed.reason}}))


asyncio.run(main())

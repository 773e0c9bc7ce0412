"""A client of Python's `websockets`, with no code for receipts. Says what it has received."""
import asyncio
import sys

import websockets


async def main(url: str, count: int) -> None:
    async with websockets.connect(url) as socket:
        for _ in range(count):
            await socket.recv()
        print("received", flush=True)
        await socket.wait_closed()


asyncio.run(main(sys.argv[1], int(sys.argv[2])))

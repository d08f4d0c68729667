#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""capacity_page.py FILE: a vLLM-style page on 127.0.0.1:9100 whose worker count is the number in FILE.

The reaction benchmark's input: capacity is what it changes, so here the figure is set and not measured."""
import asyncio
import pathlib
import sys

PAGE = '''# TYPE suanlu_pool_workers gauge
suanlu_pool_workers {workers}
# TYPE vllm:num_requests_running gauge
vllm:num_requests_running{{model_name="bench"}} 0
# TYPE vllm:num_requests_waiting gauge
vllm:num_requests_waiting{{model_name="bench"}} 0
'''


async def serve(reader, writer, source):
    """One keep-alive connection."""
    while await reader.readuntil(b'\r\n\r\n'):
        body = PAGE.format(workers=source.read_text().strip())
        writer.write(f'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: {len(body)}\r\n\r\n{body}'.encode())
        await writer.drain()


async def main():
    source = pathlib.Path(sys.argv[1])

    async def connection(reader, writer):
        try:
            await serve(reader, writer, source)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()
    server = await asyncio.start_server(connection, '127.0.0.1', 9100)
    await server.serve_forever()

asyncio.run(main())

# SPDX-License-Identifier: Apache-2.0
"""A small HTTP/1.1 server: one handler, bounded heads and bodies, keep-alive."""
import asyncio

HEAD_LIMIT = 16 * 1024
BODY_LIMIT = 4 * 1024 * 1024
IDLE_S = 30
REASONS = {200: 'OK', 400: 'Bad Request', 404: 'Not Found', 405: 'Method Not Allowed', 413: 'Payload Too Large',
           503: 'Service Unavailable'}


async def _read_request(reader):
    """(method, path, headers, body), None at the end, or an int: the status of a refusal."""
    try:
        head = await asyncio.wait_for(reader.readuntil(b'\r\n\r\n'), IDLE_S)
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, asyncio.TimeoutError, ConnectionError):
        return None
    lines = head.decode('latin-1').split('\r\n')
    words = lines[0].split(' ')
    headers = {k.strip().lower(): v.strip() for k, _, v in (line.partition(':') for line in lines[1:] if line)}
    length = headers.get('content-length', '0')
    if len(words) != 3 or not length.isdigit():
        return 400
    if int(length) > BODY_LIMIT:
        return 413
    try:
        body = await asyncio.wait_for(reader.readexactly(int(length)), IDLE_S)
    except (asyncio.IncompleteReadError, asyncio.TimeoutError, ConnectionError):
        return None
    return words[0], words[1], headers, body


def _respond(writer, status, kind, body, close):
    writer.write(f'HTTP/1.1 {status} {REASONS[status]}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n'
                 f'Connection: {"close" if close else "keep-alive"}\r\n\r\n'.encode() + body)


def connection(handler):
    """A client callback for asyncio.start_server; `handler(method, path, body)` returns (status, kind, bytes)."""
    async def serve(reader, writer):
        try:
            while True:
                request = await _read_request(reader)
                if request is None:
                    break
                if isinstance(request, int):
                    _respond(writer, request, 'text/plain', b'', True)
                    break
                method, path, headers, body = request
                close = headers.get('connection', '').lower() == 'close'
                status, kind, reply = await handler(method, path, body)
                _respond(writer, status, kind, reply, close)
                await writer.drain()
                if close:
                    break
        except ConnectionError:
            pass
        finally:
            writer.close()
    return serve

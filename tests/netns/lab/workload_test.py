#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""lab/workload: the pool's queue and its metric page, and the generators against a real server on a private loopback."""
import asyncio
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request

TOP = os.path.abspath(os.path.join(os.path.dirname(os.path.realpath(__file__)), '..', '..', '..'))
WORKLOAD = os.path.join(TOP, 'lab', 'workload')
sys.path[:0] = [WORKLOAD, os.path.join(TOP, 'lab', 'netns')]
sys.dont_write_bytecode = True

from runner import kernel  # noqa: E402
from site_services import metrics_page  # noqa: E402
from site_services.pool import BATCH, STEERED, Pool, ServiceTime  # noqa: E402

FAILED = []


def case(name, ok, what=''):
    """One line per case."""
    print(f'ok {name}' if ok else f'not ok {name}: {" ".join(str(what).split())}', flush=True)
    if not ok:
        FAILED.append(name)


async def pool_rules():
    """Workers are bounded, the queue is FIFO and bounded, batch jobs hold workers until stopped."""
    pool = Pool(2, 3, ServiceTime(0.02, 0, 1))
    order = []
    futures = [pool.submit(STEERED) for _ in range(5)]
    for number, future in enumerate(futures):
        future.add_done_callback(lambda _, number=number: order.append(number))
    model = pool.models[STEERED]
    case('workers_are_bounded', (model.running, model.waiting) == (2, 3), (model.running, model.waiting))
    case('full_queue_refuses', pool.submit(STEERED) is None and model.refused == 1, model.refused)
    await asyncio.gather(*futures)
    case('queue_is_fifo', order == sorted(order), order)
    case('all_counted', (model.success, model.running, model.waiting) == (5, 0, 0), vars(model))
    case('histograms_agree', sum(model.queue_time.counts) == sum(model.e2e_latency.counts) == 5
         and model.e2e_latency.sum >= model.inference_time.sum, vars(model.queue_time))
    pool.set_batch(2)
    future = pool.submit(STEERED)
    await asyncio.sleep(0.06)
    case('batch_holds_workers', pool.models[BATCH].running == 2 and not future.done(), vars(pool.models[BATCH]))
    page = metrics_page.render(pool)
    case('page_shows_the_queue', all(line in page for line in (
        'vllm:num_requests_running{model_name="batch"} 2', 'vllm:num_requests_waiting{model_name="analysis"} 1',
        'suanlu_pool_workers 2', 'vllm:request_success_total{model_name="analysis"} 5')), page)
    pool.set_batch(0)
    await future
    case('batch_gives_workers_back', pool.free == 2 and pool.models[BATCH].success == 2, pool.free)


def start(*words):
    """A program of the workload."""
    return subprocess.Popen([os.path.join(WORKLOAD, words[0]), *words[1:]], stdout=subprocess.PIPE, text=True)


def summary(process):
    """SIGTERM, then its last line."""
    process.send_signal(signal.SIGTERM)
    lines = process.communicate(timeout=15)[0].splitlines()
    return json.loads(lines[-1])


def page():
    """The server's metric page."""
    return urllib.request.urlopen('http://[::1]:9100/metrics', timeout=3).read().decode()


def batch(jobs):
    """Status of a batch order."""
    try:
        return urllib.request.urlopen('http://[::1]:8080/batch', json.dumps({'jobs': jobs}).encode(), timeout=3).status
    except urllib.error.HTTPError as problem:
        return problem.code


def programs():
    """Generators and server, end to end."""
    server = start('analysis_server', '--site', 'here', '--host', '::1', '--workers', '2', '--service-ms', '5')
    server.stdout.readline()
    streams = {name: start(name, '--address', '::1', '--begin-on', 'here') for name in ('tcp_stream', 'udp_stream')}
    camera = start('camera', '--address', '::1', '--rate', '40', '--duration', '1.5', '--quiet')
    end = json.loads(camera.communicate(timeout=15)[0].splitlines()[-1])
    case('camera_is_served', end['requests'] > 20 and end['sites'] == {'here': end['requests']} and not end['errors'], end)
    case('page_counts_the_requests', f'success_total{{model_name="analysis"}} {end["requests"]}' in page(), page()[:400])
    again = json.loads(start('camera', '--address', '::1', '--rate', '40', '--duration', '1.5', '--quiet')
                       .communicate(timeout=15)[0].splitlines()[-1])
    case('a_seed_is_a_load', again['requests'] == end['requests'], (again['requests'], end['requests']))
    case('batch_is_bounded', (batch(3), batch(1), batch(0)) == (400, 200, 200))
    tcp, udp = summary(streams['tcp_stream']), summary(streams['udp_stream'])
    case('tcp_stream_is_whole', tcp['sent'] > 20 and tcp['acked'] == tcp['sent'] and tcp['out_of_order'] == 0
         and tcp['resets'] == 0 and tcp['bytes_acked'] == tcp['bytes_sent'], tcp)
    case('udp_stream_loses_nothing', udp['sent'] > 20 and udp['lost'] == 0 and udp['site'] == 'here', udp)
    case('server_ends_on_sigterm', summary(server)['event'] == 'summary' and server.returncode == 0, server.returncode)


def broken_server():
    """A generator must notice: no server at all, and one that dies."""
    gone = json.loads(start('camera', '--address', '::1', '--rate', '40', '--duration', '0.3', '--quiet')
                      .communicate(timeout=15)[0].splitlines()[-1])
    case('camera_counts_errors', gone['requests'] == sum(gone['errors'].values()) > 0, gone)
    server = start('analysis_server', '--site', 'here', '--host', '::1')
    server.stdout.readline()
    stream, video = start('tcp_stream', '--address', '::1'), start('udp_stream', '--address', '::1')
    time.sleep(0.5)
    server.kill()
    server.communicate()
    tcp = json.loads(stream.communicate(timeout=15)[0].splitlines()[-1])
    case('tcp_stream_counts_a_reset', tcp['resets'] == 1, tcp)
    time.sleep(0.3)
    case('udp_stream_counts_losses', summary(video)['lost'] > 0)


def main():
    """Exit code 0 when every case passed, 77 without root."""
    if os.geteuid() != 0:
        print('a private loopback needs root')
        return 77
    kernel.unshare(kernel.CLONE_NEWNET)
    subprocess.run(['ip', 'link', 'set', 'lo', 'up'], check=True)
    asyncio.run(pool_rules())
    programs()
    broken_server()
    return 1 if FAILED else 0


if __name__ == '__main__':
    sys.exit(main())

# SPDX-License-Identifier: Apache-2.0
"""A bounded pool of workers with one FIFO queue, and the counts that the metric page is computed from.

The accelerator is emulated: a worker is held for the drawn service time and computes nothing. Queueing, waiting and
refusing are real. A batch job enters the same queue and holds its worker until it is stopped.
"""
import asyncio
import math
import random
from collections import deque

BUCKETS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
STEERED, BATCH = 'analysis', 'batch'


class Histogram:
    """A Prometheus histogram of seconds."""

    def __init__(self):
        self.counts = [0] * (len(BUCKETS_S) + 1)
        self.sum = 0.0

    def observe(self, seconds):
        """Counts one value."""
        place = next((i for i, bound in enumerate(BUCKETS_S) if seconds <= bound), len(BUCKETS_S))
        self.counts[place] += 1
        self.sum += seconds


class Model:
    """What the pool knows about one model name."""

    def __init__(self):
        self.running = 0
        self.waiting = 0
        self.success = 0
        self.refused = 0
        self.queue_time = Histogram()
        self.inference_time = Histogram()
        self.e2e_latency = Histogram()


class ServiceTime:
    """Draws service times: fixed, or lognormal with the given coefficient of variation."""

    def __init__(self, mean_s, cv, seed):
        self.mean_s = mean_s
        self.sigma = math.sqrt(math.log(1 + cv * cv))
        self.random = random.Random(seed)

    def draw(self):
        """Seconds for one job."""
        if self.sigma == 0:
            return self.mean_s
        return self.random.lognormvariate(math.log(self.mean_s) - self.sigma ** 2 / 2, self.sigma)


class Job:
    """One job. `hold_s` None = until `stop`."""

    def __init__(self, model, hold_s, arrived, done):
        self.model = model
        self.hold_s = hold_s
        self.arrived = arrived
        self.done = done
        self.started = None


class Pool:
    """N workers; used from one event loop only."""

    def __init__(self, workers, queue_limit, service_time):
        self.workers = workers
        self.queue_limit = queue_limit
        self.service_time = service_time
        self.free = workers
        self.queue = deque()
        self.models = {STEERED: Model(), BATCH: Model()}
        self.batch = []

    def submit(self, model):
        """A future with (seconds waited, seconds served), or None when the queue is full."""
        if len(self.queue) >= self.queue_limit:
            self.models[model].refused += 1
            return None
        return self._enter(model, self.service_time.draw()).done

    def set_batch(self, jobs):
        """Makes `jobs` the number of batch jobs in the system: each waits in the queue, then holds a worker."""
        while len(self.batch) < jobs:
            self.batch.append(self._enter(BATCH, None))
        while len(self.batch) > jobs:
            self._stop(self.batch.pop())

    def _enter(self, model, hold_s):
        loop = asyncio.get_running_loop()
        job = Job(model, hold_s, loop.time(), loop.create_future())
        self.models[model].waiting += 1
        self.queue.append(job)
        self._start_waiting()
        return job

    def _start_waiting(self):
        loop = asyncio.get_running_loop()
        while self.free and self.queue:
            job = self.queue.popleft()
            job.started = loop.time()
            self.free -= 1
            model = self.models[job.model]
            model.waiting -= 1
            model.running += 1
            model.queue_time.observe(job.started - job.arrived)
            if job.hold_s is not None:
                loop.call_later(job.hold_s, self._finish, job)

    def _finish(self, job):
        now = asyncio.get_running_loop().time()
        model = self.models[job.model]
        self.free += 1
        model.running -= 1
        model.success += 1
        model.inference_time.observe(now - job.started)
        model.e2e_latency.observe(now - job.arrived)
        if not job.done.done():
            job.done.set_result((job.started - job.arrived, now - job.started))
        self._start_waiting()

    def _stop(self, job):
        if job.started is None:
            self.queue.remove(job)
            self.models[job.model].waiting -= 1
        else:
            self._finish(job)

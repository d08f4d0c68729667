# SPDX-License-Identifier: Apache-2.0
"""The Prometheus page of a site, with the names an inference server (vLLM) uses, computed from the live pool."""
from .pool import BUCKETS_S


def _gauge(lines, name, help_text, rows, kind='gauge'):
    lines.append(f'# HELP {name} {help_text}')
    lines.append(f'# TYPE {name} {kind}')
    lines.extend(f'{name}{labels} {value}' for labels, value in rows)


def _histogram(lines, name, help_text, rows):
    lines.append(f'# HELP {name} {help_text}')
    lines.append(f'# TYPE {name} histogram')
    for model, histogram in rows:
        total = 0
        for bound, count in zip(BUCKETS_S + ('+Inf',), histogram.counts):
            total += count
            lines.append(f'{name}_bucket{{le="{bound}",model_name="{model}"}} {total}')
        lines.append(f'{name}_count{{model_name="{model}"}} {total}')
        lines.append(f'{name}_sum{{model_name="{model}"}} {histogram.sum:.6f}')


def render(pool):
    """The text of the page."""
    lines = []
    models = list(pool.models.items())

    def per_model(pick):
        return [(f'{{model_name="{name}"}}', pick(model)) for name, model in models]

    _gauge(lines, 'vllm:num_requests_running', 'Requests that hold a worker.', per_model(lambda m: m.running))
    _gauge(lines, 'vllm:num_requests_waiting', 'Requests in the queue.', per_model(lambda m: m.waiting))
    _gauge(lines, 'vllm:request_success_total', 'Requests finished.', per_model(lambda m: m.success), 'counter')
    _gauge(lines, 'suanlu_pool_refused_total', 'Requests refused because the queue was full.',
           per_model(lambda m: m.refused), 'counter')
    _histogram(lines, 'vllm:request_queue_time_seconds', 'Time in the queue.',
               [(name, m.queue_time) for name, m in models])
    _histogram(lines, 'vllm:request_inference_time_seconds', 'Time on a worker.',
               [(name, m.inference_time) for name, m in models])
    _histogram(lines, 'vllm:e2e_request_latency_seconds', 'Time from arrival to the end.',
               [(name, m.e2e_latency) for name, m in models])
    _gauge(lines, 'vllm:cache_config_info', 'Configuration of the emulated engine.',
           [(f'{{max_num_seqs="{pool.workers}",model_name="analysis"}}', 1)])
    _gauge(lines, 'suanlu_pool_workers', 'Workers of the pool.', [('', pool.workers)])
    return '\n'.join(lines) + '\n'

"""The peer Celery: one task a delivery, over Redis, acknowledged late, with a durable result row for each."""

import json
import os
import sys
import time
from typing import Any

import urllib3
from celery import Celery
from celery.signals import worker_process_init

from tests.bench.peers.results import SyncResults, open_sync_results

ORDERS: dict[str, Any] = json.loads(os.environ["BENCH"])

app = Celery("bench", broker=ORDERS["redis"])
app.conf.update(task_ignore_result=True, task_acks_late=True, worker_prefetch_multiplier=16)

pool = urllib3.PoolManager(maxsize=4)
results: list[SyncResults] = []


@worker_process_init.connect
def start(**_given: Any) -> None:
    """Open the results in each forked worker."""
    results.append(open_sync_results(ORDERS["database"]))


@app.task(name="deliver")
def deliver(item: int, channel: str) -> None:
    """Post one delivery and keep its result."""
    body = json.dumps({"title": f"稿件 {item}", "mark": str(item)}).encode()
    answer = pool.request("POST", f"{ORDERS['platform']}/{channel}", body=body)
    results[0].add(item, channel, answer.json()["id"], time.time())


def kick(items: int, pace: float) -> None:
    """Hand in items, each as four tasks; print when each was handed in."""
    kicked = {}
    begun = time.time()
    for item in range(items):
        if pace:
            time.sleep(max(0.0, begun + item / pace - time.time()))
        kicked[item] = time.time()
        for channel in ORDERS["channels"]:
            deliver.delay(item, channel)
    print(json.dumps({"begun": begun, "kicked": kicked}))


if __name__ == "__main__":
    kick(int(sys.argv[1]), float(sys.argv[2]))

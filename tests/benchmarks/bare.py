"""The least that a Celery worker can do: hear of a hint and say so in Redis."""

import os

import redis
from celery import Celery

app = Celery("bare", broker=os.environ["BENCHMARK_BROKER"])
app.conf.task_ignore_result = True
heard = redis.Redis.from_url(os.environ["BENCHMARK_BROKER"])


@app.task(name="bare.hear")
def hear(word: str) -> None:
    heard.rpush(word, 1)

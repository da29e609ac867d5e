"""The project: every process, the web one included, knows the Celery application."""

from portal.celery import app as celery_app

__all__ = ["celery_app"]

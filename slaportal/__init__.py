"""The project: settings, addresses, jobs and embedded servers. It imports every app."""

from slaportal.celery import app as celery_app

__all__ = ["celery_app"]

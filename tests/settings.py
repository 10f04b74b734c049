"""The settings of a test run: the project's own, over servers and a folder of its own."""

import os

from tests.servers import home_of_this_process

# A test run never touches the data or the servers of the portal on the same machine.
for name in ("DATABASE_URL", "REDIS_URL", "EMAIL_URL", "SECRET_KEY", "DEBUG", "HTTPS"):
    os.environ.pop(name, None)
os.environ["SLAPORTAL_HOME"] = str(home_of_this_process())

from slaportal.settings import *  # noqa: E402, F403

# What one test counts is nothing to the next.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

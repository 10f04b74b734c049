"""The cache of throttles: in Redis, so that all processes count together and restarts keep it."""

import logging
from collections.abc import Callable
from typing import Any

from django.core.cache.backends.base import BaseCache
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)


def _robust(name: str) -> Callable[..., Any]:
    """Return the cache's method of that name, done in this process's memory without Redis."""

    def method(self: "RobustCache", *args: Any, **kwargs: Any) -> Any:
        try:
            return getattr(self.shared, name)(*args, **kwargs)
        except RedisError as error:
            logger.warning("The cache is kept in memory while Redis is away: %s", error)
            return getattr(self.own, name)(*args, **kwargs)

    return method


class RobustCache(BaseCache):
    """A Redis cache; while Redis is away each process remembers for itself and pages answer on."""

    def __init__(self, location: str, params: dict[str, Any]) -> None:
        super().__init__(params)
        self.shared = RedisCache(location, params)
        self.own = LocMemCache("slaportal", {**params, "OPTIONS": {}})

    add = _robust("add")
    get = _robust("get")
    set = _robust("set")
    touch = _robust("touch")
    delete = _robust("delete")
    incr = _robust("incr")
    has_key = _robust("has_key")
    get_many = _robust("get_many")
    set_many = _robust("set_many")
    delete_many = _robust("delete_many")

    def clear(self) -> None:
        """Forget everything that this process remembers; Redis also carries tasks and is kept."""
        self.own.clear()

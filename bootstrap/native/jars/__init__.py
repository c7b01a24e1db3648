"""The Java parts: locked coordinates in, verified files in the cache out."""

from bootstrap.native.jars.fetch import JarError, fetch, unpack
from bootstrap.native.jars.lockfile import Jar, read_lock

__all__ = ["Jar", "JarError", "fetch", "read_lock", "unpack"]

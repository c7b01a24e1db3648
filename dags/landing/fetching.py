"""What was met, brought to where it can be read, while what came before it is still being read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from .incoming import Incoming
from .refused import RefusedFileError, too_large

#: So many at a time: the wait for an object's first byte is often longer than its reading.
FETCHES = 8


@contextmanager
def fetched_ahead(
    batch: Sequence[Incoming], folder: Path, max_bytes: int
) -> Iterator[Callable[[Incoming], Path]]:
    """Gives a function that says where one of a batch can be read, or raises why it cannot.

    Args:
        folder: with room for all of them.
        max_bytes: of each; what is larger is refused and not fetched.
    """

    def fetch(found: Incoming) -> Path:
        if found.unnameable:
            raise RefusedFileError(found.unnameable)
        if found.size > max_bytes:
            raise too_large(max_bytes)
        return found.fetch(folder)

    with ThreadPoolExecutor(FETCHES) as pool:
        fetches = {found.name: pool.submit(fetch, found) for found in batch}
        try:
            yield lambda found: fetches[found.name].result()
        finally:
            pool.shutdown(cancel_futures=True)

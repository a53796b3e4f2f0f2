"""The workers of a Dask cluster, for a command that was given its address."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

import click

from gradcheck.errors import RunError

if TYPE_CHECKING:
    from distributed import Client


@contextmanager
def client_of(address: str | None) -> "Iterator[Client | None]":
    """Connect to a scheduler; without an address there is none.

    Raises
    ------
    click.BadParameter
        If distributed is not installed, or nobody answers at the address.
    """
    from gradcheck.batch.cluster import connected

    with ExitStack() as stack:
        try:
            client = None if address is None else stack.enter_context(connected(address))
        except RunError as error:
            raise click.BadParameter(str(error), param_hint="--dask") from None
        yield client

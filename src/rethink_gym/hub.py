"""Asks for the Hugging Face hub only where there is a network to reach it by."""

import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

__all__ = ["hub_if_known"]


@contextmanager
def hub_if_known() -> Iterator[None]:
    """Look into local caches only while the context lasts, if the hub has no address here.

    The hub's library tries each file six times before it gives up: half a minute for a
    data set, more than one for a model, on a machine without a network. What it fails
    with in the end is the same.
    """
    if _is_hub_known():
        yield
        return
    # The library reads its setting once, from the environment, and offers no other way
    # to change it (huggingface_hub 2.4, datasets 5.2).
    import huggingface_hub

    settings = [vars(huggingface_hub.constants)]
    if "datasets.config" in sys.modules:
        settings.append(vars(sys.modules["datasets.config"]))
    before = [each["HF_HUB_OFFLINE"] for each in settings]
    try:
        for each in settings:
            each["HF_HUB_OFFLINE"] = True
        yield
    finally:
        for each, value in zip(settings, before, strict=True):
            each["HF_HUB_OFFLINE"] = value


def _is_hub_known() -> bool:
    """Whether the hub's name has an address; where there is a proxy, that one may know it."""
    import urllib.request

    import huggingface_hub

    host = urlsplit(huggingface_hub.constants.ENDPOINT).hostname
    if urllib.request.getproxies() or host is None:
        return True
    try:
        socket.getaddrinfo(host, None)
    except OSError:
        return False
    return True

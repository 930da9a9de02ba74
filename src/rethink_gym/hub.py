"""Access to the Hugging Face hub, without long retries on a machine without a network."""

import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

__all__ = ["hub_if_known"]


@contextmanager
def hub_if_known() -> Iterator[None]:
    """Within this context, use local caches only if the name of the hub cannot be resolved.

    Without a network, the library of the hub tries each file six times before it fails.
    That takes half a minute for a data set, and more than one minute for a model. With
    this context it fails at once, with the same error.
    """
    if _can_resolve_hub():
        yield
        return
    # The libraries read this setting from the environment once, at import, and have no
    # function to change it later (huggingface_hub 2.4, datasets 5.2).
    import huggingface_hub

    modules = [vars(huggingface_hub.constants)]
    if "datasets.config" in sys.modules:
        modules.append(vars(sys.modules["datasets.config"]))
    before = [module["HF_HUB_OFFLINE"] for module in modules]
    try:
        for module in modules:
            module["HF_HUB_OFFLINE"] = True
        yield
    finally:
        for module, value in zip(modules, before, strict=True):
            module["HF_HUB_OFFLINE"] = value


def _can_resolve_hub() -> bool:
    """Return whether the host name of the hub has an address; a proxy may resolve it, too."""
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

"""The promises of the context that avoids retries without a network."""

import socket

import datasets.config
import huggingface_hub
import pytest

from rethink_gym.hub import hub_if_known


def settings() -> tuple[bool, bool]:
    return huggingface_hub.constants.HF_HUB_OFFLINE, datasets.config.HF_HUB_OFFLINE


@pytest.fixture(autouse=True)
def online(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(datasets.config, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr("urllib.request.getproxies", dict)


def unknown(*arguments: object) -> None:
    raise socket.gaierror("Name or service not known")


def test_without_an_address_of_the_hub_only_caches_are_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with hub_if_known():
        assert settings() == (True, True)
    assert settings() == (False, False)


def test_the_settings_come_back_after_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(ConnectionError), hub_if_known():
        raise ConnectionError
    assert settings() == (False, False)


def test_a_hub_with_an_address_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *arguments: [])
    with hub_if_known():
        assert settings() == (False, False)


def test_with_a_proxy_the_hub_needs_no_address_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    monkeypatch.setattr("urllib.request.getproxies", lambda: {"https": "proxy:3128"})
    with hub_if_known():
        assert settings() == (False, False)

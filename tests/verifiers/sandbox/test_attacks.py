"""Hostile programs are contained at every level, and harmless programs work.

All of them run inside an outer sandbox with canaries: see `harness.py`.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from tests.verifiers.sandbox.attack import Attack, load_cases, load_own
from tests.verifiers.sandbox.harness import run_attacks

OWN = load_own()
LIMIT_S = 0.3
"""Time budget of programs that may fail; those that must pass keep their own."""

MACHINE = ("call", "escape", "file", "secret", "survivor")
"""Categories of attacks that run as root too."""


class Surroundings(NamedTuple):
    """The isolation level, the user and the namespaces of a run."""

    isolation: str = "default"
    as_root: bool = False
    has_namespaces: bool = True


AS_USER = [
    pytest.param(Surroundings(), id="default"),
    pytest.param(Surroundings(has_namespaces=False), id="default without namespaces"),
    pytest.param(Surroundings("strict"), id="strict"),
]
AS_ROOT = [
    pytest.param(Surroundings(as_root=True), id="default"),
    pytest.param(Surroundings(as_root=True, has_namespaces=False), id="default without namespaces"),
    pytest.param(Surroundings("strict", as_root=True), id="strict"),
]

UNCONFINED = {
    "not_passed": ("sys_exit_0", "print_verdicts", "generator_lazy_answer"),
    "no_survivor": ("fork_exec_outlives",),
    "no_outside": ("write_outside_open", "sitecustomize_plant"),
    "no_net": ("udp_send", "urllib_get", "listen_port"),
    "no_secret": ("own_env", "parent_env", "read_etc_passwd"),
    "parent": ("pidfd_kill_parent",),
    "mem": ("raise_rlimits",),
    "disk": ("disk_fill_cwd",),
    "out": ("flood_fd1",),
    "nproc": ("thread_bomb",),
}
"""Cases of the shared collection that each check must find if programs are not confined."""


@pytest.fixture(scope="session")
def cases(data_dir: Path) -> list[Attack]:
    """The cases of the shared collection."""
    path = data_dir.parent / "cases" / "code_attacks_open.jsonl"
    if not path.is_file():
        pytest.skip(f"needs the collection of hostile programs, {path}")
    return load_cases(path)


def within(attacks: list[Attack], limit_s: float) -> list[Attack]:
    """Limit the time budget of all programs that may fail."""
    return [
        attack
        if "passed" in attack.checks
        else replace(attack, timeout_s=min(limit_s, attack.timeout_s))
        for attack in attacks
    ]


def check_contained(
    attacks: list[Attack], surroundings: Surroundings, executor: str = "verifier"
) -> None:
    """Run attacks, and assert that all of their checks hold."""
    run = run_attacks(
        attacks,
        executor=executor,
        options={"isolation": surroundings.isolation},
        as_root=surroundings.as_root,
        has_namespaces=surroundings.has_namespaces,
    )
    assert run.faults == {}
    assert run.left == []
    levels: set[Any] = {outcome.result["isolation"] for outcome in run.outcomes}
    assert levels <= {surroundings.isolation, None}


def test_every_attack_says_what_must_hold() -> None:
    assert len({attack.name for attack in OWN}) == len(OWN)
    for attack in OWN:
        assert attack.must
        assert attack.answer.strip()


def test_some_of_each_kind_are_contained() -> None:
    check_contained(within([attack for attack in OWN if attack.is_quick], LIMIT_S), Surroundings())


@pytest.mark.slow
@pytest.mark.parametrize("surroundings", AS_USER)
def test_all_cases_of_the_collection_are_contained(
    cases: list[Attack], surroundings: Surroundings
) -> None:
    check_contained(within(cases, LIMIT_S), surroundings)


@pytest.mark.slow
@pytest.mark.parametrize("surroundings", AS_USER)
def test_all_own_attacks_are_contained(surroundings: Surroundings) -> None:
    check_contained(within(OWN, LIMIT_S), surroundings)


@pytest.mark.slow
@pytest.mark.parametrize("surroundings", AS_ROOT)
def test_attacks_on_the_machine_are_contained_if_root_verifies(
    cases: list[Attack], surroundings: Surroundings
) -> None:
    chosen = [attack for attack in [*OWN, *cases] if attack.category in MACHINE]
    check_contained(within(chosen, LIMIT_S), surroundings)


@pytest.mark.slow
def test_other_programs_in_the_same_batch_get_their_verdicts() -> None:
    chosen = [attack for attack in OWN if attack.is_quick]
    check_contained(within(chosen, LIMIT_S), Surroundings(), executor="batch")


def test_the_harness_notices_attacks_that_are_not_contained(cases: list[Attack]) -> None:
    """Without isolation, in the outer sandbox alone, each check finds its attacks."""
    expected = {name: check for check, names in UNCONFINED.items() for name in names}
    chosen = [attack for attack in cases if attack.name.partition("_")[2] in expected]
    run = run_attacks(chosen, executor="subprocess")
    found = {outcome.name.partition("_")[2]: outcome.faults for outcome in run.outcomes}
    assert {name for name, check in expected.items() if check in found[name]} == set(expected)

"""CPU time and waiting time of a process, read from outside."""

import os
import subprocess
import sys
import threading
import time

import pytest

from rethink_gym.verifiers.sandbox.server import clock

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs /proc of Linux")


def test_cpu_time_includes_all_threads_and_excludes_sleep() -> None:
    started_s = clock.cpu_s(os.getpid())
    time.sleep(0.1)
    assert clock.cpu_s(os.getpid()) - started_s < 0.05
    threads = [threading.Thread(target=spin, args=(0.05,)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert clock.cpu_s(os.getpid()) - started_s >= 0.1


def spin(seconds: float) -> None:
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass


def test_waiting_time_includes_waiting_for_a_processor_and_excludes_sleep() -> None:
    processor = min(os.sched_getaffinity(0))
    source = f"import os\nos.sched_setaffinity(0, [{processor}])\nprint(flush=True)\nwhile 1: pass"
    busy = [
        subprocess.Popen([sys.executable, "-c", source], stdout=subprocess.PIPE) for _ in range(3)
    ]
    sleep = "import time\nprint(flush=True)\ntime.sleep(30)"
    idle = subprocess.Popen([sys.executable, "-c", sleep], stdout=subprocess.PIPE)
    for process in (*busy, idle):
        assert process.stdout is not None
        process.stdout.readline()  # the time that its start takes does not count
    before_s = sum(clock.waiting_s(process.pid) for process in busy)
    idle_before_s = clock.waiting_s(idle.pid)
    time.sleep(0.5)
    idle_s = clock.waiting_s(idle.pid) - idle_before_s
    waited_s = sum(clock.waiting_s(process.pid) for process in busy) - before_s
    for process in (*busy, idle):
        process.kill()
        process.communicate()
    assert 0.6 < waited_s < 1.6  # three share one processor: each waits two thirds
    assert idle_s < 0.3


def test_a_process_that_has_ended_has_used_nothing() -> None:
    process = subprocess.Popen([sys.executable, "-c", ""])
    pidfd = os.pidfd_open(process.pid)
    assert clock.pid_of(pidfd) == process.pid
    process.wait()
    assert clock.pid_of(pidfd) == -1
    os.close(pidfd)
    assert clock.cpu_s(process.pid) == 0
    assert clock.waiting_s(process.pid) == 0

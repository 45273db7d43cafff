"""Work that ends while nobody asked it to ends the process, with its reason."""

import subprocess
import sys

import pytest

PROGRAM = """
import asyncio, logging
from freshet.streaming.run import _or_die
logging.basicConfig()

async def returns(): pass
async def fails(): raise OSError("the disk is gone")
async def cancelled():
    try:
        raise OSError("the broker is gone")
    finally:
        # As aiokafka's consumer does when it is closed after its network has stalled.
        raise asyncio.CancelledError
async def waits(): await asyncio.sleep(60)
async def fails_to_stop():
    try:
        await asyncio.sleep(60)
    finally:
        raise OSError("the disk is full")

async def main(work, is_stopped):
    stopped = asyncio.Event()
    task = asyncio.create_task(_or_die(work, stopped))
    await asyncio.sleep(0.1)
    if is_stopped:
        stopped.set()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

asyncio.run(main({work}(), {is_stopped}))
print("still there")
"""


@pytest.mark.parametrize(
    ("work", "reason"),
    [
        ("returns", "work that never ends has ended"),
        ("fails", "the disk is gone"),
        ("cancelled", "the broker is gone"),
    ],
)
def test_an_end_that_nobody_asked_for_ends_the_process(work: str, reason: str) -> None:
    done = run(work, is_stopped=False)
    assert done.returncode == 1
    assert reason in done.stderr
    assert "still there" not in done.stdout


def test_an_orderly_stop_is_no_failure() -> None:
    done = run("waits", is_stopped=True)
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, "still there", "")


def test_a_failure_on_the_way_out_is_one() -> None:
    done = run("fails_to_stop", is_stopped=True)
    assert done.returncode == 1
    assert "the disk is full" in done.stderr


def run(work: str, *, is_stopped: bool) -> subprocess.CompletedProcess[str]:
    program = PROGRAM.replace("{work}", work).replace("{is_stopped}", str(is_stopped))
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)

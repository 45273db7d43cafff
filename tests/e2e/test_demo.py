"""`make demo`, as a user runs it: a list comes, and nothing stays behind."""

import os
import re
import signal
import subprocess
import sys

import psutil

from harness.patience import Patience


def test_the_demo_makes_lists_and_leaves_nothing_behind() -> None:
    demo = subprocess.Popen(
        [sys.executable, "-m", "freshet_demo"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={**os.environ, "COLUMNS": "200"},
        text=True,
    )
    assert demo.stdout is not None
    lines: list[str] = []
    patience = Patience(120)
    for line in demo.stdout:
        lines.append(line)
        if re.search(r"p50 \d+ ms", line):
            break
        assert not patience.is_over(), "".join(lines)
    family = psutil.Process(demo.pid).children(recursive=True)
    assert len(family) > 14, "a broker, six services and a simulator, each under a guard"
    sessions = {os.getsid(one.pid) for one in family}
    patient = {one.cmdline()[-1] for one in family if one.nice() > os.nice(0)}
    demo.send_signal(signal.SIGINT)
    rest, _ = demo.communicate(timeout=60)
    assert patient == {
        *("freshet_catalog", "freshet_interactions", "freshet_narrator", "freshet_trends")
    }
    # Linux shares out time by session first: a lower priority says nothing to other sessions.
    assert sessions == {os.getsid(0)}
    assert demo.returncode == 0, "".join(lines) + rest
    seconds = re.search(r"the first list came ([\d.]+) s after the start", rest)
    assert seconds is not None, rest
    assert float(seconds[1]) < 60
    psutil.wait_procs(family, timeout=10)
    assert not [one for one in family if one.is_running()]

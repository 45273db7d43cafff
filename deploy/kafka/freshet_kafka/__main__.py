"""`python -m freshet_kafka run|fetch|doctor`: a local broker from the command line."""

import argparse
import signal
import sys
import threading
from pathlib import Path

from freshet_kafka.broker import local_broker
from freshet_kafka.commands import tansu_command
from freshet_kafka.failures import BrokerFailed, ComponentMissing
from freshet_kafka.jars import cached_jars, kafka_jars, maven
from freshet_kafka.java import java


def main() -> int:
    """Run one command; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m freshet_kafka", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run", help="run a broker until Ctrl-C")
    run.add_argument("--kind", choices=("kafka", "embedded"), default="kafka")
    run.add_argument("--port", type=int, default=9092, help="0 takes a free one (default 9092)")
    run.add_argument("--data", type=Path, help="folder to keep; by default nothing is kept")
    commands.add_parser("fetch", help="fetch what the real Kafka needs, ahead of time")
    commands.add_parser("doctor", help="say what is here and what is missing")
    arguments = parser.parse_args()
    try:
        if arguments.command == "doctor":
            return doctor()
        if arguments.command == "fetch":
            say(f"java: {java()}")
            say("jars: fetching, unless they are there")
            say(f"jars: {kafka_jars()}")
            return 0
        stopped = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stopped.set())
        with local_broker(arguments.kind, port=arguments.port, data_dir=arguments.data) as broker:
            say(f"{broker.kind} broker answers on {broker.bootstrap}; Ctrl-C stops it")
            while not stopped.wait(1):
                broker.check()
    except (BrokerFailed, ComponentMissing) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def doctor() -> int:
    """Say what is here; returns 1 if the real Kafka could not run."""
    missing = set()
    for name, look in (("java", java), ("kafka jars", _jars), ("embedded broker", _tansu)):
        try:
            say(f"{name}: {look()}")
        except ComponentMissing as error:
            missing.add(name)
            say(f"{name}: missing; {error}")
    return int(not missing.isdisjoint({"java", "kafka jars"}))


def _jars() -> str:
    return str(
        cached_jars() or f"not fetched yet; `python -m freshet_kafka fetch` does, by {maven()}"
    )


def _tansu() -> str:
    return tansu_command(0)[0]


def say(text: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())

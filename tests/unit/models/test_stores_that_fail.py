"""Whatever a store does, it comes to one of two errors, in time, and nothing is left running."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from moto.server import ThreadedMotoServer

from freshet.models.artifacts import ArtifactUnavailable, store
from freshet.models.manifest import Damaged, ModelRefused, read_manifest
from freshet.models.store_process import fetch_apart, store_apart
from freshet_kafka.ports import free_ports
from freshet_ranker.config import PRIOR
from harness.bad_stores import Manner, bad_store

#: Far more than an answer takes.
TIMEOUT_S = 60.0

#: Of what is never answered.
SHORT_S = 4.0

#: Its driver takes seconds to load, and half a minute to give up.
S3_S = 8.0


@pytest.fixture(autouse=True)
def own_surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No cache but the test's own, and no keys but its own."""
    (tmp_path / "tmp").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    for name in [name for name in os.environ if name.startswith(("AWS_", "FSSPEC_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))


@pytest.fixture(autouse=True)
def nothing_is_left_running() -> Iterator[None]:
    yield
    left = [one.cmdline() for one in psutil.Process().children()]
    assert not [one for one in left if "freshet.models.store_process" in one]


@pytest.fixture
def stored(tmp_path: Path) -> tuple[str, str]:
    return store(PRIOR, f"file://{tmp_path}/store")


def fetched(url: str, digest: str, cache: Path, timeout_s: float = TIMEOUT_S) -> Path:
    return asyncio.run(fetch_apart(url, digest, cache, timeout_s))


@pytest.mark.parametrize("manner", ["silent", "trickle"])
def test_a_store_that_does_not_come_to_an_end_is_given_up(
    manner: Manner, stored: tuple[str, str], tmp_path: Path
) -> None:
    url, digest = stored
    with bad_store(tmp_path / "store", manner) as bad:
        started = time.monotonic()
        with pytest.raises(ArtifactUnavailable, match="has not answered within 4 s") as raised:
            fetched(bad.of(url), digest, tmp_path / "cache", SHORT_S)
        assert time.monotonic() - started < SHORT_S + 20
        assert bad.asked
        assert (raised.value.store, raised.value.cause) == (bad.url, "timeout")
    assert not list((tmp_path / "cache").glob("*"))


@pytest.mark.parametrize(
    ("manner", "error"),
    [
        ("reset", ArtifactUnavailable),
        ("denied", ArtifactUnavailable),
        ("broken", ArtifactUnavailable),
        ("half", ArtifactUnavailable),
        ("short", Damaged),
        ("other", Damaged),
        ("ever", ModelRefused),
    ],
)
def test_a_store_that_misbehaves_gives_no_model_until_it_is_mended(
    manner: Manner, error: type[Exception], stored: tuple[str, str], tmp_path: Path
) -> None:
    url, digest = stored
    with bad_store(tmp_path / "store", manner) as bad:
        with pytest.raises(error):
            fetched(bad.of(url), digest, tmp_path / "cache")
        assert not list((tmp_path / "cache").glob("*"))
        bad.manner = "well"
        folder = fetched(bad.of(url), digest, tmp_path / "cache")
    assert read_manifest(folder) == read_manifest(PRIOR)


def test_a_graph_that_is_cut_off_is_no_model_and_does_not_stay(
    stored: tuple[str, str], tmp_path: Path
) -> None:
    url, digest = stored
    graph = Path(url.removeprefix("file://")) / "scorer.onnx"
    whole = graph.read_bytes()
    graph.write_bytes(whole[:1000])
    with pytest.raises(Damaged):
        fetched(url, digest, tmp_path / "cache")
    graph.write_bytes(whole)
    assert read_manifest(fetched(url, digest, tmp_path / "cache")) == read_manifest(PRIOR)


def test_a_disk_that_hangs_is_given_up(tmp_path: Path) -> None:
    # Who opens a pipe waits until someone writes into it.
    os.mkfifo(tmp_path / "manifest.json")
    with pytest.raises(ArtifactUnavailable, match="has not answered") as raised:
        fetched(f"file://{tmp_path}", "0" * 64, tmp_path / "cache", SHORT_S)
    assert raised.value.store == "file"


def test_a_store_whose_driver_is_missing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelRefused, match="cannot be read here"):
        fetched("gs://models/1", "0" * 64, tmp_path / "cache")


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    monkeypatch.setenv("FSSPEC_S3_ENDPOINT_URL", f"http://{host}:{port}")
    monkeypatch.setenv("FSSPEC_S3_KEY", "ada")
    monkeypatch.setenv("FSSPEC_S3_SECRET", "engine")
    yield
    server.stop()


def no_keys(patch: pytest.MonkeyPatch) -> None:
    patch.delenv("FSSPEC_S3_KEY")
    patch.delenv("FSSPEC_S3_SECRET")


def nobody_listens(patch: pytest.MonkeyPatch) -> None:
    (port,) = free_ports(1)
    patch.setenv("FSSPEC_S3_ENDPOINT_URL", f"http://127.0.0.1:{port}")


def no_such_host(patch: pytest.MonkeyPatch) -> None:
    patch.setenv("FSSPEC_S3_ENDPOINT_URL", "http://nowhere.invalid:9000")


def not_a_url(patch: pytest.MonkeyPatch) -> None:
    patch.setenv("FSSPEC_S3_ENDPOINT_URL", "nowhere")


@pytest.mark.usefixtures("s3")
@pytest.mark.parametrize("fault", [no_keys, nobody_listens, no_such_host, not_a_url])
def test_an_s3_store_that_fails_can_be_asked_again(
    fault: Callable[[pytest.MonkeyPatch], None], tmp_path: Path
) -> None:
    url, digest = asyncio.run(store_apart(PRIOR, "s3://models/freshet", TIMEOUT_S))
    with pytest.MonkeyPatch.context() as patch:
        fault(patch)
        with pytest.raises(ArtifactUnavailable) as raised:
            fetched(url, digest, tmp_path / "cache", S3_S)
        assert raised.value.store == "s3://models"
        with pytest.raises(ArtifactUnavailable):
            asyncio.run(store_apart(PRIOR, "s3://models/freshet", S3_S))
    assert read_manifest(fetched(url, digest, tmp_path / "cache")) == read_manifest(PRIOR)


@pytest.mark.usefixtures("s3")
def test_a_bucket_that_is_not_there_can_be_asked_again(tmp_path: Path) -> None:
    with pytest.raises(ArtifactUnavailable):
        fetched("s3://elsewhere/freshet/1", "0" * 64, tmp_path / "cache")


def test_what_was_fetched_serves_on_without_the_store(
    stored: tuple[str, str], tmp_path: Path
) -> None:
    url, digest = stored
    with bad_store(tmp_path / "store", "well") as bad:
        folder = fetched(bad.of(url), digest, tmp_path / "cache")
    assert fetched(bad.of(url), digest, tmp_path / "cache") == folder


def test_a_cached_copy_that_was_damaged_is_fetched_again(
    stored: tuple[str, str], tmp_path: Path
) -> None:
    url, digest = stored
    folder = fetched(url, digest, tmp_path / "cache")
    (folder / "scorer.onnx").write_bytes(b"rubbish")
    assert fetched(url, digest, tmp_path / "cache") == folder
    (folder / "scorer.onnx").unlink()
    assert read_manifest(fetched(url, digest, tmp_path / "cache")) == read_manifest(PRIOR)


@pytest.fixture(params=["a file", "read-only", "full"])
def unwritable(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    """A cache that takes nothing, even from root."""
    folder = tmp_path / "unwritable"
    if request.param == "a file":
        folder.write_text("where a folder should be")
        yield folder
        return
    if os.geteuid():
        pytest.skip("only root may mount")
    folder.mkdir()
    option = "ro" if request.param == "read-only" else "size=8k"
    subprocess.run(["mount", "-t", "tmpfs", "-o", option, "tmpfs", folder], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", folder], check=True)


def test_a_cache_that_takes_nothing_is_no_reason_to_fail(
    unwritable: Path, stored: tuple[str, str], tmp_path: Path
) -> None:
    url, digest = stored
    folder = fetched(url, digest, unwritable)
    assert folder.is_relative_to(tmp_path / "tmp")
    assert read_manifest(folder) == read_manifest(PRIOR)
    # It is found there the next time.
    assert fetched("file:///nowhere", digest, unwritable) == folder


def test_without_any_folder_the_model_is_kept_in_memory(
    stored: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nowhere = tmp_path / "a file"
    nowhere.touch()
    monkeypatch.setenv("TMPDIR", str(nowhere))
    url, digest = stored
    folder = fetched(url, digest, nowhere)
    assert folder.is_relative_to("/dev/shm")
    assert read_manifest(folder) == read_manifest(PRIOR)
    for file in folder.iterdir():
        file.unlink()
    folder.rmdir()


async def test_who_is_cancelled_leaves_nobody_behind(tmp_path: Path) -> None:
    with bad_store(tmp_path, "silent") as bad:
        fetching = asyncio.create_task(
            fetch_apart(f"{bad.url}/1", "0" * 64, tmp_path / "cache", 600)
        )
        while not bad.asked:
            assert not fetching.done()
            await asyncio.sleep(0.05)
        started = time.monotonic()
        fetching.cancel()
        with pytest.raises(asyncio.CancelledError):
            await fetching
        assert time.monotonic() - started < 5


def test_who_is_killed_leaves_nobody_behind(tmp_path: Path) -> None:
    code = (
        "import asyncio, sys; from pathlib import Path;"
        "from freshet.models.store_process import fetch_apart;"
        "asyncio.run(fetch_apart(sys.argv[1], '0' * 64, Path(sys.argv[2]), 600))"
    )
    with bad_store(tmp_path, "silent") as bad:
        command = [sys.executable, "-c", code, f"{bad.url}/1", str(tmp_path / "cache")]
        parent = subprocess.Popen(command)
        try:
            while not bad.asked:
                assert parent.poll() is None
                time.sleep(0.05)
            (child,) = psutil.Process(parent.pid).children()
        finally:
            parent.kill()
            parent.wait()
        child.wait(10)


def test_no_secret_of_a_url_is_told(tmp_path: Path) -> None:
    (port,) = free_ports(1)
    url = f"http://ada:engine@127.0.0.1:{port}/1?signature=abc"
    with pytest.raises(ArtifactUnavailable) as raised:
        fetched(url, "0" * 64, tmp_path / "cache")
    told = f"{raised.value} {raised.value.store}"
    assert "127.0.0.1" in told
    assert not [secret for secret in ("engine", "abc", "ada") if secret in told]

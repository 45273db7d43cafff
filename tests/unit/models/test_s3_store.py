"""Models in an S3 store, spoken to over HTTP."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import fsspec
import pytest
from moto.server import ThreadedMotoServer

from freshet.models.artifacts import ArtifactUnavailable, fetch, store
from freshet.models.manifest import read_manifest
from freshet_ranker.config import PRIOR


@pytest.fixture
def root(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A bucket, found by fsspec's own settings, as FSSPEC_S3_ENDPOINT_URL and the like set them."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    options = {"endpoint_url": f"http://{host}:{port}", "key": "ada", "secret": "engine"}
    monkeypatch.setitem(fsspec.config.conf, "s3", options)
    files = fsspec.filesystem("s3", skip_instance_cache=True)
    bucket = f"models-{uuid.uuid4().hex}"
    files.mkdir(bucket)
    try:
        yield f"s3://{bucket}/freshet"
    finally:
        server.stop()


def test_a_model_stored_in_s3_is_fetched_whole(root: str, tmp_path: Path) -> None:
    url, digest = store(PRIOR, root)
    assert read_manifest(fetch(url, digest, tmp_path / "cache")) == read_manifest(PRIOR)


def test_a_bucket_without_the_model_may_be_asked_again(root: str, tmp_path: Path) -> None:
    with pytest.raises(ArtifactUnavailable):
        fetch(f"{root}/nothing", "0" * 64, tmp_path / "cache")

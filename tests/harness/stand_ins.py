"""Stand-ins for the official images, under their names, where no image can be pulled.

They are made of Debian's packages and of Kafka's jars, in an engine of our own alone: nobody's
engine gets an image that is not what its name says. Whatever this machine needs to reach its
registries is in them, so that the images built on them need to know nothing of it.
"""

import shutil
import subprocess
import tempfile
from pathlib import Path

from freshet_kafka.failures import ComponentMissing
from freshet_kafka.jars import kafka_jars
from harness.engine import Engine, EngineFailed
from harness.prometheus import tool

CONTEXTS = Path(__file__).parents[1] / "containers" / "stand_ins"

_DEBIAN = "freshet-stand-in/debian"
_CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
#: What Debian's own images for containers leave out too.
_LEFT_OUT = (
    "usr/share/doc",
    "usr/share/locale",
    "usr/share/man",
    "var/cache/apt",
    "var/lib/apt/lists",
)


def provide(engine: Engine, images: list[str]) -> None:
    """See that all images are there, pulled or stood in for.

    Raises:
        ComponentMissing: they cannot be pulled, and the engine is not ours.
        EngineFailed: a stand-in could not be built.
    """
    try:
        for image in images:
            engine.docker("pull", "--quiet", image)
    except EngineFailed as error:
        if not engine.own:
            raise ComponentMissing(f"an image cannot be pulled: {error}") from error
        for image in images:
            _stand_in(engine, image)


def _stand_in(engine: Engine, image: str) -> None:
    name = image.partition(":")[0].rpartition("/")[2]
    if not engine.docker("images", "--quiet", _DEBIAN):
        _debian(engine)
    with tempfile.TemporaryDirectory() as scratch:
        context = Path(scratch) / name
        shutil.copytree(CONTEXTS / name, context)
        if name == "kafka":
            shutil.copytree(kafka_jars(), context / "libs")
        if name == "prometheus":
            shutil.copy(tool("prometheus"), context)
        engine.docker("build", "--tag", image, context)


def _debian(engine: Engine) -> None:
    """Import a small Debian as an image."""
    if shutil.which("debootstrap") is None:
        raise ComponentMissing(
            "no image can be pulled, and `debootstrap`, which makes stand-ins, is not on the PATH"
            " (Debian: apt-get install debootstrap)"
        )
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch) / "debian"
        done = subprocess.run(
            ["debootstrap", "--variant=minbase", "bookworm", root],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        if done.returncode:
            raise ComponentMissing(f"no Debian could be made:\n{done.stdout[-2000:]}")
        for folder in _LEFT_OUT:
            for entry in (root / folder).iterdir():
                shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
        if _CERTIFICATES.exists():
            # Not in its usual place, which Debian's package would make anew.
            shutil.copy(_CERTIFICATES, root / "etc" / "pip.crt")
            (root / "etc" / "pip.conf").write_text("[global]\ncert = /etc/pip.crt\n")
        archive = Path(scratch) / "debian.tar"
        subprocess.run(["tar", "-C", root, "-cf", archive, "."], check=True)
        engine.docker("import", archive, _DEBIAN)

"""Model versions and what was decided of them: the roll-out's log."""

from typing import Annotated, Literal

import msgspec

from freshet.contracts.envelope import Identifier, Message

#: candidate: gates passed, nobody sees it. canary: a share of users does. champion: all others do,
#: and only the newest champion record counts. retired: a champion no more. refused: a gate said
#: no. rolled_back: it did worse live, or a person took it back.
Stage = Literal["candidate", "canary", "champion", "retired", "refused", "rolled_back"]


#: Names and values that were measured.
Figures = Annotated[
    dict[Annotated[str, msgspec.Meta(max_length=64)], float], msgspec.Meta(max_length=64)
]


class GateVerdict(msgspec.Struct, frozen=True, kw_only=True):
    """What a gate said: its name, its answer, what it measured, one sentence for a person."""

    gate: Annotated[str, msgspec.Meta(max_length=64)]
    passed: bool
    figures: Figures
    detail: Annotated[str, msgspec.Meta(max_length=1_000)]


class ModelRecord(Message, frozen=True, kw_only=True):
    """What a model version is now. The key is the version's label; the newest record counts.

    Attributes:
        model: label, `name@version`.
        stage: what it may do.
        artifact: URL of its folder, as fsspec reads it; empty for the model that is built in.
        manifest_sha256: of the folder's manifest, which names the hashes of all other files.
        architecture: how it is built.
        parent: label of the version that its training started from.
        share: of the users who see it while it is a canary.
        metrics: figures measured before it was published.
        gates: what the gates said.
        figures: what the decision was made on.
        reason: one sentence for a person.
        decided_by: `trainer`, or who said it by the command.
    """

    model: Identifier
    stage: Stage
    artifact: Annotated[str, msgspec.Meta(max_length=1_000)]
    manifest_sha256: Annotated[str, msgspec.Meta(max_length=64, pattern="^([0-9a-f]{64})?$")]
    architecture: Annotated[str, msgspec.Meta(max_length=128)]
    parent: Annotated[str, msgspec.Meta(max_length=128)] | None = None
    share: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.0
    metrics: Figures = {}
    gates: Annotated[list[GateVerdict], msgspec.Meta(max_length=16)] = []
    figures: Figures = {}
    reason: Annotated[str, msgspec.Meta(max_length=1_000)] = ""
    decided_by: Annotated[str, msgspec.Meta(max_length=128)] = "trainer"

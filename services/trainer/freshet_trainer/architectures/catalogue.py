"""The architectures by name; Keras is imported only once one is asked for."""

from enum import StrEnum
from importlib import import_module
from typing import TYPE_CHECKING, Protocol, cast

if TYPE_CHECKING:
    from freshet_trainer.architectures.setting import Setting
    from freshet_trainer.towers import Towers
    from freshet_trainer.training.recipe import Recipe


class Architecture(StrEnum):
    """The architectures; each is the file of its name in this folder."""

    ATTENTIVE = "attentive"
    INTEREST_PRODUCT = "interest_product"
    LSTM_CONCAT = "lstm_concat"


class Blueprint(Protocol):
    """What the file of an architecture has."""

    RECIPE: "Recipe"

    def build(self, setting: "Setting") -> "Towers":
        """New towers."""
        ...


def blueprint(architecture: Architecture) -> Blueprint:
    """The file of an architecture."""
    return cast(Blueprint, import_module(f"freshet_trainer.architectures.{architecture}"))

"""Keras to ONNX by tf2onnx, and the proof that both say the same."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np
import onnx
import onnxruntime
import tensorflow as tf
import tf2onnx
from numpy.typing import NDArray

from freshet.models.manifest import Graph, sha256_of

OPSET = 17

#: Largest difference of Keras and ONNX that is let pass.
PARITY = 1e-5

Arrays = Mapping[str, NDArray[np.float32]]


class ParityError(Exception):
    """The exported graph computes something else than the Keras model."""


def export(model: keras.Model, folder: Path, outputs: Sequence[str]) -> Graph:
    """Write a Keras model as `<model's name>.onnx`.

    Args:
        model: inputs are named; every dimension that is None stays dynamic.
        folder: where to.
        outputs: names for the model's outputs, in their order.

    Returns:
        What the manifest says of the file.
    """
    signature = [
        tf.TensorSpec(tensor.shape, tf.float32, name=tensor.name) for tensor in model.inputs
    ]

    @tf.function(input_signature=signature)
    def call(*tensors: Any) -> Any:
        results = _results(model, tensors)
        return {name: tf.identity(one, name) for name, one in zip(outputs, results, strict=True)}

    graph, _ = tf2onnx.convert.from_function(call, input_signature=signature, opset=OPSET)
    onnx.checker.check_model(graph, full_check=True)
    path = folder / f"{model.name}.onnx"
    path.write_bytes(graph.SerializeToString(deterministic=True))
    return Graph(
        file=path.name,
        sha256=sha256_of(path),
        inputs={one.name: _shape(one) for one in graph.graph.input},
        outputs={one.name: _shape(one) for one in graph.graph.output},
    )


def check_parity(model: keras.Model, path: Path, outputs: Sequence[str], inputs: Arrays) -> float:
    """The largest difference between the Keras model and its export on the inputs.

    Args:
        model: the original.
        path: its export.
        outputs: names of the model's outputs, in their order.
        inputs: arrays by the names of the model's inputs.

    Raises:
        ParityError: it is over 1e-5, or something is not finite.
    """
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    exported = session.run(list(outputs), dict(inputs))
    expected = _results(model, [inputs[tensor.name] for tensor in model.inputs])
    # NumPy's maximum, for Python's would pass over a NaN that does not come first.
    worst = float(
        np.max(
            [
                np.max(np.abs(np.asarray(one) - other))
                for one, other in zip(expected, exported, strict=True)
            ]
        )
    )
    if not worst <= PARITY:
        raise ParityError(json.dumps({"graph": path.name, "difference": worst, "limit": PARITY}))
    return worst


def _results(model: keras.Model, tensors: Sequence[Any]) -> Sequence[Any]:
    result = model(list(tensors) if len(tensors) > 1 else tensors[0])
    return result if isinstance(result, list | tuple) else [result]


def _shape(value: Any) -> list[int | str]:
    return [dimension.dim_value or "dynamic" for dimension in value.type.tensor_type.shape.dim]

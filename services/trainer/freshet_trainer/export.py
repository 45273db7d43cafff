"""Keras to ONNX by tf2onnx, and how much both differ."""

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

Arrays = Mapping[str, NDArray[Any]]


def export(model: keras.Model, folder: Path, name: str, outputs: Sequence[str]) -> Graph:
    """Write a Keras model as `<name>.onnx`.

    Args:
        model: inputs are named; every dimension that is None stays dynamic.
        folder: where to.
        name: of the file.
        outputs: names for the model's outputs, in their order.

    Returns:
        What the manifest says of the file.
    """
    signature = [
        tf.TensorSpec(tensor.shape, tensor.dtype, name=tensor.name) for tensor in model.inputs
    ]

    @tf.function(input_signature=signature)
    def call(*tensors: Any) -> Any:
        results = run(model, tensors)
        return {key: tf.identity(one, key) for key, one in zip(outputs, results, strict=True)}

    graph, _ = tf2onnx.convert.from_function(call, input_signature=signature, opset=OPSET)
    onnx.checker.check_model(graph, full_check=True)
    path = folder / f"{name}.onnx"
    path.write_bytes(graph.SerializeToString(deterministic=True))
    return Graph(
        file=path.name,
        sha256=sha256_of(path),
        inputs={one.name: _shape(one) for one in graph.graph.input},
        outputs={one.name: _shape(one) for one in graph.graph.output},
    )


def largest_difference(
    model: keras.Model, path: Path, outputs: Sequence[str], inputs: Arrays
) -> float:
    """The largest difference between a Keras model and its export on the inputs; NaN stays NaN.

    Args:
        model: the original.
        path: its export.
        outputs: names of the model's outputs, in their order.
        inputs: arrays by the names of the model's inputs; others are passed over.
    """
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    mine = {tensor.name: inputs[tensor.name] for tensor in model.inputs}
    exported = session.run(
        list(outputs), {one.name: mine[one.name] for one in session.get_inputs()}
    )
    expected = run(model, list(mine.values()))
    # NumPy's maximum, for Python's would pass over a NaN that does not come first.
    differences = [
        np.max(np.abs(np.asarray(one) - other))
        for one, other in zip(expected, exported, strict=True)
    ]
    return float(np.max(differences))


def run(model: keras.Model, tensors: Sequence[Any]) -> Sequence[Any]:
    """The outputs of a model, as a sequence however many there are."""
    result = model(list(tensors) if len(tensors) > 1 else tensors[0])
    return result if isinstance(result, list | tuple) else [result]


def _shape(value: Any) -> list[int | str]:
    return [dimension.dim_value or "dynamic" for dimension in value.type.tensor_type.shape.dim]

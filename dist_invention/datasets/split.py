"""What a data set is: arrays, an identity key per example, a role and a datasheet."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
import hashlib
from typing import Any

import numpy as np

ROLES = ("train", "select", "test")


@dataclass(frozen=True)
class Field:
    """One named array of a split: its shape, its unit and what it means.

    Args:
        name: Name of the array.
        shape: Shape of one example, without the example axis.
        unit: SI unit, `"1"` for a number without dimension.
        meaning: One line for a reader.

    Example:
        >>> Field("mass", (4,), "kg").unit
        'kg'
    """

    name: str
    shape: tuple[int, ...]
    unit: str
    meaning: str = ""


@dataclass(frozen=True)
class Split:
    """Examples with named fields, an identity each, and one role.

    Args:
        name: Name of the split, as in `"test_far"`.
        role: `"train"`, `"select"` (choose stages and checkpoints) or `"test"`
            (read once, at the end).
        arrays: One array a field, each of shape (n, *field.shape).
        fields: Declaration of every array.
        inputs: Names of the arrays that the model sees.
        targets: Names of the arrays that losses and metrics compare with.
        keys: Identity of each example as text, shape (n,). Two examples with one
            key are one example.
        groups: What must stay together, shape (n,): a trajectory, a law. It is the
            unit of the bootstrap.
        strata: Labels for sub-scores, each of shape (n,).
        tier: Distance from training: `"in"`, `"near"`, `"far"` or a name.
        datasheet: How it was made, as plain JSON values.
        origins: Where each example comes from, by name (`seed`, `trajectory`,
            `template`), each of shape (n,). What stands in two splits of different
            roles is a leak, as a shared group is.
        parameters: Names of the arrays that describe the law of an example; they give
            its place on the ladder from inside to outside of training.

    Raises:
        ValueError: If it is empty, an array lacks its declaration, a shape is not
            the declared one, an array holds Python objects, a role is unknown, an
            origin has another length, or a parameter is not a declared number.

    Example:
        >>> x = Field("x", (), "m")
        >>> split = Split("train", "train", {"x": np.zeros(2)}, (x,), ("x",), (),
        ...               keys=np.array(["a", "b"]), groups=np.array([0, 1]))
        >>> len(split)
        2
    """

    name: str
    role: str
    arrays: Mapping[str, np.ndarray]
    fields: tuple[Field, ...]
    inputs: tuple[str, ...]
    targets: tuple[str, ...]
    keys: np.ndarray
    groups: np.ndarray
    strata: Mapping[str, np.ndarray] = field(default_factory=dict)
    tier: str = ""
    datasheet: Mapping[str, Any] = field(default_factory=dict)
    origins: Mapping[str, np.ndarray] = field(default_factory=dict)
    parameters: tuple[str, ...] = ()

    def __post_init__(self):
        if self.role not in ROLES:
            raise ValueError(
                f"Expected the role of split `{self.name}` to be one of {ROLES}. "
                f"Received: role={self.role!r}. Choose what the split is for."
            )
        if len(self.keys) == 0:
            raise ValueError(
                f"Expected split `{self.name}` to hold at least one example. "
                "Received: 0 examples. Ask for more data or leave the split out."
            )
        self._check_fields()
        self._check_length("groups", self.groups)
        for columns in (self.strata, self.origins):
            for label, column in columns.items():
                self._check_length(label, column)
        self._check_parameters()

    def _check_fields(self):
        declared = {item.name: item for item in self.fields}
        if sorted(item.name for item in self.fields) != sorted(self.arrays):
            raise ValueError(
                f"Expected one field per array in split `{self.name}`. "
                f"Received: fields {[item.name for item in self.fields]} for arrays "
                f"{sorted(self.arrays)}. Declare each array, with its unit."
            )
        missing = [n for n in (*self.inputs, *self.targets) if n not in declared]
        if missing:
            raise ValueError(
                f"Expected inputs and targets of split `{self.name}` to be among "
                f"{sorted(declared)}. Received: {missing}. Correct the names."
            )
        for name, array in self.arrays.items():
            self._check_length(name, array)
            if array.shape[1:] != declared[name].shape:
                raise ValueError(
                    f"Expected `{name}` of split `{self.name}` to have example shape "
                    f"{declared[name].shape}. Received: {array.shape[1:]}. "
                    "Correct the array or its field."
                )
            if array.dtype.hasobject:
                raise ValueError(
                    f"Expected `{name}` of split `{self.name}` to hold numbers or text "
                    "of fixed length, which can be hashed. Received: Python objects. "
                    "Give the array a dtype, as in array.astype(str)."
                )

    def _check_parameters(self):
        numbers = [
            name
            for name, array in self.arrays.items()
            if np.issubdtype(array.dtype, np.number)
        ]
        wrong = [name for name in self.parameters if name not in numbers]
        if wrong:
            raise ValueError(
                f"Expected parameters of split `{self.name}` to be among its numeric "
                f"arrays {sorted(numbers)}. Received: {wrong}. Correct the names."
            )

    def _check_length(self, label: str, column: np.ndarray):
        if len(column) != len(self.keys):
            raise ValueError(
                f"Expected `{label}` of split `{self.name}` to have one row per key, "
                f"{len(self.keys)} in all. Received: {len(column)} rows. "
                "Build arrays, keys, groups and strata from the same examples."
            )

    def __len__(self) -> int:
        return len(self.keys)

    @property
    def sha256(self) -> str:
        """Hash of the content: keys, and names, shapes and values of the arrays."""
        digest = hashlib.sha256(self.role.encode())
        digest.update("\n".join(map(str, self.keys)).encode())
        for name in sorted(self.arrays):
            array = np.ascontiguousarray(self.arrays[name])
            digest.update(f"{name}{array.dtype.str}{array.shape}".encode())
            digest.update(array.tobytes())
        return digest.hexdigest()

    def input_arrays(self) -> dict[str, np.ndarray]:
        """Return what the model sees, by name."""
        return {name: self.arrays[name] for name in self.inputs}

    def target_arrays(self) -> dict[str, np.ndarray]:
        """Return what losses and metrics compare with, by name."""
        return {name: self.arrays[name] for name in self.targets}

    def take(self, indices: np.ndarray, name: str | None = None) -> "Split":
        """Return the split of these examples only.

        Args:
            indices: Positions or a boolean mask of examples.
            name: Name of the new split; the old one if left out.
        """
        return replace(
            self,
            name=name or self.name,
            arrays={key: array[indices] for key, array in self.arrays.items()},
            keys=self.keys[indices],
            groups=self.groups[indices],
            strata={key: column[indices] for key, column in self.strata.items()},
            origins={key: column[indices] for key, column in self.origins.items()},
        )

    def identity(self) -> dict[str, Any]:
        """Return what must stand beside every result: hash, size and ranges."""
        ranges = {}
        for name, array in sorted(self.arrays.items()):
            if np.issubdtype(array.dtype, np.number) and np.isfinite(array).any():
                finite = array[np.isfinite(array)]
                ranges[name] = [float(finite.min()), float(finite.max())]
        return {
            "name": self.name,
            "role": self.role,
            "tier": self.tier,
            "n": len(self),
            "sha256": self.sha256,
            "units": {item.name: item.unit for item in self.fields},
            "ranges": ranges,
            "datasheet": dict(self.datasheet),
            **self._provenance(),
        }

    def _provenance(self) -> dict[str, Any]:
        """Return how many values each origin has, and the parameters, if declared."""
        said: dict[str, Any] = {}
        if self.origins:
            said["origins"] = {
                name: len(set(map(str, np.asarray(column).tolist())))
                for name, column in sorted(self.origins.items())
            }
        if self.parameters:
            said["parameters"] = list(self.parameters)
        return said

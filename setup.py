"""Package metadata of dist_invention: name, version, dependencies, extras."""

from pathlib import Path

from setuptools import find_packages, setup

CORE = [
    "keras>=3.15,<3.16",  # the models; 3.16 changes the trainer and shuffling
    "numpy>=2,<3",  # arrays, simulators and the format of checkpoints
    "pandas",  # tables of scores and of many runs
    "h5py",  # Keras writes .weights.h5 through it
    "tensorflow-datasets",  # each world offers a builder
    "importlib_resources",  # tensorflow-datasets imports it without declaring it
    "fsspec",  # one API for folders, sftp://, s3:// and gs://
    "psutil",  # memory, disk, other processes on the device
    "rich",  # progress and tables on the terminal
    "tyro",  # typed configuration to command-line flags
    "matplotlib",  # the pictures of a report
    "scipy",  # intervals and tests
    "scikit-learn",  # nearest neighbours and classifiers of the audits
    "threadpoolctl",  # one thread for those classifiers, on a machine that others use
]
EXTRAS = {
    "cpu": [
        "tensorflow-cpu>=2.21,<2.22; sys_platform == 'linux'",  # the default backend
        "tensorflow>=2.21,<2.22; sys_platform != 'linux'",  # one build elsewhere
    ],
    "gpu": ["tensorflow[and-cuda]>=2.21,<2.22"],  # the same with NVIDIA's libraries
    "jax": ["jax"],  # the second backend
    "remote": [
        "s3fs",  # s3:// for fsspec
        "gcsfs",  # gs:// for fsspec
        "paramiko",  # sftp:// for fsspec
    ],
    "tracking": [
        "tensorboard",  # --track tensorboard: event files and their page
        "mlflow",  # --track mlflow: a SQLite store and its server
        "wandb",  # --track wandb: offline files, sent when asked
    ],
    "ray": ["ray"],  # campaigns on a cluster
    "dev": [
        "jax",  # the smoke test of the second backend
        "s3fs",  # copies to a real S3 client's server
        "moto[server]",  # that server, on loopback
        "paramiko",  # copies to a real SSH server
        "pytest",  # the tests
        "pytest-xdist",  # the tests on every core
        "tensorboard",  # its own reader finds what was mirrored
        "mlflow",  # its own server is asked for a run
        "wandb",  # its files are written without a network
        "ray",  # two workers run a campaign
        "pymunk",  # the rival that checks the physics simulator
        "ruff",  # format and lint
        "basedpyright",  # types; plain pyright downloads a runtime
        "setuptools>=77",  # installs this package without a network
        "wheel",  # the same
    ],
}

setup(
    name="dist_invention",
    version="0.1.0",
    description="Train Keras models through a curriculum, lose no run, "
    "and score extrapolation honestly.",
    long_description=Path(__file__).with_name("README.md").read_text(encoding="utf-8"),
    long_description_content_type="text/markdown",
    license="Apache-2.0",
    python_requires=">=3.11",
    packages=find_packages(include=["dist_invention", "dist_invention.*"]),
    install_requires=CORE,
    extras_require=EXTRAS,
)

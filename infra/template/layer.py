"""The layer that only the functions with `layer=True` have: numpy and the sentence encoder."""

from __future__ import annotations

import sys

from infra.template.cfn import Json, resource, sub

LAYER = "EncoderLayer"
ARCHIVE = "layer.zip"

# One core is all that a function has here; without it numpy's linear algebra makes a thread, and its memory, for each that it sees.
ENVIRONMENT = {"OPENBLAS_NUM_THREADS": "1"}


def resources(architecture: str) -> Json:
    """Another archive makes another version; what no function uses any more is deleted."""
    return {
        LAYER: resource(
            "AWS::Serverless::LayerVersion",
            {
                "LayerName": sub("${AWS::StackName}-encoder"),
                "Description": "numpy and the sentence encoder of Baton's bot",
                "ContentUri": f"./{ARCHIVE}",
                "CompatibleArchitectures": [architecture],
                "CompatibleRuntimes": [f"python{sys.version_info.major}.{sys.version_info.minor}"],
                "LicenseInfo": "Apache-2.0 (encoder), BSD-3-Clause (numpy)",
                "RetentionPolicy": "Delete",
            },
        )
    }

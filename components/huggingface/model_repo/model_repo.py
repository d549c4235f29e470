"""A model repository on the Hub.

Its files are seeded once, while it is empty. From then on pipelines commit to it, and this
component refuses to be the one that reverts a trained model: it follows, it does not push.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from pulumi import Output, ResourceOptions

from slipway.core.arguments import check_types
from slipway.core.component import Component
from slipway.core.lineage import mark_of
from slipway.errors import ConfigError, brief
from slipway.huggingface.hub.attributes import check_attributes
from slipway.huggingface.names import check_repo_id
from slipway.huggingface.resources import ModelRepoResource
from slipway.payload.files import Payload

VISIBILITIES = ("public", "private")


@dataclass(frozen=True, kw_only=True)
class ModelRepoArgs:
    """What a caller decides about a model repository."""

    repo_id: str  # "namespace/name"
    files: Payload | None = None  # seeds an empty repository
    visibility: str = "public"  # or "private"
    adopt: bool = False  # take over a repository that this stack did not make
    protect: bool = False  # refuse to delete it
    # Deletes it with its stack although others have committed to it, as pipelines do with what they
    # train; without this such a repository is let go of and stays on the Hub.
    delete_data: bool = False

    def __post_init__(self) -> None:
        check_types(f"Model repository {brief(self.repo_id)}", self)
        check_repo_id(self.repo_id)
        check_attributes(self.files)
        if self.visibility not in VISIBILITIES:
            raise ConfigError(
                f"Model repository {self.repo_id}: visibility {self.visibility!r}; "
                f"use {' or '.join(VISIBILITIES)}."
            )


class ModelRepo(Component):
    """One model repository.

    For example:

        from slipway import ModelRepo, ModelRepoArgs, payload_from_folder

        model = ModelRepo("model", ModelRepoArgs(
            repo_id="acme/tiny-model", files=payload_from_folder("model"),
        ))
        pulumi.export("commit", model.commit)
    """

    repo_id: Output[str]
    url: Output[str]
    commit: Output[str]  # head of main when it was made or last refreshed, 40 hex digits
    sha256s: Output[Mapping[str, str]]  # of its LFS files at that commit, by path

    def __init__(self, name: str, args: ModelRepoArgs, opts: ResourceOptions | None = None) -> None:
        files = args.files.files if args.files else {}
        inputs = {
            "repo_id": args.repo_id,
            "visibility": args.visibility,
            # Rounded up: another training of the same model is no other repository.
            "megabytes": {path: math.ceil(file.size / 10**6) for path, file in files.items()},
        }
        super().__init__("slipway:huggingface:ModelRepo", name, inputs, opts)
        repo = ModelRepoResource(
            f"{name}-repo",
            {
                "repo_id": args.repo_id,
                "visibility": args.visibility,
                "manifest": args.files.manifest() if args.files else {},
                "sources": args.files.sources() if args.files else {},
                "mark": mark_of(self, f"{name}-repo"),
                "adopt": args.adopt,
                "delete_data": args.delete_data,
            },
            ResourceOptions(parent=self, protect=args.protect or None),
        )
        self.repo_id = Output.from_input(args.repo_id)
        self.url = repo.url
        self.commit = repo.commit
        self.sha256s = repo.sha256s.apply(lambda sums: sums or {})
        self.register_outputs({"url": self.url, "commit": self.commit})

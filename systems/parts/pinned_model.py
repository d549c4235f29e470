"""A model at one commit: ours, whose repository we seed and follow, or somebody's, as pinned."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from pulumi import Output

from slipway.core.credentials import HUB_TOKEN, Credential
from slipway.core.findings import Finding, gather, requires
from slipway.errors import ConfigError
from slipway.huggingface.model_repo.model_repo import ModelRepo, ModelRepoArgs
from slipway.images.model_source import ModelSource
from slipway.payload.files import payload_from_files
from slipway.preflight.sizes import memory_needed
from systems.config import StackConfig
from systems.parts.trained import TrainedModel
from systems.plan import MODEL, Made, Part
from systems.values import Commit, FileName, HubName, Megabytes, Sha256

_UNPINNED = "0" * 40  # stands for the commit that our own repository is going to have
_SMALL_MODEL_TOKEN_BYTES = 4 * 2 * 96  # 4 bytes, 2 layers, width 96


@dataclass(frozen=True, kw_only=True)
class ModelSettings:
    """Which model a system serves."""

    model_repo: HubName  # repository of the weights
    model_file: FileName  # GGUF file in it
    train_here: bool  # True: the repository is ours, seeded with the model trained here
    model_revision: Commit = ""  # commit to serve, 40 hex digits; empty follows our own repository
    model_sha256: Sha256 = ""  # of the file; that of our own repository is known


@dataclass(frozen=True, kw_only=True)
class WeightsSettings(ModelSettings):
    """The same of weights that a plan's memory and disk must hold."""

    model_megabytes: Megabytes = 0  # size of the file, where the repository is somebody else's


@dataclass(frozen=True)
class ModelSize:
    """Of the file, and what an engine needs that has loaded it."""

    bytes: int
    memory_bytes: int


@dataclass(frozen=True)
class DeclaredModel:
    """A model whose commit and sum are known, at the latest once its repository is made."""

    source: ModelSource
    outputs: Mapping[str, Output[str]]  # what a stack exports of it: our own repository's page


@dataclass(frozen=True, kw_only=True)
class PinnedModel(Part):
    """Repository, commit, file, size and sum, as far as the stack says them."""

    system: str  # "frigo"; its key and, with "-model", the logical name of our repository
    stack: StackConfig
    name: str  # of its repository, in the stack's namespace unless it has one
    file: str
    trained: TrainedModel | None  # what our own repository is seeded with; None: it is somebody's
    revision: str = ""  # empty follows our own repository
    sha256: str = ""
    megabytes: int = 0  # of somebody's file; 0 is unknown
    runs_code: bool = False  # where it is loaded, as a pickle does

    @classmethod
    def of(
        cls,
        stack: StackConfig,
        system: str,
        settings: ModelSettings,
        trained: TrainedModel,
        *,
        runs_code: bool = False,
    ) -> "PinnedModel":
        """The model that a system's settings name."""
        return cls(
            system=system,
            stack=stack,
            name=settings.model_repo,
            file=settings.model_file,
            trained=trained if settings.train_here else None,
            revision=settings.model_revision,
            sha256=settings.model_sha256,
            megabytes=settings.model_megabytes if isinstance(settings, WeightsSettings) else 0,
            runs_code=runs_code,
        )

    @property
    def repo(self) -> str:
        """`namespace/name`."""
        return self.stack.hub_id(self.name)

    def needs(self) -> list[Credential]:
        """The token that may write, where the repository is ours."""
        return [HUB_TOKEN] if self.trained else []

    def makes(self) -> Iterator[Made]:
        """The repository, where it is ours."""
        if self.trained:
            yield Made(MODEL, self.name, "modelRepo")

    def check(self) -> list[Finding]:
        """What training has not written yet, and somebody's model that is not pinned."""
        return gather(
            f"slipway:{self.system}",
            requires(self.source),
            *(requires(partial(trained.file, path)) for trained, path in self._seeds()),
        )

    def source(self) -> ModelSource:
        """What is served, as far as the stack says.

        Raises:
            ConfigError: it is somebody's, and not pinned.
        """
        key = f"slipway:{self.system}"
        if not self.trained and self.runs_code and not (self.revision and self.sha256):
            raise ConfigError(
                f"{key}.trainHere is false and {self.repo} is not ours: pin modelRevision and "
                "modelSha256. A pickle runs code where it is loaded."
            )
        if not self.trained and not self.revision:
            raise ConfigError(
                f"{key}.modelRevision is empty and {self.repo} is not ours. Pin the commit to "
                "serve (40 hex digits), so that nobody else's push changes the app."
            )
        revision = self.revision or _UNPINNED
        return ModelSource(repo=self.repo, revision=revision, file=self.file, sha256=self.sha256)

    def size(self) -> ModelSize:
        """How large it is, before it is anywhere.

        Raises:
            ConfigError: nobody said, or it is not trained yet.
        """
        if self.trained:
            size = self.trained.file(self.file).stat().st_size
            return ModelSize(size, memory_needed(size, token_bytes=_SMALL_MODEL_TOKEN_BYTES))
        if not self.megabytes:
            raise ConfigError(
                f"slipway:{self.system}.modelMegabytes is missing: how large is {self.file}? Its "
                "page on the Hub says; without it nobody can tell whether it fits."
            )
        return ModelSize(self.megabytes * 10**6, memory_needed(self.megabytes * 10**6))

    def declare(self) -> DeclaredModel:
        """Raises our own repository, whose head is served unless the stack pins another commit.

        Training seeds it. From then on it is the pipeline's: no `up` puts old files back.
        """
        if self.trained is None:
            return DeclaredModel(self.source(), {})
        files = payload_from_files(
            {path: trained.file(path) for trained, path in self._seeds()},
            what=str(self.trained.folder),
        )
        args = ModelRepoArgs(
            repo_id=self.repo,
            files=files,
            adopt=self.stack.adopts(self.name),
            protect=self.stack.protect,
        )
        repo = ModelRepo(f"{self.system}-model", args)
        outputs = {"model": repo.url}
        if self.revision:
            return DeclaredModel(self.source(), outputs)
        known = self.sha256 or repo.sha256s.apply(lambda sums: sums.get(self.file, ""))
        source = ModelSource(repo=self.repo, revision=repo.commit, file=self.file, sha256=known)
        return DeclaredModel(source, outputs)

    def _seeds(self) -> Iterator[tuple[TrainedModel, str]]:
        """What our own repository begins with: whose file, and its path there."""
        if self.trained:
            for path in dict.fromkeys([self.file, *self.trained.files]):
                yield self.trained, path

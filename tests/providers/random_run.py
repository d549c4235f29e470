"""One random run: three states, a stranger, and everything that people and networks do to them.

Each of the three is a stack, or the same stack on another backend, whose program declares one
object under one of two names. What is alive on the platform is looked at after every step: it may
only go by a step of somebody whose it is. Whose that is follows from the steps that ended well; one
that died or failed while it was to adopt may have made the object its own.
"""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from huggingface_hub.utils import get_session

from sandbox.http.faults import (
    Answer,
    AnswerAfter,
    CutAfter,
    CutBefore,
    CutMidway,
    HoldAfter,
    HoldBefore,
)
from slipway.errors import DeployError
from slipway.huggingface.hub.transport import prepare_session
from slipway.render.api import transport
from slipway.render.registry_credential.provider import RegistryCredentialProvider
from tests.providers.case import Case, Killed
from tests.providers.engine import Engine
from tests.providers.hub_cases import HubCase, HubKiller
from tests.providers.render_cases import RenderKiller

STATES = {
    "dev": "slipway/dev@0a0a0a0a",
    "staging": "slipway/staging@11111111",
    "dev elsewhere": "slipway/dev@22222222",
}
STRANGER = "strangers/prod@33333333"
TROUBLES = [
    *(Answer(429, {"Retry-After": text}) for text in ("0", "soon", "-1")),
    Answer(429, {"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}),
    *(Answer(status) for status in (408, 500, 502)),
    Answer(503, body="<html>"),
    *(CutBefore(), CutAfter(), CutMidway(), AnswerAfter(504)),
    *(HoldBefore(), HoldAfter()),  # no answer ever: the time-out ends the wait
]
_PATIENCE_SECONDS = 0.3  # instead of half a minute, where the answer is held


@contextmanager
def _impatient(*, wanted: bool) -> Iterator[None]:
    """Every client gives up on an answer soon."""
    if not wanted:
        yield
        return
    prepare_session()
    kept, hub = transport.READ_SECONDS, get_session().timeout
    transport.READ_SECONDS = _PATIENCE_SECONDS
    get_session().timeout = _PATIENCE_SECONDS
    try:
        yield
    finally:
        transport.READ_SECONDS = kept
        get_session().timeout = hub


@dataclass
class Actor:
    """A state: its program's object, and what its engine knows of it."""

    mark: str
    inputs: dict[str, Any]
    engine: Engine


@dataclass
class RandomRun:
    """`step` after `step`, then `settle`; an AssertionError names all steps."""

    case: Case
    seed: int
    steps: list[str] = field(default_factory=list)
    owners: dict[str, set[str]] = field(default_factory=dict)  # of what is alive, by its id

    def __post_init__(self) -> None:
        self.rng = random.Random(self.seed)  # noqa: S311 - repeatable
        self.base = dict(self.case.inputs)
        self.name = "repo_id" if isinstance(self.case, HubCase) else "name"
        self.actors = {
            who: Actor(mark, {**self.base, "mark": self._held(mark)}, self.case.engine())
            for who, mark in STATES.items()
        }
        self.killers = [HubKiller]
        if not isinstance(self.case, HubCase):
            self.killers = [RenderKiller, lambda nth: RenderKiller(nth, before=True)]

    def step(self) -> None:
        """One thing that happens."""
        who = self.rng.choice([*self.actors])
        actions = [self._up] * 3 + [self._kill, self._trouble] * 2
        actions += [self._rename, self._move, self._refresh, self._destroy, self._stranger]
        action = self.rng.choice(actions)
        self.steps.append(f"{who}: {action.__name__}")
        action(who)

    def settle(self) -> None:
        """Everybody runs `up` in peace, and then destroys: nothing is left over, nothing lost."""
        self.steps.append("settle")
        converged = []
        for who, actor in self.actors.items():
            actor.inputs["adopt"] = False
            if self._changed(who, lambda actor=actor: self._looked_up(actor)):
                again = actor.engine.up(actor.inputs)
                assert again == "same", self._story(f"it never comes to rest: {again}")
                converged.append(who)
        for who in converged:
            object_id = self._object(self.actors[who].engine)
            self._destroy(who)
            assert self.name == "repo_id" or object_id not in self._alive(), self._story(
                "an orphan"
            )
        strangers = {each for each, whose in self.owners.items() if whose == {"stranger"}}
        assert strangers <= self._alive(), self._story("a stranger's object")

    # --- what people do

    def _up(self, who: str) -> None:
        actor = self.actors[who]
        change = self.rng.choice([{}, *self.case.changes])
        keep = {key: actor.inputs[key] for key in ("mark", self.name)}
        adopt = self.rng.random() < 0.2  # seldom
        actor.inputs = {**self.base, **change, **keep, "adopt": adopt}
        self.steps[-1] += f" {change and sorted(change)} adopt={adopt}"
        self._changed(who, lambda: actor.engine.up(actor.inputs))

    def _rename(self, who: str) -> None:
        """The component gets another logical name: the new resource first, the old one last."""
        actor, before = self.actors[who], self.actors[who].engine
        inputs = {**actor.inputs, "mark": self._held(actor.mark)}
        after = self.case.engine()
        if self._changed(who, lambda: after.up(inputs), after):
            actor.engine, actor.inputs = after, inputs
            if before.id:
                self._changed(who, before.destroy, after)

    def _move(self, who: str) -> None:
        """Another name for the object itself."""
        actor = self.actors[who]
        if self.case.provider is RegistryCredentialProvider:
            return
        first = self.base[self.name]
        second = f"{first}-b"
        other = second if actor.inputs[self.name] == first else first
        actor.inputs = {**actor.inputs, self.name: other, "adopt": False}
        self._changed(who, lambda: actor.engine.up(actor.inputs))

    def _refresh(self, who: str) -> None:
        actor = self.actors[who]
        if actor.engine.id:
            self._changed(who, actor.engine.refresh)

    def _destroy(self, who: str) -> None:
        actor = self.actors[who]
        if actor.engine.id and self._changed(who, actor.engine.destroy):
            actor.engine = self.case.engine()

    def _stranger(self, _who: str) -> None:
        """Somebody else makes an object under the second name, where it is free."""
        inputs = {**self.base, "mark": self._held(STRANGER), "adopt": False}
        inputs[self.name] = f"{self.base[self.name]}-b"
        self._changed("stranger", lambda: self.case.engine().up(inputs))

    # --- what networks and machines do

    def _kill(self, who: str) -> None:
        actor, nth = self.actors[who], self.rng.randint(1, 6)
        self.steps[-1] += f" #{nth}"

        def up() -> str:
            with self.rng.choice(self.killers)(nth):
                return actor.engine.up(actor.inputs)

        self._changed(who, up)

    def _trouble(self, who: str) -> None:
        actor, action, nth = (
            self.actors[who],
            self.rng.choice(TROUBLES),
            self.rng.randint(1, 8),
        )
        times = self.rng.choice([1, 2, None])
        self.steps[-1] += f" {action} from #{nth}, {times} times"

        def up() -> str:
            rule = self.case.platform.fault(action, nth=nth, times=times)
            try:
                with _impatient(wanted=isinstance(action, HoldBefore | HoldAfter)):
                    return actor.engine.up(actor.inputs)
            finally:
                self.case.platform.faults.clear(rule)

        self._changed(who, up)

    # --- what must hold

    def _changed(self, who: str, action: Any, engine: Engine | None = None) -> bool:
        """Lets somebody act, and looks at what became of everything; False if it failed."""
        before, told, ended, said = self._alive(), "", False, None
        try:
            said = action()
            ended = True
        except Killed:
            told = "killed"
        except DeployError as error:
            told = str(error)
            assert told.strip(), self._story("an error that says nothing")
        now = self._alive()
        self.steps[-1] += f" -> {told[:90] or said or 'well'}"
        for gone in before - now:
            assert who in self.owners[gone], self._story(f"{gone} of {self.owners[gone]} is gone")
            del self.owners[gone]
        for new in now - before:
            self.owners[new] = {who}
        actor = self.actors.get(who)
        held = engine or (actor.engine if actor else None)
        # One that finds nothing to do looks at nothing, and may have lost it long ago.
        if held is not None and said in ("created", "updated") and self._object(held) in now:
            self.owners[self._object(held)] = {who}
        elif actor is not None and actor.inputs["adopt"] and not ended:
            # It may have got as far as making another's its own.
            for each in now:
                self.owners[each].add(who)
        return ended

    @staticmethod
    def _looked_up(actor: Actor) -> str:
        if actor.engine.id:
            actor.engine.refresh()
        return actor.engine.up(actor.inputs)

    def _object(self, engine: Engine) -> str:
        """What a resource stands for; its id stays when a repository is moved."""
        return engine.outputs.get("repo_id", engine.id) if engine.id else ""

    def _alive(self) -> set[str]:
        """Ids of what is there under both names, as a list shows it: it follows no redirect."""
        if isinstance(self.case, HubCase):
            api = self.case.platform.api
            listed = api.list_spaces if self.case.kind == "space" else api.list_models
            found = {each.id for each in listed(author="acme")}
        else:
            found = {self.case._of(each) for each in self.case._all() if self._named(each)}
        return {each for each in found if self.name != "repo_id" or self._ours(each)}

    def _named(self, each: dict[str, Any]) -> bool:
        return self._ours(each.get("service", each)["name"].partition(" (")[0])

    def _ours(self, name: str) -> bool:
        return name.startswith(self.base[self.name])

    def _held(self, mark: str) -> str:
        return f"{mark}.{self.rng.randrange(16**8):08x}"

    def _story(self, what: str) -> str:
        return "\n".join([f"seed {self.seed}: {what}", *self.steps])

"""What Tortoise knows of the models while it migrates, without what it prepares at every step and nobody asks for.

It makes all models anew before each of fifty operations, with queries and filters for every field: three quarters of
the time that a first start took.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

from tortoise.migrations.executor import MigrationExecutor
from tortoise.migrations.schema_generator.state import ModelState, State
from tortoise.migrations.schema_generator.state_apps import StateApps


class Executor(MigrationExecutor):
    """Tortoise's own, over these states."""

    async def _project_state(self, applied: Any, *, upto: Any = None) -> State:
        known = await super()._project_state(applied, upto=upto)
        unasked = _Unasked(known.apps._default_connections, known.apps._connections)
        return _State(known.models, lambda: unasked.clone(known.models))


class _Unasked(StateApps):
    """Models of which tables are made, and no row is asked for."""

    def _build_initial_querysets(self) -> None:
        """Nothing."""


class _State(State):
    """Its models are made when somebody asks for them: few operations look at what was before them."""

    def __init__(self, models: dict[tuple[str, str], ModelState], make: Callable[[], StateApps]) -> None:
        self.models, self._make = models, make

    @cached_property
    def apps(self) -> StateApps:  # type: ignore[override]
        return self._make()

    def clone(self) -> State:
        models = {key: model.clone() for key, model in self.models.items()}
        return _State(models, lambda: self.apps.clone(models))

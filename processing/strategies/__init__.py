"""How a picture of any shape becomes a tall one. One kind a file; this folder finds them."""

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from processing.strategies.base import Strategy


def _found() -> Iterator[Strategy]:
    for module in pkgutil.iter_modules(__path__, prefix=f"{__name__}."):
        strategy = getattr(importlib.import_module(module.name), "STRATEGY", None)
        if isinstance(strategy, Strategy):
            yield strategy


#: name -> strategy, by name.
STRATEGIES: Mapping[str, Strategy] = MappingProxyType({strategy.name: strategy for strategy in _found()})

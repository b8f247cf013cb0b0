"""Which recipes there are, and which of them give the same file."""

from dataclasses import replace

from processing.errors import InvalidRecipe, UnknownQuality, UnknownStrategy
from processing.quality import QUALITIES
from processing.size import least_mb
from processing.strategies import STRATEGIES
from storage.models import Recipe

#: Where a crop looks when nobody says.
MIDDLE = 50


def check_names(*, strategy: str, quality: str) -> None:
    """Both names are known.

    Raises:
        UnknownStrategy, UnknownQuality: the message lists what there is.
    """
    if strategy not in STRATEGIES:
        raise UnknownStrategy(f"There is no strategy of that name. There are: {', '.join(STRATEGIES)}.")
    if quality not in QUALITIES:
        raise UnknownQuality(f"There is no quality of that name. There are: {', '.join(QUALITIES)}.")


def check_recipe(recipe: Recipe, *, duration_s: float) -> None:
    """A short of that length can be made by it.

    Raises:
        UnknownStrategy, UnknownQuality: a name is not known.
        InvalidRecipe: a number makes no sense.
    """
    check_names(strategy=recipe.strategy, quality=recipe.quality)
    if not 0 <= recipe.focus <= 100:
        raise InvalidRecipe("The focus lies between 0 (the left edge) and 100 (the right edge).")
    # not a number is neither more nor less than anything
    if recipe.target_mb is not None and not recipe.target_mb >= (least := least_mb(duration_s)):
        raise InvalidRecipe(f"A short of {duration_s:g} s takes {least:.2f} MB at least.")


def settled(recipe: Recipe) -> Recipe:
    """The plainest recipe that gives the same file: what makes no difference is as if nobody had said it."""
    idle_focus = not STRATEGIES[recipe.strategy].has_focus
    idle_target = recipe.target_mb is not None and recipe.target_mb >= QUALITIES[recipe.quality].limit_mb
    return replace(
        recipe,
        focus=MIDDLE if idle_focus else recipe.focus,
        target_mb=None if idle_target else recipe.target_mb,
    )

"""All rules, asked about everything."""

from collections.abc import Iterable, Mapping

from policies.rule import Outcome, Result, Rule, Settings
from policies.things import Everything


def check(
    everything: Everything, rules: Iterable[Rule], settings: Mapping[str, Settings]
) -> list[Result]:
    """What the rules have to say, in their order.

    Args:
        everything: of one stack or file.
        rules: which ones.
        settings: of each of them, by name.
    """
    return [
        result for rule in rules for result in rule.of_everything(everything, settings[rule.name])
    ]


def stops(results: Iterable[Result]) -> bool:
    """Whether the deployment must not go on."""
    return any(each.stops for each in results)


def table(results: Iterable[Result]) -> str:
    """The results as lines for a terminal: what stops first, then what is only said."""
    order = {Outcome.BROKEN: 0, Outcome.UNDECIDED: 2, Outcome.EXCEPTED: 3}
    shown = sorted(results, key=lambda each: (order[each.outcome], not each.stops))
    return "\n".join(f"{_word(each):<10} {each.rule:<20} {each.text}" for each in shown)


def _word(result: Result) -> str:
    return result.level.value if result.outcome is Outcome.BROKEN else result.outcome.value

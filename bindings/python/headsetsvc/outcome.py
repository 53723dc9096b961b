"""outcome.py: what came of a call: verdicts and effects."""
from typing import Any, Iterator, List, Optional, Tuple

from .codes import EffectKind, Prompt, Reason
from .errors import NO_INPUT
from .views import Effect, Verdict


class Outcome:
    """Verdicts (why) and effects (what to do), in order. A context manager: its end overwrites the PINs in it."""

    __slots__ = ("verdicts", "effects")

    def __init__(self, verdicts: Tuple[Verdict, ...], effects: Tuple[Effect, ...]) -> None:
        self.verdicts = verdicts
        self.effects = effects

    @property
    def verdict(self) -> Verdict:
        """The verdict of the last input itself; LookupError if only deadlines fired."""
        for verdict in reversed(self.verdicts):
            if verdict.input_index != NO_INPUT and verdict.item_number == 0:
                return verdict
        raise LookupError("no input was decided")

    @property
    def accepted(self) -> bool:
        """Was the last input accepted?"""
        return self.verdict.accepted

    @property
    def reason(self) -> Reason:
        """Why the last input was accepted or refused."""
        return self.verdict.reason

    def verdict_of(self, index: int) -> Verdict:
        """The verdict of input number `index` of the call."""
        for verdict in self.verdicts:
            if verdict.input_index == index and verdict.item_number == 0:
                return verdict
        raise LookupError(f"there is no verdict of input {index}")

    def of(self, kind: EffectKind) -> List[Effect]:
        """The effects of a kind."""
        return [effect for effect in self.effects if effect.kind == kind]

    def prompt(self, prompt: Prompt) -> Optional[Effect]:
        """The effect that shows this prompt, if there is one."""
        return next((e for e in self.effects if e.kind == EffectKind.SHOW_PROMPT and e.prompt == prompt), None)

    def __iter__(self) -> Iterator[Effect]:
        return iter(self.effects)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Outcome) and (self.verdicts, self.effects) == (other.verdicts, other.effects)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        words = [f"{'accepted' if v.accepted else 'refused'} {v.reason} by {v.rule}" for v in self.verdicts]
        words += [str(e.kind) + (f" {e.prompt}" if e.prompt else "") for e in self.effects]
        return f"<Outcome: {'; '.join(words)}>"

    def wipe(self) -> None:
        """Overwrites the PINs."""
        for effect in self.effects:
            effect.pin.wipe()

    def __enter__(self) -> "Outcome":
        return self

    def __exit__(self, *_: Any) -> None:
        self.wipe()

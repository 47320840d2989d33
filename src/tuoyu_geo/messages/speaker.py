"""Objects that speak when they are shown, perhaps long after the run that made them: each keeps its language."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from types import FunctionType
from typing import Any

from tuoyu_geo.messages import Language, language, speaking


def _own(method: Callable[..., Any]) -> Callable[..., Any]:
    if hasattr(method, "__wrapped__"):
        # A dataclass with slots is made twice, the second time from what is wrapped already.
        return method

    @wraps(method)
    def said(self: Any, *given: Any, **named: Any) -> Any:  # noqa: ANN401  (whatever the method takes)
        with speaking(self.language):
            return method(self, *given, **named)

    return said


class Speaker:
    """Public methods and properties of its classes, and what notebooks show, speak the object's own `language`."""

    __slots__ = ()

    language: Language

    def __init_subclass__(cls, **given: Any) -> None:  # noqa: ANN401  (as `object` has it)
        super().__init_subclass__(**given)
        for name, member in list(vars(cls).items()):
            if name.startswith("_") and name not in {"__repr__", "_repr_html_"}:
                continue
            if isinstance(member, FunctionType):
                setattr(cls, name, _own(member))
            elif isinstance(member, property) and member.fget is not None:
                setattr(cls, name, property(_own(member.fget), doc=member.__doc__))


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Spoken(Speaker):
    """A result that speaks the language in which it was made.

    Attributes
    ----------
    language
        The language.
    """

    language: Language = field(default_factory=language, repr=False)

"""``--cfg-options KEY=VALUE``: as mmengine's, with errors that say what is wrong."""

from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from typing import Any

from mmengine.config import DictAction

FORMS = 'KEY=1, KEY=text, KEY=True, KEY=None, KEY=1,2 or KEY=[1,(2,3)]'


class OptionAction(DictAction):
    """Collect settings; blanks in a value stay, as in the name of a folder.

    Raises:
        ValueError: Something is not of a known form; names it and the known forms.
    """

    def __call__(
        self,
        parser: ArgumentParser,
        namespace: Namespace,
        values: str | Sequence[Any] | None,
        option_string: str | None = None,
    ) -> None:
        """Add what was given to the namespace."""
        options = dict(getattr(namespace, self.dest, None) or {})
        for given in [values] if isinstance(values, str) else values or ():
            key, equals, value = given.partition('=')
            if not equals or not key:
                raise ValueError(
                    f'--cfg-options {given}: not of the form KEY=VALUE; lists take no '
                    f'blanks, or quotes around all: {FORMS}'
                )
            if '[' in key or ']' in key:
                raise ValueError(
                    f'--cfg-options {given}: a part of a list is named by its class '
                    f'or its number between dots, as pipeline.OpenVideo.num_threads=2'
                )
            options[key] = self._parse(given, value)
        setattr(namespace, self.dest, options)

    def _parse(self, given: str, value: str) -> Any:
        text = value.strip('\'"')
        if text.startswith('{'):
            raise ValueError(
                f'--cfg-options {given}: a dict is set key by key, as KEY.INNER=VALUE'
            )
        if not set(text) & set(',[]()'):
            return self._parse_int_float_bool(text)
        is_open = text.startswith(('[', '('))
        balanced = all(text.count(a) == text.count(b) for a, b in ('()', '[]'))
        if not balanced or (is_open and not text.endswith((']', ')'))):
            raise ValueError(
                f'--cfg-options {given}: a list whose brackets do not match; known '
                f'forms: {FORMS}'
            )
        return self._parse_iterable(value)

# SPDX-License-Identifier: Apache-2.0
"""YAML text with the line of every key, so that each refusal can say where.

Reads a topology file, refuses duplicate keys, expands ${NAME}, ${NAME:-default} and ${NAME:=default} as containerlab
does. Every failure is a `Refused` whose text starts with file:line.
"""
import os
import re

import yaml

VARIABLE = re.compile(r'\$\{([A-Za-z_][A-Za-z0-9_]*)(?::[-=]([^}]*))?\}')


class Refused(Exception):
    """The file asks for something that cannot be done here; the text is for the person who wrote the file."""


class Source:
    """A parsed YAML file. `value` is plain Python, `where(keys)` is 'file:line' of that key path."""

    def __init__(self, path):
        self.path = path
        self.lines = {(): 1}
        try:
            with open(path, encoding='utf-8') as file:
                text = file.read()
        except (OSError, UnicodeDecodeError) as error:
            raise Refused(f'{path}: cannot be read: {error}') from error
        self.value = self._parse(self._expand(text))

    def where(self, keys):
        """'file:line' of the key path; of the nearest parent that has a line when the key itself has none."""
        keys = tuple(keys)
        while keys not in self.lines:
            keys = keys[:-1]
        return f'{self.path}:{self.lines[keys]}'

    def refuse(self, keys, sentence):
        """Raises Refused with the place of `keys` in front of the sentence."""
        raise Refused(f'{self.where(keys)}: {sentence}')

    def _expand(self, text):
        def replace(match):
            name, default = match.groups()
            value = os.environ.get(name, default)
            if value is None:
                line = text.count('\n', 0, match.start()) + 1
                raise Refused(f'{self.path}:{line}: the environment variable {name} is not set and has no default')
            return value
        return VARIABLE.sub(replace, text)

    def _parse(self, text):
        loader = yaml.SafeLoader(text)
        try:
            root = loader.get_single_node()
            return self._walk(loader, root, ()) if root else {}
        except yaml.YAMLError as error:
            mark = getattr(error, 'problem_mark', None)
            line = mark.line + 1 if mark else 1
            raise Refused(f'{self.path}:{line}: not valid YAML: {getattr(error, "problem", error)}') from error
        finally:
            loader.dispose()

    def _walk(self, loader, node, keys):
        self.lines.setdefault(keys, node.start_mark.line + 1)
        if isinstance(node, yaml.MappingNode):
            return self._walk_mapping(loader, node, keys)
        if isinstance(node, yaml.SequenceNode):
            return [self._walk(loader, item, keys + (i,)) for i, item in enumerate(node.value)]
        return loader.construct_object(node)

    def _walk_mapping(self, loader, node, keys):
        seen = {}
        for key_node, _ in node.value:
            key = key_node.value
            if key in seen and key != '<<':
                raise Refused(f'{self.path}:{key_node.start_mark.line + 1}: the key "{key}" is already given on line '
                              f'{seen[key]}')
            seen[key] = key_node.start_mark.line + 1
        loader.flatten_mapping(node)
        result = {}
        for key_node, value_node in node.value:
            key = loader.construct_object(key_node)
            self.lines[keys + (key,)] = key_node.start_mark.line + 1
            result[key] = self._walk(loader, value_node, keys + (key,))
        return result

# SPDX-License-Identifier: Apache-2.0
"""Checks a topology file against containerlab's own JSON schema, where that file is at hand.

The schema is not part of this repository: it is looked for at $SUANLU_DATA/lab/clab.schema.json and, beside a
checkout, at ../shared/data/lab/clab.schema.json. Without it the runner's own refusals still hold.
"""
import json
import os
import re
import warnings

from .source import Refused


def schema_path():
    """The path of the schema file, or None."""
    top = os.path.abspath(os.path.join(os.path.dirname(__file__), '..', '..', '..'))
    roots = [os.environ.get('SUANLU_DATA'), os.path.join(top, '..', 'shared', 'data')]
    for root in filter(None, roots):
        path = os.path.join(root, 'lab', 'clab.schema.json')
        if os.path.isfile(path):
            return path
    return None


def _pattern(_validator, pattern, instance, _schema):
    """JSON Schema's `pattern`, with the Unicode classes that Python's re lacks (letters, decimal digits)."""
    import jsonschema
    known = pattern.replace(r'\p{L}', 'A-Za-z\u00c0-\u024f').replace(r'\p{Nd}', '0-9').replace(r'\p{N}', '0-9')
    if isinstance(instance, str) and r'\p' not in known and not re.search(known, instance):
        yield jsonschema.ValidationError(f'{instance!r} does not match {pattern!r}')


def check(source):
    """Refuses `source` at the first place where containerlab would; returns False when there is no schema to ask."""
    path = schema_path()
    if path is None:
        return False
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')
        import jsonschema
    with open(path, encoding='utf-8') as file:
        schema = json.load(file)
    # The schema says draft 2020-12 by its use of prefixItems.
    extended = jsonschema.validators.extend(jsonschema.Draft202012Validator, {'pattern': _pattern})
    validator = extended(schema)
    errors = sorted(validator.iter_errors(source.value), key=lambda error: len(error.absolute_path), reverse=True)
    if errors:
        deepest = errors[0]
        text = deepest.message.split('\n')[0][:200]
        raise Refused(f'{source.where(deepest.absolute_path)}: containerlab\'s schema says: {text}')
    return True

"""Compute the fingerprint of a pipeline: digests of the code, data, libraries and settings that shape a record."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from importlib import metadata, resources
from itertools import chain
from typing import TYPE_CHECKING, Any

from service import __version__
from service.contract.enriched_article import Pipeline

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from importlib.resources.abc import Traversable

    from spacy.language import Language

    from service.settings import Settings

CODE_FILES = ("__init__.py", "errors.py", "processes/__init__.py", "processes/processor.py")
CODE_FOLDERS = ("contract", "enrich", "wire")
"""Together with `CODE_FILES`: all of our code that turns bytes into a record.

`settings.py` is left out: the values of the settings count instead.
"""

LIBRARIES = (
    *("spacy", "thinc", "blis", "numpy"),  # every score: blis multiplies the matrices
    *("feedparser", "ftfy", "lxml", "orjson", "pydantic", "selectolax"),  # the article; pydantic parses times
    *("py3langid", "rensa"),
)
"""Libraries of which another version may produce other records."""

PART_DIGITS = 12  # 48 bits: one change in 10**14 goes unnoticed
FINGERPRINT_DIGITS = 16  # 64 bits


def describe_pipeline(settings: Settings, nlp: Language, gazetteer: str) -> Pipeline:
    """Return the digests of everything that shapes a record, and the fingerprint over them.

    Equal fingerprints and equal input give equal records, byte for byte.

    Args:
        settings: Settings of the service.
        nlp: The language model.
        gazetteer: Edition of the place names.
    """
    libraries = {name: metadata.version(name) for name in LIBRARIES}
    libraries["unicode"] = unicodedata.unidata_version  # Python's: what is a letter, a capital, a space
    settings_that_count = {name: getattr(settings, name) for name in ("input_format", "languages", "watched")}
    # The shipped model is part of the data. An installed one can change under the same name and version.
    installed = _files(nlp.path, "installed-model/") if nlp.path else ()
    member_names = _files(resources.files("service.wire") / "data", "wire/")
    parts = {
        "service": __version__,
        "model": f"{nlp.meta['lang']}_{nlp.meta['name']}",
        "model_version": str(nlp.meta["version"]),
        "gazetteer": gazetteer,
        "rules": data_digest(chain(_files(resources.files("service.enrich") / "data"), member_names, installed)),
        "code": code_digest(resources.files("service")),
        "libraries": _digest(libraries)[:PART_DIGITS],
        "settings": _digest(settings_that_count)[:PART_DIGITS],
    }
    return Pipeline(**parts, fingerprint=_digest(parts)[:FINGERPRINT_DIGITS])


def code_digest(package: Traversable) -> str:
    """Return a digest of the sources in *package* that turn bytes into a record.

    The digest covers every byte, including comments and docstrings. Bytecode and syntax trees would leave these out,
    but they differ between versions of Python, so that one release would have several digests. A reworded comment
    therefore gives a new digest, which does no harm: a new digest says that records may differ, not that they do.
    """
    folders = (_files(package / folder, f"{folder}/") for folder in CODE_FOLDERS)
    sources = (file for file in chain.from_iterable(folders) if file[0].endswith(".py"))
    return _files_digest(chain(((name, package / name) for name in CODE_FILES), sources))


def data_digest(files: Iterable[tuple[str, Traversable]]) -> str:
    """Return a digest of the data among *files*: all except prose (`*.md`) and hidden files."""
    return _files_digest(
        (name, path) for name, path in files if not (path.name.startswith(".") or name.endswith(".md"))
    )


def _files(folder: Traversable, prefix: str = "") -> Iterator[tuple[str, Traversable]]:
    """Yield every file under *folder*, named by *prefix* and its path relative to *folder*."""
    for path in folder.iterdir():
        if path.is_dir():
            yield from _files(path, f"{prefix}{path.name}/")
        else:
            yield f"{prefix}{path.name}", path


def _files_digest(files: Iterable[tuple[str, Traversable]]) -> str:
    """Return a digest of *files* by name: it changes if two files swap names, but not with their order."""
    return _digest({name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in files})[:PART_DIGITS]


def _digest(values: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()

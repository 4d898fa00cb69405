"""The fingerprint of a pipeline: digests of the code, data, libraries and settings that decide what a record says."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from importlib import metadata, resources
from itertools import chain
from typing import TYPE_CHECKING, Any

from service import __version__
from service.contract.records import Pipeline

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from importlib.resources.abc import Traversable

    from spacy.language import Language

    from service.enrich.gazetteer.places import Gazetteer
    from service.settings import Settings

CODE_FILES = ("__init__.py", "contract/outcomes.py", "contract/records.py", "processes/processor.py")
CODE_FOLDERS = ("enrich", "wire")
"""With `CODE_FILES`, all of our code that turns bytes into a record. `settings.py` counts by its values instead."""

LIBRARIES = (
    *("spacy", "thinc", "blis", "numpy"),  # every score: blis multiplies the matrices
    *("feedparser", "ftfy", "lxml", "orjson", "pydantic", "selectolax"),  # what the article says; pydantic reads times
    *("py3langid", "rensa"),
)
"""Libraries whose other versions may make other records."""

PART_DIGITS = 12  # 48 bits: a chance change keeps the digest once in 10**14
FINGERPRINT_DIGITS = 16  # 64 bits


def describe(settings: Settings, nlp: Language, gazetteer: Gazetteer) -> Pipeline:
    """Name everything that decides what a record says: equal fingerprints make equal records of equal input."""
    libraries = {name: metadata.version(name) for name in LIBRARIES}
    libraries["unicode"] = unicodedata.unidata_version  # Python's: which characters are letters, capitals, spaces
    deciding = {name: getattr(settings, name) for name in ("input_format", "languages", "watched")}
    # The shipped model is among the data. An installed one may change under the same name and version.
    installed = _files(nlp.path, "installed-model/") if nlp.path else ()
    parts = {
        "service": __version__,
        "model": f"{nlp.meta['lang']}_{nlp.meta['name']}",
        "model_version": str(nlp.meta["version"]),
        "gazetteer": gazetteer.edition,
        "rules": data(chain(_files(resources.files("service.enrich") / "data"), installed)),
        "code": code(resources.files("service")),
        "libraries": _digest(libraries)[:PART_DIGITS],
        "settings": _digest(deciding)[:PART_DIGITS],
    }
    return Pipeline(**parts, fingerprint=_digest(parts)[:FINGERPRINT_DIGITS])


def code(package: Traversable) -> str:
    """Return a digest of the sources in *package* that turn bytes into a record.

    The sources are taken byte by byte, comments and docstrings included. Bytecode and syntax trees would leave these
    out, but they differ between versions of Python, so the same release would have several digests. A reworded
    comment thus gives a new digest, which does no harm: a new digest says that records may differ, not that they do.
    """
    folders = (_files(package / folder, f"{folder}/") for folder in CODE_FOLDERS)
    sources = (file for file in chain.from_iterable(folders) if file[0].endswith(".py"))
    return _edition(chain(((name, package / name) for name in CODE_FILES), sources))


def data(files: Iterable[tuple[str, Traversable]]) -> str:
    """Return a digest of the data among *files*: all but prose (`*.md`) and hidden files."""
    return _edition((name, path) for name, path in files if not (path.name.startswith(".") or name.endswith(".md")))


def _files(folder: Traversable, prefix: str = "") -> Iterator[tuple[str, Traversable]]:
    """Yield every file under *folder* with *prefix* and its path in there, which is the same wherever *folder* is."""
    for path in folder.iterdir():
        if path.is_dir():
            yield from _files(path, f"{prefix}{path.name}/")
        else:
            yield f"{prefix}{path.name}", path


def _edition(files: Iterable[tuple[str, Traversable]]) -> str:
    """Return a digest of *files* by name, so that two files that swap names change it; their order does not."""
    return _digest({name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in files})[:PART_DIGITS]


def _digest(values: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()

"""The Faust application by its name: `faust -A service.worker.app worker`, configured by the environment."""

from service.settings import Settings
from service.worker.application import build

app = build(Settings())

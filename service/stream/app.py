"""The Faust application by its name: `faust -A service.stream.app worker`, configured by the environment."""

from service.settings import Settings
from service.stream.agent import build

app = build(Settings())

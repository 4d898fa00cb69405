"""A real API server of Kubernetes on this machine: kube-apiserver with etcd, and no node."""

from __future__ import annotations

import json
import secrets
import ssl
import subprocess
import time
import urllib.error
import urllib.request
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Self

from service.local_kafka.ports import free_port

if TYPE_CHECKING:
    from pathlib import Path

Manifest = dict[str, Any]
START_SECONDS = 300
ANSWER_SECONDS = 60


class Refused(Exception):  # noqa: N818 - the server's answer, not a fault
    """The server refused a manifest, or accepted it with a warning."""


class ApiServer:
    """An API server that stores what is applied, after its own validation and admission."""

    def __init__(self, folder: Path, kube_apiserver: str, etcd: str) -> None:
        self._folder = folder
        self._programs = (etcd, kube_apiserver)
        self._token = secrets.token_hex()
        self._plurals: dict[tuple[str, str], tuple[str, bool]] = {}

    def __enter__(self) -> Self:
        """Start etcd and the server, and wait until the server is ready."""
        with ExitStack() as starting:  # stops them if one does not start
            self._stack = starting
            etcd_port, peer_port, self._port = free_port(), free_port(), free_port()
            etcd, kube_apiserver = self._programs
            url = f"http://127.0.0.1:{etcd_port}"
            self._start(
                etcd,
                f"--data-dir={self._folder / 'etcd'}",
                *(f"--{kind}-client-urls={url}" for kind in ("listen", "advertise")),
                f"--listen-peer-urls=http://127.0.0.1:{peer_port}",
            )
            key = self._folder / "service-account.key"
            subprocess.run(["openssl", "genrsa", "-out", key, "2048"], check=True, capture_output=True)
            tokens = self._folder / "tokens.csv"
            tokens.write_text(f"{self._token},tester,tester,system:masters\n")
            self._start(
                kube_apiserver,
                f"--etcd-servers={url}",
                f"--secure-port={self._port}",
                "--bind-address=127.0.0.1",
                f"--cert-dir={self._folder / 'certificates'}",
                f"--token-auth-file={tokens}",
                "--authorization-mode=RBAC",
                "--service-cluster-ip-range=10.0.0.0/24",
                "--service-account-issuer=https://kubernetes.default.svc",
                f"--service-account-key-file={key}",
                f"--service-account-signing-key-file={key}",
            )
            self._await_ready()
            self._stack = starting.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop the server, then etcd."""
        self._stack.close()

    def apply(self, manifest: Manifest) -> Manifest:
        """Apply *manifest* on the server's side with strict validation, and return what is stored.

        Raises:
            Refused: The server refused it, or warned.
        """
        query = "fieldManager=test&fieldValidation=Strict&force=true"
        path = f"{self._path(manifest)}/{manifest['metadata']['name']}?{query}"
        return self._request("PATCH", path, manifest, "application/apply-patch+yaml")

    def create(self, manifest: Manifest) -> Manifest:
        """Create *manifest*, and return what is stored.

        Raises:
            Refused: The server refused it, or warned.
        """
        return self._request("POST", f"{self._path(manifest)}?fieldValidation=Strict", manifest)

    def define(self, definitions: list[Manifest]) -> None:
        """Apply definitions of custom kinds, and wait until the server serves them."""
        for definition in definitions:
            self.apply(definition)
        end = time.monotonic() + START_SECONDS
        for definition in definitions:
            path = f"{self._path(definition)}/{definition['metadata']['name']}"
            while not any(
                condition["type"] == "Established" and condition["status"] == "True"
                for condition in self._request("GET", path).get("status", {}).get("conditions", ())
            ):
                assert time.monotonic() < end, f"{definition['metadata']['name']} is not served"
                time.sleep(0.1)

    def _start(self, *command: str) -> None:
        log = self._stack.enter_context((self._folder / f"{command[0].rpartition('/')[2]}.log").open("w"))
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=self._folder)
        self._stack.callback(process.wait)
        self._stack.callback(process.terminate)

    def _await_ready(self) -> None:
        end = time.monotonic() + START_SECONDS
        while True:
            try:
                self._request("GET", "/readyz")
            except (OSError, Refused) as error:
                if time.monotonic() > end:
                    raise TimeoutError("the API server does not start") from error
                time.sleep(0.2)
            else:
                return

    def _path(self, manifest: Manifest) -> str:
        """Return the path of the collection that *manifest* belongs to."""
        version, kind = manifest["apiVersion"], manifest["kind"]
        root = f"/apis/{version}" if "/" in version else f"/api/{version}"
        if (version, kind) not in self._plurals:
            resources = self._request("GET", root)["resources"]
            for one in resources:
                if "/" not in one["name"]:
                    self._plurals[version, one["kind"]] = (one["name"], one["namespaced"])
        plural, namespaced = self._plurals[version, kind]
        return f"{root}/namespaces/{manifest['metadata']['namespace']}/{plural}" if namespaced else f"{root}/{plural}"

    def _request(
        self, method: str, path: str, body: Manifest | None = None, content_type: str = "application/json"
    ) -> Manifest:
        request = urllib.request.Request(
            f"https://127.0.0.1:{self._port}{path}",
            json.dumps(body).encode() if body else None,
            {"Authorization": f"Bearer {self._token}", "Content-Type": content_type},
            method=method,
        )
        context = ssl._create_unverified_context()  # noqa: S323 - it made its certificate just now
        try:
            with urllib.request.urlopen(request, timeout=ANSWER_SECONDS, context=context) as response:  # noqa: S310 - of this machine
                warnings = response.headers.get_all("Warning", [])
                text = response.read()
        except urllib.error.HTTPError as error:
            raise Refused(error.read().decode()) from error
        if warnings:
            raise Refused("; ".join(warnings))
        answer: Manifest = json.loads(text) if text.startswith(b"{") else {}
        return answer

"""An S3 server of the tests' own: moto's, in a process of its own."""

import contextlib
import socket
import subprocess
import sys
import time
import urllib.request
from typing import Self

# the server takes any signature, but to the unsigned it gives nothing
_SIGNED = "AWS4-HMAC-SHA256 Credential=any/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=any"


class BucketServer:
    """A server with a bucket; `endpoint` is its URL. It asks for no credentials, but wants some to be there."""

    def __init__(self, bucket: str = "kept") -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.endpoint, self.bucket = f"http://127.0.0.1:{port}", bucket
        command = [sys.executable, "-m", "moto.server", "--host", "127.0.0.1", "--port", str(port)]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        end = time.monotonic() + 60
        while True:
            with contextlib.suppress(OSError):
                self.ask("PUT", "")
                return
            assert time.monotonic() < end, "the bucket's server does not answer"
            assert self._process.poll() is None, "the bucket's server ended"
            time.sleep(0.1)

    def ask(self, method: str, key: str, data: bytes | None = None) -> tuple[bytes, dict[str, str]]:
        """Send one plain request for a key of the bucket; return body and headers."""
        address = f"{self.endpoint}/{self.bucket}/{key}"
        headers = {"Authorization": _SIGNED, "Content-Type": "application/octet-stream"}
        request = urllib.request.Request(address, method=method, data=data, headers=headers)
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.read(), dict(answer.headers)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()

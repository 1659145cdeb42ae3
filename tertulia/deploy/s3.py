"""S3 and what speaks like it: ``s3://bucket/prefix?endpoint=https://s3.example.org&region=eu-west-1``.

Signed by AWS Signature Version 4, written here: it is forty lines of HMAC that have not changed since 2012, checked
against AWS's published examples, while the libraries for it bring 15 MB (boto3) or a second HTTP client.
https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html (read 2026-11)

Each object is replaced whole; the site as a whole is not, so pages follow what they name.
"""

import hashlib
import hmac
import mimetypes
import re
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs, quote

from tertulia.core.addresses import split_address
from tertulia.core.errors import FetchError, SettingError, os_words
from tertulia.core.fetch import Fetched
from tertulia.core.languages import say
from tertulia.deploy.base import (
    MANIFEST,
    DeployContext,
    DeployError,
    DeployPlan,
    Manifest,
    Target,
    failed,
    read_manifest,
    written,
)

TIMEOUT_SECONDS = 120.0
TRIES = 3
# Pages are asked for anew each time; files with a hash in their name could live for ever, but we cannot tell them.
CACHE_PAGES = "public, max-age=0, must-revalidate"
CACHE_FILES = "public, max-age=3600"

# https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html (read 2026-11)
_WORDS = re.compile(r"<(?:Code|Message)>([^<]*)<")

for _kind, _suffix in (("image/webp", ".webp"), ("image/avif", ".avif"), ("font/woff2", ".woff2")):
    mimetypes.add_type(_kind, _suffix)


class S3(Target):
    """A bucket, or a folder in one."""

    def __init__(self, address: str, context: DeployContext) -> None:
        parts = split_address(f"s3:{address}")
        options = {name: values[0] for name, values in parse_qs(parts.query).items()}
        self._tools = context
        self._begun = False  # something of the site has changed there
        self._region = options.get("region", "us-east-1")
        self._endpoint = options.get("endpoint", f"https://s3.{self._region}.amazonaws.com").rstrip("/")
        self._bucket = parts.netloc
        self._prefix = parts.path.strip("/") + "/" if parts.path.strip("/") else ""
        keys = (context.settings.aws_access_key_id, context.settings.aws_secret_access_key)
        if not self._bucket or not all(keys):
            raise SettingError(say("s3_keys"))

    def manifest(self) -> Manifest:
        answer = self._ask("GET", MANIFEST)
        if answer.status == 404:
            return Manifest()
        return read_manifest(answer.body)

    def apply(self, output: Path, plan: DeployPlan) -> None:
        self._begun = False
        self._put(MANIFEST, written(plan.between))
        for name in plan.put:
            try:
                data = (output / name).read_bytes()
            except OSError as error:
                raise failed(os_words(error), partly=self._begun) from error
            self._put(name, data)
            self._begun = True
        for name in plan.delete:
            self._ask("DELETE", name)
            self._begun = True
        self._put(MANIFEST, written(plan.new))

    def _put(self, name: str, data: bytes) -> None:
        kind = _content_type(name)
        cache = CACHE_PAGES if kind.startswith(("text/html", "application/")) else CACHE_FILES
        self._ask("PUT", name, data, {"content-type": kind, "cache-control": cache})

    def _ask(self, method: str, name: str, data: bytes = b"", headers: dict[str, str] | None = None) -> Fetched:
        url = f"{self._endpoint}/{quote(self._bucket)}/{quote(self._prefix + name, safe='/~')}"
        keys = self._tools.settings
        for last in (*[False] * (TRIES - 1), True):
            signed = sign(
                method,
                url,
                headers or {},
                data,
                key=keys.aws_access_key_id.reveal(),
                secret=keys.aws_secret_access_key.reveal(),
                region=self._region,
                now=self._tools.now(),
            )
            try:
                answer = self._tools.web.request(
                    method, url, headers=signed, data=data, timeout_seconds=TIMEOUT_SECONDS, max_bytes=50_000_000
                )
            except FetchError as error:
                if last:
                    raise failed(error, partly=self._begun) from None
                continue
            if answer.ok or (answer.status == 404 and method != "PUT" and _no_object(answer)):
                return answer
            if last or answer.status < 500:
                raise self._refused(name, answer)
        raise AssertionError("the last try returns or raises")

    def _refused(self, name: str, answer: Fetched) -> DeployError:
        words = _WORDS.findall(answer.text)
        if "NoSuchBucket" in words:
            why = say("s3_no_bucket", bucket=self._bucket, endpoint=self._endpoint)
        else:
            why = f"{name}: {answer.status} {': '.join(words) or answer.text}"
        return failed(why, partly=self._begun)


def _no_object(answer: Fetched) -> bool:
    """Whether a 404 is of this one object: not of the bucket, and not of something that is no store of objects."""
    codes = _WORDS.findall(answer.text)
    return codes[:1] == ["NoSuchKey"] or not (codes or "<html" in answer.text.lower())


def _content_type(name: str) -> str:
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return f"{kind}; charset=utf-8" if kind.startswith("text/") or kind in ("application/xml",) else kind


def sign(
    method: str,
    url: str,
    headers: dict[str, str],
    data: bytes,
    *,
    key: str,
    secret: str,
    region: str,
    now: datetime,
    service: str = "s3",
) -> dict[str, str]:
    """
    Sign one request by AWS Signature Version 4.

    Args:
        headers: Those that are sent beside ours, by name.
        data: The whole body.
        key: The access key's id, and *secret*, the key itself.
        now: Aware; servers refuse what is 15 minutes off.

    Returns:
        *headers* with date, body's hash and authorisation.
    """
    parts = split_address(url)
    moment = now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    body_hash = hashlib.sha256(data).hexdigest()
    given = {name.lower(): " ".join(value.split()) for name, value in headers.items()}
    given |= {"host": parts.netloc, "x-amz-date": moment, "x-amz-content-sha256": body_hash}
    names = ";".join(sorted(given))
    canonical = "\n".join(
        [
            method,
            parts.path or "/",
            "&".join(sorted(parts.query.split("&"))) if parts.query else "",
            *(f"{name}:{given[name]}" for name in sorted(given)),
            "",
            names,
            body_hash,
        ]
    )
    scope = f"{moment[:8]}/{region}/{service}/aws4_request"
    to_sign = "\n".join(["AWS4-HMAC-SHA256", moment, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    signing_key = f"AWS4{secret}".encode()
    for part in scope.split("/"):
        signing_key = hmac.digest(signing_key, part.encode(), "sha256")
    signature = hmac.digest(signing_key, to_sign.encode(), "sha256").hex()
    given["authorization"] = f"AWS4-HMAC-SHA256 Credential={key}/{scope}, SignedHeaders={names}, Signature={signature}"
    del given["host"]  # the session writes it itself
    return given

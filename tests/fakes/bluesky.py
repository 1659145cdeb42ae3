"""Bluesky, as its documentation says."""

import json
from typing import Any

from tests.fakes.server import NOW, Asked, Fake


class FakeBluesky(Fake):
    """A PDS with one account; every login and access token lives for ``token_life`` requests."""

    name = "bluesky"
    did = "did:plc:abcdefghijklmnop"

    def __init__(self) -> None:
        super().__init__()
        self.records: dict[str, dict[str, Any]] = {}
        self.tokens = {"access-0"}
        self.logins = 0
        self.refreshes = 0

    def environ(self) -> dict[str, str]:
        return {
            "BLUESKY_URL": self.url,
            "BLUESKY_HANDLE": "bitacora.test",
            "BLUESKY_APP_PASSWORD": "bluesky-secret-pass",
        }

    def creates(self, method: str, path: str) -> bool:
        return path == "/xrpc/com.atproto.repo.putRecord"

    def expired(self) -> Any:
        self.tokens.clear()
        self.broken = True
        return 400, {"error": "ExpiredToken", "message": "Token has expired"}

    def refusal(self) -> Any:
        return 400, {"error": "InvalidRequest", "message": "Record/text must not be to our dislike"}

    broken = False  # the app password was taken back

    def answer(self, method: str, path: str, asked: Asked) -> Any:
        name = path.removeprefix("/xrpc/")
        if name in ("com.atproto.server.createSession", "com.atproto.server.refreshSession"):
            if self.broken:
                return 401, {"error": "AuthenticationRequired", "message": "Invalid identifier or password"}
            self.logins += name.endswith("createSession")
            self.refreshes += name.endswith("refreshSession")
            token = f"access-{self.logins}-{self.refreshes}"
            self.tokens = {token}
            return 200, {"did": self.did, "handle": "bitacora.test", "accessJwt": token, "refreshJwt": "refresh-secret"}
        if asked.headers.get("Authorization", "").removeprefix("Bearer ") not in self.tokens:
            return 400, {"error": "ExpiredToken", "message": "Token has expired"}
        return getattr(self, name.rpartition(".")[2])(asked)

    def uploadBlob(self, asked: Asked) -> Any:
        kind, size = asked.headers["Content-Type"], len(asked.body)
        return 200, {"blob": {"$type": "blob", "ref": {"$link": f"bafy{size}"}, "mimeType": kind, "size": size}}

    def resolveHandle(self, asked: Asked) -> Any:
        if asked.query["handle"] == "ana.bsky.social":
            return 200, {"did": "did:plc:ana"}
        return 400, {"error": "InvalidRequest", "message": "Unable to resolve handle"}

    def getRecord(self, asked: Asked) -> Any:
        record = self.records.get(asked.query["rkey"])
        if record is None:
            return 400, {"error": "RecordNotFound", "message": "Could not locate record"}
        return 200, record

    def listRecords(self, asked: Asked) -> Any:
        keys = sorted(self.records, reverse=True)
        keys = [key for key in keys if key < asked.query.get("cursor", "z")][
            : min(int(asked.query.get("limit", 50)), 2)
        ]
        return 200, {"records": [self.records[key] for key in keys], "cursor": keys[-1] if keys else ""}

    def putRecord(self, asked: Asked) -> Any:
        body = asked.json
        there = self.records.get(body["rkey"])
        if "swapRecord" in body and body["swapRecord"] != (there["cid"] if there else None):
            return 400, {"error": "InvalidSwap", "message": "Record was at another cid"}
        record = {
            "uri": f"at://{self.did}/app.bsky.feed.post/{body['rkey']}",
            "cid": f"cid{len(self.records)}{len(json.dumps(body))}",
            "value": body["record"],
        }
        self.records[body["rkey"]] = record
        self._show()
        return 200, record

    def by_hand(self, text: str, link: str) -> None:
        """The owner writes *text* with *link* as a card."""
        embed = {"$type": "app.bsky.embed.external", "external": {"uri": link, "title": "", "description": ""}}
        rkey = f"3k{len(self.records):011}"
        value = {"text": text, "createdAt": NOW.isoformat(), "embed": embed}
        self.records[rkey] = {"uri": f"at://{self.did}/app.bsky.feed.post/{rkey}", "cid": f"hand{rkey}", "value": value}
        self._show()

    def deleteRecord(self, asked: Asked) -> Any:
        gone = self.records.pop(asked.json["rkey"], None)
        if gone:
            self.deleted.append(gone)
        self._show()
        return 200, {}

    def _show(self) -> None:
        self.public[:] = [
            {
                "text": record["value"]["text"],
                "alts": [image["alt"] for image in record["value"].get("embed", {}).get("images", [])],
                **record,
            }
            for record in self.records.values()
        ]

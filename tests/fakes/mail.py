"""A mail server, which takes letters."""

import os
import socket
import socketserver
import ssl
import threading
from email import message_from_bytes, policy

from tests.fakes.server import CERTIFICATE, Fake


class FakeMail(Fake):
    """
    A mail server: what it accepted is in ``public``, each line it was told in ``heard``. Just enough SMTP (RFC 5321).

    It offers STARTTLS with a certificate of its own making, unless *stripped*: then it is a server, or somebody on the
    way to one, that hides the offer and would take a password in the clear. One that is *smtps* begins with TLS.
    """

    name = "mail"
    # SMTP knows no answer that is neither yes nor no: 4xx is "later", 5xx is "no", and both are meant.
    faults_known = ("429", "503 retry", "401", "422", "drop before", "drop after")

    def __init__(self, stripped: bool = False, smtps: bool = False) -> None:
        super().__init__()
        self.close()
        self.stripped, self.smtps = stripped, smtps
        self.heard: list[str] = []
        os.environ["SSL_CERT_FILE"] = str(CERTIFICATE)  # whom this process trusts
        fake = self

        class Session(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                fake.serve(self)

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True

        self._server = Server(("127.0.0.1", 0), Session)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def environ(self) -> dict[str, str]:
        return {
            "SMTP_URL": f"smtp://ana:mail-secret-pass@127.0.0.1:{self.port}",
            "MAIL_FROM": "La bitácora <cartas@blog.example>",
            "SECRET_KEY": "signing-secret-key",
        }

    def serve(self, session: socketserver.StreamRequestHandler) -> None:
        def say(line: str) -> None:
            session.wfile.write(line.encode() + b"\r\n")

        def secure() -> None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(CERTIFICATE)
            session.connection = context.wrap_socket(session.connection, server_side=True)
            session.rfile = session.connection.makefile("rb")
            session.wfile = session.connection.makefile("wb", buffering=0)

        if self.smtps:
            secure()
        say("220 fake ESMTP")
        to = fault = ""
        secured = self.stripped or self.smtps
        while line := session.rfile.readline():
            verb = line.split()[0].upper().decode() if line.split() else ""
            self.heard.append(
                ("TLS " if secured and not self.stripped else "") + line.decode("utf-8", "replace").strip()
            )
            if verb == "EHLO":
                say("250-fake")
                if self.smtps:
                    say("250-STARTTLS")  # as some do all the same: https://www.rfc-editor.org/rfc/rfc3207#section-4.2
                say("250 AUTH PLAIN LOGIN" if secured else "250 STARTTLS")
            elif verb == "STARTTLS" and not secured:
                say("220 Go ahead")
                secure()
                secured = True
            elif verb == "AUTH" and not secured:
                say("530 5.7.0 Must issue a STARTTLS command first")
            elif verb == "AUTH":
                if self.faults and self.faults[0] == "401":
                    fault = self.faults.popleft()
                say("535 5.7.8 Authentication credentials invalid" if fault == "401" else "235 2.7.0 Accepted")
            elif verb == "MAIL":
                fault = self.faults.popleft() if self.faults else ""
                say("421 4.7.0 Too many messages" if fault in ("429", "503 retry") else "250 OK")
            elif verb == "RCPT":
                to = line.decode().split("<")[1].split(">")[0]
                say("250 OK")
            elif verb == "DATA":
                if fault == "drop before":
                    session.connection.shutdown(socket.SHUT_RDWR)
                    return
                say("354 Go ahead")
                if not self._take(session, to, fault):
                    return
                say("550 5.7.1 Refused by policy" if fault == "422" else "250 OK")
            elif verb == "QUIT":
                if fault != "hang up":
                    say("221 Bye")
                return
            else:
                say("250 OK")

    def _take(self, session: socketserver.StreamRequestHandler, to: str, fault: str) -> bool:
        data = b""
        while (line := session.rfile.readline()) != b".\r\n":
            data += line.removeprefix(b".") if line.startswith(b"..") else line
        if fault == "422":
            return True
        letter = message_from_bytes(data, policy=policy.default)
        plain = letter.get_body(("plain",)).get_content()
        with self.lock:
            self.public.append({"text": plain, "to": to, "letter": letter, "raw": data})
        self.on_created()
        if fault == "drop after":
            session.connection.shutdown(socket.SHUT_RDWR)
            return False
        return True

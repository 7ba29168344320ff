"""A mail server on this machine that keeps what it is given: the little of RFC 5321 that a client of ours says."""

from __future__ import annotations

import socketserver
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from threading import Thread
from typing import cast

ANSWERS = {"EHLO": "250 here", "HELO": "250 here", "MAIL": "250 fine", "RSET": "250 fine", "NOOP": "250 fine"}


class Letterbox(socketserver.ThreadingTCPServer):
    """What arrived, and the addresses that do not exist here."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Conversation)
        self.letters: list[tuple[str, EmailMessage]] = []
        self.unknown: set[str] = set()

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def readers(self) -> list[str]:
        """To whom letters came, by address."""
        return sorted(to for to, _ in self.letters)

    def letter(self, to: str) -> EmailMessage:
        """The one letter to that address."""
        (found,) = [letter for reader, letter in self.letters if reader == to]
        return found


class Conversation(socketserver.StreamRequestHandler):
    """One client, until it takes its leave."""

    server: Letterbox

    def handle(self) -> None:
        self.say("220 here")
        to: list[str] = []
        for line in self.rfile:
            verb, _, rest = line.decode().strip().partition(" ")
            if verb.upper() == "RCPT":
                address = rest.partition("<")[2].partition(">")[0]
                is_known = address not in self.server.unknown
                to += [address] if is_known else []
                self.say("250 fine" if is_known else "550 no such user")
            elif verb.upper() == "DATA":
                self.say("354 go on")
                letter = cast(EmailMessage, message_from_bytes(self.read(), policy=policy.default))
                self.server.letters += [(address, letter) for address in to]
                to = []
                self.say("250 kept")
            elif verb.upper() == "QUIT":
                self.say("221 good-bye")
                return
            else:
                self.say(ANSWERS.get(verb.upper(), "502 what?"))

    def read(self) -> bytes:
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        return b"".join(lines)

    def say(self, answer: str) -> None:
        self.wfile.write(f"{answer}\r\n".encode())


@contextmanager
def opened() -> Iterator[Letterbox]:
    """A letterbox, as long as the test lasts."""
    with Letterbox() as box:
        thread = Thread(target=box.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        yield box
        box.shutdown()
        thread.join()

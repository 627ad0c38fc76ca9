"""Notices by e-mail, taken by a real mail server (aiosmtpd) and read by Python's own `email`.

UBUGI names the program.
"""

import email
import email.policy
import logging
import re
import unittest

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from office import Office

# The server remarks on each connection that it takes passwords without encryption: it is asked to, on this machine.
logging.getLogger("mail.log").setLevel(logging.ERROR)

CHANNELS = "    - {{id: mail, kind: email, server: 127.0.0.1, port: {port}, security: none, from: kosodate@example.jp, reply_to: office@example.jp, name: {{ja: 日野の子育て「はぐくみ」課}}, unsubscribe: https://hino.example.jp/mail/}}\n"
LONG = "乳幼児健診とワクチンのお知らせ（とても長い題名が折り返されても、一字も欠けずに届くように）"
ARTICLES = {
    "checkup": (LONG, ["notify: {plain: '.点で始まる行。<b>太字</b>ではなく & そのまま。'}"]),
    "fair": ("お祭り 👶 <春> & \"夏\"", []),
}


class Mailbox:
    """Keeps what comes, and refuses whom it does not know."""

    def __init__(self):
        self.mails, self.greylisted, self.logins = [], set(), 0

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("gone"):
            return "550 5.1.1 no such mailbox"
        if address.startswith("grey") and address not in self.greylisted:
            self.greylisted.add(address)
            return "451 4.7.1 come again"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 yes"

    async def handle_DATA(self, server, session, envelope):
        self.mails.append((envelope.mail_from, list(envelope.rcpt_tos), bytes(envelope.original_content)))
        return "250 2.0.0 taken"


class Server(Controller):
    """A mail server on a port that is free."""

    def __init__(self, mailbox, authenticator):
        super().__init__(mailbox, hostname="127.0.0.1", port=0, authenticator=authenticator, auth_required=True, auth_require_tls=False)

    def _trigger_server(self):
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


class Mail(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.box = Mailbox()

        def authenticate(server, session, envelope, mechanism, login):
            is_known = isinstance(login, LoginPassword) and (login.login, login.password) == (b"office", b"TOPSECRET")
            cls.box.logins += is_known
            return AuthResult(success=is_known)

        cls.server = Server(cls.box, authenticate)
        cls.server.start()
        cls.addClassCleanup(cls.server.stop)
        cls.office = Office(CHANNELS.format(port=cls.server.port), ARTICLES)
        cls.addClassCleanup(cls.office.close)
        people = [{"to": f"p{index}@example.jp"} for index in range(20)]
        people += [
            {"to": "baby@example.jp", "segments": ["babies"], "unsubscribe": "https://hino.example.jp/mail/x7f3?a=1&b=2"},
            {"to": "both@example.jp", "segments": ["all", "babies"]},
            {"to": "grey@example.jp", "segments": ["all"]},
            {"to": "gone@example.jp", "segments": ["all"]},
        ]
        cls.office.recipients("mail", people)
        cls.office.secrets |= {"UBUGI_132128_MAIL_USER": "office", "UBUGI_132128_MAIL_PASSWORD": "TOPSECRET"}
        cls.told = cls.office.send()
        cls.read = [(to, email.message_from_bytes(raw, policy=email.policy.default)) for _, to, raw in cls.box.mails]

    def test_each_recipient_gets_each_notice_once_and_alone(self):
        self.assertEqual([notice["segment"] for notice in self.office.outbox["notices"]], ["all", "all", "babies", "babies"])
        seen = sorted((to[0], mail["Subject"]) for to, mail in self.read)
        people = [f"p{index}@example.jp" for index in range(20)] + ["baby@example.jp", "both@example.jp", "grey@example.jp"]
        self.assertEqual(seen, sorted((person, f"【日野市】{title}") for person in people for title, _ in ARTICLES.values()))
        for to, mail in self.read:
            self.assertEqual(len(to), 1)
            self.assertEqual([address.addr_spec for address in mail["To"].addresses], to)
            self.assertEqual((mail["Cc"], mail["Bcc"]), (None, None))
            text = mail.as_string() + "".join(part.get_content() for part in mail.walk() if not part.is_multipart())
            self.assertEqual(set(re.findall(r"[\w.+-]+@example\.jp", text)) & {*people, "gone@example.jp"}, set(to))
        self.assertIn("gone 2", self.told)
        self.assertIn("lines that can go from the list: 24", self.told)

    def test_headers(self):
        for to, mail in self.read:
            sender = mail["From"].addresses[0]
            self.assertEqual((sender.display_name, sender.addr_spec), ("日野の子育て「はぐくみ」課", "kosodate@example.jp"))
            self.assertEqual(mail["Reply-To"].addresses[0].addr_spec, "office@example.jp")
            self.assertEqual(mail["Auto-Submitted"], "auto-generated")
            self.assertIsNotNone(mail["Date"].datetime)
            self.assertFalse(mail.defects)
            if to == ["baby@example.jp"]:
                self.assertEqual((mail["List-Unsubscribe"], mail["List-Unsubscribe-Post"]), ("<https://hino.example.jp/mail/x7f3?a=1&b=2>", "List-Unsubscribe=One-Click"))
            else:
                self.assertEqual((mail["List-Unsubscribe"], mail["List-Unsubscribe-Post"]), ("<https://hino.example.jp/mail/>", None))
        ids = [mail["Message-ID"] for _, mail in self.read]
        self.assertEqual(len(set(ids)), len(ids))
        for one in ids:
            self.assertRegex(one, r"^<[0-9a-f]{8}-[0-9a-f-]{27}@example\.jp>$")

    def test_parts(self):
        notices = {notice["title"]: notice for notice in self.office.outbox["notices"]}
        for to, mail in self.read:
            notice = notices[mail["Subject"]]
            self.assertEqual([part.get_content_type() for part in mail.walk()], ["multipart/alternative", "text/plain", "text/html"])
            plain, html = (mail.get_body((kind,)) for kind in ("plain", "html"))
            self.assertEqual((plain.get_content_charset(), html.get_content_charset()), ("utf-8", "utf-8"))
            self.assertFalse(plain.defects + html.defects)
            leave = "https://hino.example.jp/mail/x7f3?a=1&b=2" if to == ["baby@example.jp"] else "https://hino.example.jp/mail/"
            for piece in (notice["title"], notice["text"], notice["url"], leave):
                self.assertIn(piece, plain.get_content())
                self.assertIn(piece.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;"), html.get_content())
            self.assertIn('<html lang="ja">', html.get_content())
            self.assertNotIn("<b>", html.get_content())

    def test_lines_are_as_the_wire_wants_them(self):
        for _, _, raw in self.box.mails:
            self.assertTrue(raw.isascii())
            lines = raw.split(b"\r\n")
            self.assertFalse([line for line in lines if b"\n" in line or b"\r" in line])
            self.assertLess(max(map(len, lines)), 999)

    def test_the_server_knew_who_sent_and_nobody_else_does(self):
        self.assertGreater(self.box.logins, 0)
        self.assertEqual({sender for sender, _, _ in self.box.mails}, {"kosodate@example.jp"})
        ledger = (self.office.folder / "ledger.jsonl").read_text("utf-8")
        for secret in ("TOPSECRET", "p1@example.jp", "gone@"):
            self.assertNotIn(secret, ledger + self.told)

    def test_nothing_goes_twice(self):
        before = len(self.box.mails)
        self.office.send()
        self.assertEqual(len(self.box.mails), before)
        self.assertEqual(self.office.plan()["notices"], [])


class Refused(unittest.TestCase):
    def test_a_wrong_password_sends_nothing_and_strikes_nobody_off(self):
        box = Mailbox()
        server = Server(box, lambda *_: AuthResult(success=False, handled=False))
        server.start()
        self.addCleanup(server.stop)
        office = Office(CHANNELS.format(port=server.port), ARTICLES)
        self.addCleanup(office.close)
        office.recipients("mail", [{"to": "a@example.jp"}])
        office.secrets |= {"UBUGI_132128_MAIL_USER": "office", "UBUGI_132128_MAIL_PASSWORD": "WRONG"}
        told = office.send(fine=(1,))
        self.assertIn("535", told)
        self.assertNotIn("WRONG", told)
        self.assertEqual(box.mails, [])
        self.assertEqual(len(office.plan()["notices"]), 4)


if __name__ == "__main__":
    unittest.main()

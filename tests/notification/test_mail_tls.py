"""Mail over TLS against a real server: encrypted or not at all, and only to whom we trust."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from uuid import UUID

import pytest
from aiosmtpd.smtp import AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from services.notification.channels import MailChannel, MailServer
from services.notification.outgoing import Outgoing, Unreachable
from tests.notification.servers import mail_server

MESSAGE = Outgoing(
    id=UUID(int=1, version=4),
    source="/431202/notification",
    template="accepted.township",
    recipient="township:431202101000",
    about=UUID(int=2, version=4),
    composed=datetime(2020, 8, 3, 1, tzinfo=UTC),
    attempt=1,
    person=None,
    household=None,
    values={},
    subject="【兜底保障】受理",
    text="已受理。\n",
)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


@pytest.fixture
def server_side(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def test_a_login_and_a_mail_go_over_starttls(certificate: Path, server_side: ssl.SSLContext) -> None:
    logins = []

    def authenticate(
        server: object, session: object, envelope: object, way: str, login: object
    ) -> AuthResult:
        assert isinstance(login, LoginPassword)
        logins.append((login.login, login.password))
        return AuthResult(success=login.password == b"right", handled=False)

    with mail_server(
        tls_context=server_side, require_starttls=True, authenticator=authenticate, auth_required=True
    ) as mailbox:
        trust = ssl.create_default_context(cafile=str(certificate))
        server = MailServer(
            "127.0.0.1", mailbox.port, "doudi@hecheng.example", "starttls", "doudi", "right", trust
        )
        MailChannel(server, "office@huangjinao.example").send(MESSAGE)
        assert len(mailbox.mails) == 1
        wrong = MailServer(
            "127.0.0.1", mailbox.port, "doudi@hecheng.example", "starttls", "doudi", "wrong", trust
        )
        # Our own settings are at fault: the message can still be sent once they are right.
        with pytest.raises(Unreachable, match="smtp 535"):
            MailChannel(wrong, "office@huangjinao.example").send(MESSAGE)
    assert set(logins) == {(b"doudi", b"right"), (b"doudi", b"wrong")}
    assert "right" not in repr(server)


def test_a_server_that_nobody_vouches_for_gets_nothing(server_side: ssl.SSLContext) -> None:
    with mail_server(tls_context=server_side, require_starttls=True) as mailbox:
        server = MailServer("127.0.0.1", mailbox.port, "doudi@hecheng.example")
        with pytest.raises(Unreachable, match="smtp tls"):
            MailChannel(server, "office@huangjinao.example").send(MESSAGE)
    assert mailbox.mails == []


def test_the_same_message_is_the_same_mail_to_the_byte() -> None:
    with mail_server() as mailbox:
        server = MailServer("127.0.0.1", mailbox.port, "doudi@hecheng.example", "none")
        channel = MailChannel(server, "office@huangjinao.example")
        channel.send(MESSAGE)
        channel.send(MESSAGE)
    assert mailbox.raw[0] == mailbox.raw[1]

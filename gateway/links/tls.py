"""Make TLS contexts from the configuration."""

import asyncio
import ssl
from typing import cast

from fairlead.gateway.config.models import TlsClient, TlsServer
from fairlead.gateway.links.link_cy import TransportLink


class TlsError(Exception):
    """Report certificates that can't be used: which file, and why."""


def server_context(settings: TlsServer) -> ssl.SSLContext:
    """Return a context for a port; with ``client_ca`` every client must show a certificate signed by it.

    Raises TlsError.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(settings.certificate, settings.key)
        if settings.client_ca is not None:
            context.load_verify_locations(settings.client_ca)
            context.verify_mode = ssl.CERT_REQUIRED
    except (OSError, ssl.SSLError) as error:
        raise TlsError(
            f"certificate {settings.certificate}, key {settings.key}, client CA {settings.client_ca}: {error}"
        ) from None
    return context


def client_context(settings: TlsClient) -> ssl.SSLContext:
    """Return a context towards a venue; without ``ca`` the system's authorities are trusted. Raises TlsError."""
    try:
        context = ssl.create_default_context(cafile=settings.ca)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if settings.certificate is not None and settings.key is not None:
            context.load_cert_chain(settings.certificate, settings.key)
    except (OSError, ssl.SSLError) as error:
        raise TlsError(f"CA {settings.ca}, certificate {settings.certificate}, key {settings.key}: {error}") from None
    return context


def as_protocol(link: TransportLink) -> asyncio.Protocol:
    """Return the link as the asyncio protocol that it is by its methods (a compiled class can't inherit from one)."""
    return cast(asyncio.Protocol, link)

"""Where the page is served, who may enter, and how much they may upload."""

import secrets
from dataclasses import dataclass, field, fields
from pathlib import Path

from carl_mm.app.access.hosts import is_loopback


@dataclass(frozen=True)
class UploadLimits:
    """How much may be uploaded.

    Args:
        file_mb: Largest size of a file, in MB.
        visitor_files: Largest number of one visitor's files.
        visitor_mb: Largest size of one visitor's files together, in MB.
        total_files: Largest number of all visitors' files.
        total_mb: Largest size of all visitors' files together, in MB.

    Raises:
        ValueError: A limit is below 1.
    """

    file_mb: int = 500
    visitor_files: int = 20
    visitor_mb: int = 2000
    total_files: int = 100
    total_mb: int = 10_000

    def __post_init__(self) -> None:
        for limit in fields(self):
            value = getattr(self, limit.name)
            if value < 1:
                raise ValueError(
                    f'{limit.name} must be >= 1, got {value}; see --max-upload, '
                    '--visitor-quota and --total-quota'
                )


@dataclass(frozen=True)
class Access:
    """Where the page is served and who may enter.

    Args:
        host: Address to listen on.
        port: Port to listen on; 0 takes a free one.
        allowed_hosts: Names that lead to the page besides those of this machine itself.
        limits: How much may be uploaded.
        forget_after_s: Seconds after which the uploads of a visitor who has left are
            removed.
        token: Secret without which nobody enters; by default a new one.

    Raises:
        ValueError: ``forget_after_s`` is negative, or the token is shorter than 16
            characters.
    """

    host: str = '127.0.0.1'
    port: int = 7860
    allowed_hosts: tuple[str, ...] = ()
    limits: UploadLimits = field(default_factory=UploadLimits)
    forget_after_s: float = 600
    token: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)

    def __post_init__(self) -> None:
        if self.forget_after_s < 0:
            raise ValueError(f'forget_after_s must be >= 0, got {self.forget_after_s}')
        if len(self.token) < 16:
            raise ValueError('token must have at least 16 characters')

    @property
    def url(self) -> str:
        """Address that opens the page on this machine, with the token."""
        shown = {'0.0.0.0': '127.0.0.1', '::': '::1'}.get(self.host, self.host)
        host = f'[{shown}]' if ':' in shown else shown
        return f'http://{host}:{self.port}/?token={self.token}'

    def notice(self, folder: Path) -> str:
        """Say what is opened and to whom; empty if only this machine reaches it.

        Args:
            folder: Folder of the videos that the page shows.
        """
        if is_loopback(self.host):
            return ''
        names = ', '.join(self.allowed_hosts) or 'none, see --allow-host'
        return (
            f'--host {self.host} opens port {self.port} to every machine that reaches '
            f'this one. Whoever has the address with its token sees the videos of '
            f'{folder} and may upload up to {self.limits.total_mb} MB in all. The '
            f'connection is not encrypted: use it in networks that you trust. Others '
            f"write this machine's IP address, or a host name that is allowed "
            f'({names}), in place of the one printed.'
        )

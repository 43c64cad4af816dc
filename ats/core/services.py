"""What actions need besides the database: settings, blob store, mail and the doorbell. Made once a process."""

from dataclasses import dataclass
from datetime import date, datetime

from ats.core.blobs import Blobs
from ats.core.clock import civil_date
from ats.core.crypto import Keyring
from ats.core.mail import Mailer
from ats.core.outbox import Doorbell
from ats.organisation import Organisation
from ats.settings import Settings


@dataclass(frozen=True, slots=True)
class Services:
    """The same for web, worker and commands; only the doorbell's other end differs."""

    settings: Settings
    blobs: Blobs
    mailer: Mailer
    doorbell: Doorbell

    @property
    def organisation(self) -> Organisation:
        """The organisation that all this runs for."""
        return self.settings.organisation

    @property
    def keyring(self) -> Keyring:
        """The master keys."""
        return self.settings.keyring

    def today(self, now: datetime) -> date:
        """The civil date of `now` where the organisation is."""
        return civil_date(now, self.organisation.zone)

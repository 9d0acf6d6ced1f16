"""Say who we are to an OUCH venue, and make a session's settings of that and of a profile."""

from dataclasses import dataclass, field

from fairlead.adapters.ouch.profiles import OuchProfile
from fairlead.adapters.soup.settings import SettingsError, SoupClientSettings


@dataclass(frozen=True, slots=True)
class OuchCredentials:
    """Name the account; the password is left out of ``repr``. Both are text that SoupBinTCP has room for (6 and 10)."""

    username: str
    password: str = field(default="", repr=False)


def find_credential_mistake(username: str) -> str:
    """Return what is wrong with a user name, ``""`` where it fits."""
    if not username:
        return "expected 1 to 6 characters"
    try:
        SoupClientSettings(username=username, password="")
    except SettingsError as error:
        return str(error)
    return ""


def session_settings(profile: OuchProfile, credentials: OuchCredentials) -> SoupClientSettings:
    """Return the settings of a session with the venue. Raises SettingsError for credentials that do not fit."""
    manner = profile.session
    return SoupClientSettings(
        username=credentials.username,
        password=credentials.password,
        heartbeat_s=manner.heartbeat_s,
        silence_s=manner.silence_s,
        login_timeout_s=manner.login_timeout_s,
    )

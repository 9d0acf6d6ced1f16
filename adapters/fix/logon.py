"""Write our Logon and judge the peer's."""

from dataclasses import dataclass, field

from fairlead.adapters.fix.logon_request import LogonRequest
from fairlead.adapters.fix.settings import SessionSettings
from fairlead.codecs.errors import DecodeError
from fairlead.codecs.fix.message_cy import FixMessage
from fairlead.codecs.fix.writer_cy import MessageWriter

ENCRYPT_METHOD, HEART_BT_INT, RAW_DATA_LENGTH, RAW_DATA = 98, 108, 95, 96
RESET_SEQ_NUM_FLAG, MAX_MESSAGE_SIZE, TEST_MESSAGE_INDICATOR = 141, 383, 464
USERNAME, PASSWORD, NEXT_EXPECTED_MSG_SEQ_NUM, NEW_PASSWORD = 553, 554, 789, 925

SESSION_STATUS, TEXT = 1409, 58
PASSWORD_CHANGED, PASSWORD_EXPIRED = 1, 8
"""SessionStatus(1409) values (FIX 4.4 extension packs)."""


@dataclass(frozen=True, slots=True)
class Logon:
    """A valid Logon's content. ``next_expected`` is 0 where NextExpectedMsgSeqNum(789) was not given."""

    heart_bt_int_s: int
    reset_seq_num: bool
    next_expected: int
    max_message_size: int
    session_status: int
    request: LogonRequest = field(repr=False)


@dataclass(frozen=True, slots=True)
class LogonFault:
    """Why a Logon can't be accepted. ``reject_reason`` -1: there is no field to blame."""

    text: str
    reject_reason: int = -1
    ref_tag_id: int | None = None


def write_logon(
    writer: MessageWriter,
    settings: SessionSettings,
    heart_bt_int_s: int,
    reset_seq_num: bool,
    next_expected: int,
    credentials: tuple[str, str],
) -> None:
    """Put a Logon's body. ``credentials`` is (Password, NewPassword), both "" in an acceptor's reply."""
    logon = settings.logon
    writer.put_int(ENCRYPT_METHOD, logon.encrypt_method)
    writer.put_int(HEART_BT_INT, heart_bt_int_s)
    if logon.raw_data and settings.is_initiator:
        writer.put_data(RAW_DATA, logon.raw_data)
    if reset_seq_num:
        writer.put_bool(RESET_SEQ_NUM_FLAG, True)
    if next_expected:
        writer.put_int(NEXT_EXPECTED_MSG_SEQ_NUM, next_expected)
    if logon.max_message_size:
        writer.put_int(MAX_MESSAGE_SIZE, logon.max_message_size)
    if logon.test_message_indicator is not None:
        writer.put_bool(TEST_MESSAGE_INDICATOR, logon.test_message_indicator)
    if settings.is_initiator:
        for tag, value in ((USERNAME, logon.username), (PASSWORD, credentials[0]), (NEW_PASSWORD, credentials[1])):
            if value:
                writer.put_str(tag, value)
    for tag, value in logon.extra_fields:
        writer.put_str(tag, value)


def read_logon(message: FixMessage, settings: SessionSettings) -> Logon | LogonFault:
    """Return what a peer's Logon says, or why it can't be accepted."""
    for tag in (ENCRYPT_METHOD, HEART_BT_INT):
        if not message.has(tag):
            return LogonFault("Required tag missing", 1, tag)
    tag = 0
    numbers = {}
    try:
        for tag in (ENCRYPT_METHOD, HEART_BT_INT, NEXT_EXPECTED_MSG_SEQ_NUM, MAX_MESSAGE_SIZE, SESSION_STATUS):
            numbers[tag] = message.get_int(tag, 0)
        tag = RESET_SEQ_NUM_FLAG
        reset_seq_num = message.get_bool(tag)
        tag = TEST_MESSAGE_INDICATOR
        is_test = message.get_bool(tag)
    except DecodeError:
        return LogonFault("Incorrect data format for value", 6, tag)
    logon = Logon(
        heart_bt_int_s=numbers[HEART_BT_INT],
        reset_seq_num=reset_seq_num,
        next_expected=numbers[NEXT_EXPECTED_MSG_SEQ_NUM] if settings.logon.next_expected else 0,
        max_message_size=max(numbers[MAX_MESSAGE_SIZE], 0),
        session_status=numbers[SESSION_STATUS],
        request=LogonRequest(
            username=message.get_str(USERNAME),
            password=message.get_str(PASSWORD),
            new_password=message.get_str(NEW_PASSWORD),
            raw_data=message.get_bytes(RAW_DATA),
            heart_bt_int_s=numbers[HEART_BT_INT],
            reset_seq_num=reset_seq_num,
        ),
    )
    return _judge_terms(logon, numbers[ENCRYPT_METHOD], is_test, settings) or logon


def _judge_terms(logon: Logon, encrypt_method: int, is_test: bool, settings: SessionSettings) -> LogonFault | None:
    low, high = settings.min_heart_bt_int_s, settings.max_heart_bt_int_s
    if encrypt_method != settings.logon.encrypt_method:
        return LogonFault(f"EncryptMethod {encrypt_method} received, expected 0 (none)", 5, ENCRYPT_METHOD)
    if not low <= logon.heart_bt_int_s <= high:
        return LogonFault(f"HeartBtInt {logon.heart_bt_int_s} received, expected {low} to {high}", 5, HEART_BT_INT)
    if logon.next_expected < 0:
        text = f"NextExpectedMsgSeqNum {logon.next_expected} received, expected 1 or more"
        return LogonFault(text, 5, NEXT_EXPECTED_MSG_SEQ_NUM)
    if settings.logon.test_message_indicator not in (None, is_test):
        return LogonFault("TestMessageIndicator does not match: test and production do not mix", 5, 464)
    if logon.reset_seq_num and not settings.accept_reset:
        return LogonFault("ResetSeqNumFlag is not accepted", 5, RESET_SEQ_NUM_FLAG)
    return None


def says_password_expired(message: FixMessage, settings: SessionSettings) -> bool:
    """Tell whether a Logout refuses our Logon because the password has to be changed."""
    if message.get_bytes(SESSION_STATUS) == str(PASSWORD_EXPIRED).encode():
        return True
    text = message.get_str(TEXT).lower()
    return any(expired.lower() in text for expired in settings.logon.password_expired_texts)

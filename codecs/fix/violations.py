"""Name what a message can violate, and how Reject(3) and BusinessMessageReject(j) say it."""

from dataclasses import dataclass
from typing import Final

INVALID_TAG_NUMBER: Final = 0
REQUIRED_TAG_MISSING: Final = 1
TAG_NOT_DEFINED_FOR_MSG_TYPE: Final = 2
UNDEFINED_TAG: Final = 3
NO_VALUE: Final = 4
VALUE_OUT_OF_RANGE: Final = 5
INCORRECT_DATA_FORMAT: Final = 6
DECRYPTION_PROBLEM: Final = 7
SIGNATURE_PROBLEM: Final = 8
COMP_ID_PROBLEM: Final = 9
SENDING_TIME_PROBLEM: Final = 10
INVALID_MSG_TYPE: Final = 11
TAG_APPEARS_MORE_THAN_ONCE: Final = 13
TAG_OUT_OF_REQUIRED_ORDER: Final = 14
GROUP_FIELDS_OUT_OF_ORDER: Final = 15
INCORRECT_NUM_IN_GROUP: Final = 16
NON_DATA_VALUE_INCLUDES_SOH: Final = 17
OTHER: Final = 99
CONDITIONALLY_REQUIRED_FIELD_MISSING: Final = 5
"""The one BusinessRejectReason(380) that validation finds."""

SESSION_TEXTS: Final = {
    INVALID_TAG_NUMBER: "Invalid tag number",
    REQUIRED_TAG_MISSING: "Required tag missing",
    TAG_NOT_DEFINED_FOR_MSG_TYPE: "Tag not defined for this message type",
    UNDEFINED_TAG: "Undefined Tag",
    NO_VALUE: "Tag specified without a value",
    VALUE_OUT_OF_RANGE: "Value is incorrect (out of range) for this tag",
    INCORRECT_DATA_FORMAT: "Incorrect data format for value",
    DECRYPTION_PROBLEM: "Decryption problem",
    SIGNATURE_PROBLEM: "Signature problem",
    COMP_ID_PROBLEM: "CompID problem",
    SENDING_TIME_PROBLEM: "SendingTime accuracy problem",
    INVALID_MSG_TYPE: "Invalid MsgType",
    TAG_APPEARS_MORE_THAN_ONCE: "Tag appears more than once",
    TAG_OUT_OF_REQUIRED_ORDER: "Tag specified out of required order",
    GROUP_FIELDS_OUT_OF_ORDER: "Repeating group fields out of order",
    INCORRECT_NUM_IN_GROUP: "Incorrect NumInGroup count for repeating group",
    NON_DATA_VALUE_INCLUDES_SOH: "Non-data value includes field delimiter",
}
"""The texts that counterparties expect with each SessionRejectReason(373)."""

SESSION_REJECT_REASONS: Final = {"FIX.4.2": frozenset(range(12)), "FIX.4.4": frozenset((*range(18), OTHER))}
"""What SessionRejectReason(373) can be in each version."""


@dataclass(frozen=True, slots=True)
class Violation:
    """Report the first thing that is wrong with a message: a session violation, or else a business one.

    ``session_reject_reason``: 373's value, None where the answer is a BusinessMessageReject;
    ``business_reject_reason``: 380's value, None where it is a Reject. ``ref_tag_id`` is None where no tag is at fault.
    """

    session_reject_reason: int | None
    business_reject_reason: int | None
    ref_tag_id: int | None
    ref_msg_type: str
    text: str


def session_violation(reason: int, ref_tag_id: int | None, ref_msg_type: str) -> Violation:
    """Return what a Reject answers."""
    return Violation(reason, None, ref_tag_id, ref_msg_type, SESSION_TEXTS[reason])


def missing_conditional(tag: int, ref_msg_type: str) -> Violation:
    """Return what a BusinessMessageReject answers; it has no RefTagID, so the text names the tag."""
    text = f"Conditionally Required Field Missing ({tag})"
    return Violation(None, CONDITIONALLY_REQUIRED_FIELD_MISSING, tag, ref_msg_type, text)


@dataclass(frozen=True, slots=True)
class ValidatorOptions:
    """Choose how strict a Validator is. The defaults are the standard's rules.

    ``allow_user_defined``: tags from 5000 on that the dictionary does not define pass, their values unchecked.
    ``allow_unknown_tags``: so do undefined tags below 5000.
    ``check_values``: a code outside a field's list is a violation. ``check_group_order``: the fields of a group entry
    come in the dictionary's order; without it, only the first field of each entry is the same.
    ``check_conditions``: requirements that depend on other fields hold.
    """

    allow_user_defined: bool = True
    allow_unknown_tags: bool = False
    check_values: bool = True
    check_group_order: bool = True
    check_conditions: bool = True


DEFAULT_OPTIONS: Final = ValidatorOptions()

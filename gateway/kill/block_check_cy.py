"""Refuse new orders and replaces that a block in force covers; cancels always pass."""

from fairlead.codecs.vocabulary.constants import Refusal
from fairlead.gateway.kill.blocks import Block, Blocks
from fairlead.gateway.risk.check_cy import Check
from fairlead.gateway.risk.subject_cy import Refused, Subject


class BlockCheck(Check):
    """Be the check ``kill`` of the table of checks."""

    def __init__(self, blocks: Blocks) -> None:
        self._in_force: "dict[str, Block]" = blocks.in_force
        self._find = blocks.find

    def judge(self, subject: Subject) -> "Refused | None":
        """Look for a block that covers the order."""
        if not self._in_force:
            return None
        request = subject.request
        block = self._find(subject.strategy, subject.account, subject.venue, request.symbol)
        if block is None:
            return None
        text = f"kill {block.block_id} of {block.scope} is in force (by {block.by}: {block.reason}), release it first"
        return Refused(Refusal.KILL_SWITCH, text, limit=str(block.scope), value=block.block_id)

"""Rules of conversations and messages, as plain functions."""

from datetime import datetime, timedelta

from plantao.conversations.models import ConversationStatus, MessageStatus, Priority, Resolution

SERVICE_WINDOW = timedelta(hours=24)  # Meta: free text may follow a customer's message for so long
REOPEN_WITHIN = timedelta(hours=24)

# A status replaces another only if its rank is higher. `failed` ranks with `sent`'s successors but below a
# delivery that happened, and above `sent`: Meta may accept a message and refuse it later.
STATUS_RANK: dict[MessageStatus, int] = {
    MessageStatus.QUEUED: 0,
    MessageStatus.SENT: 10,
    MessageStatus.FAILED: 15,
    MessageStatus.DELIVERED: 20,
    MessageStatus.READ: 30,
    MessageStatus.PLAYED: 40,
}

PRIORITY_RANK: dict[Priority, int] = {Priority.LOW: 0, Priority.NORMAL: 1, Priority.HIGH: 2}
PRIORITY_OF_RANK = {rank: priority for priority, rank in PRIORITY_RANK.items()}


def status_after(resolution: Resolution) -> ConversationStatus:
    """How a conversation that is closed with `resolution` is listed."""
    return ConversationStatus.RESOLVED if resolution is Resolution.RESOLVED else ConversationStatus.CLOSED


def window_is_open(window_expires_at: datetime | None, now: datetime) -> bool:
    """Whether free text may be sent; without any message of the customer there is no window."""
    return window_expires_at is not None and now < window_expires_at


def whole_second(moment: datetime) -> datetime:
    """Meta's timestamps are whole seconds; ours follow, so that `seq` decides within one second."""
    return moment.replace(microsecond=0)

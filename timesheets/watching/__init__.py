"""The working-time watch over what was entered: read everybody’s hours, see what the law says, answer with a note."""

from timesheets.watching.acknowledging import NotAcknowledged, acknowledge
from timesheets.watching.reading import Watched, read
from timesheets.watching.seeing import Panel, Seen, Share, findings, open_findings, own, panel

__all__ = [
    "NotAcknowledged",
    "Panel",
    "Seen",
    "Share",
    "Watched",
    "acknowledge",
    "findings",
    "open_findings",
    "own",
    "panel",
    "read",
]

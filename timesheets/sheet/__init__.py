"""One timesheet: its days and history, the member’s confirmation, the coordinator’s decisions."""

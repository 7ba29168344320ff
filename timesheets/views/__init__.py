"""Pages of the app timesheets: entry of hours, the member's confirmation, the coordinator's month."""

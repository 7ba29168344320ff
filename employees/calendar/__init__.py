"""The planning’s calendars: what is read for whom, its rows, and the conflicts in them."""

"""Pages of the app employees: the planning, its changes, absences, calendar feeds."""

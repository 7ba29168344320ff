"""The month grid: its lines from the database, its weeks and days for the page, and what was typed into them."""

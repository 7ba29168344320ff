"""What every app stands on: money, periods, working time, lifecycles, pages, papers and tables."""

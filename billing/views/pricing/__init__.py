"""Pages of prices: those agreed on, what a change would do, the simulator, quotes."""

"""How often something may happen: rates, counted in moving windows, in memory or shared through Redis."""

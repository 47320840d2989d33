"""What else could be done? Frontiers, phases, alternatives and scenarios around a plan, as tables that people read."""

"""From what was decided to projects, one for each solver."""

"""The one door through which state changes, and what it keeps: subjects, stage runs, facts, decisions, outbox."""

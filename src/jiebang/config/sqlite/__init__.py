"""Django's SQLite back end with a fair queue for its only writer, and table rebuilds that keep triggers."""

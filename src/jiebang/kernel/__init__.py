"""What every part stands on: errors, money, periods, identifiers, canonical JSON. No models, no Django."""

"""Full-width forms, as Chinese input methods produce them, to their ASCII counterparts."""

# U+FF01..U+FF5E mirror ASCII 0x21..0x7E. Not NFKC: that would also turn ① or ² into digits, and an amount
# or a code in which those occur should be asked about, not guessed at.
_TO_ASCII = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20, 0xA0: 0x20}


def to_half_width(text: str) -> str:
    """`text` with full-width ASCII forms and wide or non-breaking spaces made plain; nothing else changes."""
    return text.translate(_TO_ASCII)

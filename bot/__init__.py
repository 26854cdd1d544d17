"""What Teams says to us and what we say back."""

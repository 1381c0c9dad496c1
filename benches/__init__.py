"""The measured speeds, each beside its peer or its floor in the same run; nothing here is a test."""

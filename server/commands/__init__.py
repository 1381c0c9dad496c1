"""The commands of ``saksi``, one file per group; each parses, calls one use case and prints."""

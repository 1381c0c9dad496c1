"""What a running process tells of itself: log lines, figures and traces. No use case depends on it."""

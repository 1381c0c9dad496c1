"""The verifier of bundles: one file that knows nothing of the rest of the project, and that the rest does not know."""

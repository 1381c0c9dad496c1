"""The checks, one test file for each family of them."""

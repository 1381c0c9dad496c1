"""The use cases, one file per aggregate: each is one transaction, and only here is committed."""

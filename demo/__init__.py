"""The demonstration programme: everything that fills a new installation with something to look at.

Nothing here is imported by the product itself; a demonstration talks to it as its users do.
"""

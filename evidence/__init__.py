"""The pure core: what a photo says, how far it holds, and how its bytes are kept.

Functions over values. Nothing here knows Flask, SQLAlchemy, marshmallow, the
``server`` package or the settings; time, storage and randomness come in as arguments.
"""

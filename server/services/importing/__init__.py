"""The steps of an import: read what was sent, compare it with the records, find every fault, write.

Reading and the rules are functions over values; only ``on_record`` and ``writing*`` touch records, and
none of them commits. The use case itself is ``server.services.project_import``.
"""

"""What waits for a person: the things themselves, who is asked for them, and in which order they stand.

Reading only. ``gathering`` asks the tables, ``order`` says how pressing each thing is, ``things`` are the values
between them. What of it a page shows is ``server.services.desk``'s.
"""

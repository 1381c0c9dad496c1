"""The fraud bench: attacks made from real photos, and honest rounds, sent down the road that every photo travels.

``make bench-fraud`` runs it. Each class of attack is told with its rate of detection and the interval that rate may lie
in, and with the checks that saw it; honest photos are told with how many were rejected or held back wrongly.
"""

"""A national portal's rows, made and not collected: the size at which pages, tiles and uploads are measured.

The same scale gives the same rows every time. Nothing here is real: places, people and photos are
drawn by chance around towns and along roads, in working hours of the years 2016 to 2026.
"""

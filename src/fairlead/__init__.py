"""Fairlead: an exchange connectivity gateway.

The import root only; the code lives in the folders at the top of the repository, which are linked in here.
"""

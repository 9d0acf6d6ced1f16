"""Hold the tables of FIX 4.2 and 4.4 (made by tools/make_fix_tables.py) and the rules the tables cannot say."""

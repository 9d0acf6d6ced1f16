"""Trade over OUCH and its relatives: a table says how messages look, a profile what they mean. No venue has code."""

"""Turn recorded market data into tables: bulk history for analysis."""

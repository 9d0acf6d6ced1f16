"""Have pyarrow where it is installed (extra ``parquet``), and say plainly where it is not."""

from typing import Any


class ParquetMissing(Exception):
    """Report that pyarrow is not installed."""

    def __init__(self) -> None:
        super().__init__("Parquet needs pyarrow, which is not installed: pip install 'fairlead[parquet]'")


def load_pyarrow() -> Any:
    """Return the module pyarrow, with its submodule ``parquet``; raises ParquetMissing."""
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise ParquetMissing from None
    return pyarrow

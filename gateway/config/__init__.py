"""Read and check the one configuration file."""

from fairlead.gateway.config.load import ConfigError, load_config
from fairlead.gateway.config.models import Config

__all__ = ["Config", "ConfigError", "load_config"]

"""Settings: `load_settings()` reads the environment once and gives an object with uppercase attributes."""

from config.env import ConfigError
from config.settings import Config, DevelopmentConfig, ProductionConfig, TestingConfig, load_settings

__all__ = ["Config", "ConfigError", "DevelopmentConfig", "ProductionConfig", "TestingConfig", "load_settings"]

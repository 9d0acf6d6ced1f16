"""Hold the one order vocabulary that every port and adapter speaks."""

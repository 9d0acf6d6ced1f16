"""Hold the commands of the program, one module each."""

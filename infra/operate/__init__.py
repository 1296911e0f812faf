"""The operators' commands, one small module each."""

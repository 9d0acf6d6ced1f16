"""Turn bytes into messages and back; stateless, without input or output."""

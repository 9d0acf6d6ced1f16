"""Take recorded traffic apart for people: messages with their fields, and every byte that is none."""

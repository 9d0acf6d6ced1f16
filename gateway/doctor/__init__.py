"""Say how well this machine and its settings suit the gateway, and print what would suit it better. Change nothing."""

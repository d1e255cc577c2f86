"""The organisation's HTTP APIs. They show what is there and decide nothing."""

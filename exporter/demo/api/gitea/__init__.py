"""The Gitea-shaped host: its repositories, Actions runs and pull requests."""

"""A GitHub-shaped host: as much of GitHub's REST API as clients need to read repositories, runs and pulls."""

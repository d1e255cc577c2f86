"""The GitLab-shaped host: its groups, projects, pipelines and merge requests."""

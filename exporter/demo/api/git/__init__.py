"""Plain git over HTTP: git's own `http-backend` over real bare repositories."""

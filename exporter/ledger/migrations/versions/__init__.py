"""One module a revision: r0001_…, r0002_…; each names the one before it in `down_revision`."""

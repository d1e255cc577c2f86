"""Where the migration stands, for people and programs: a versioned document, and its look in a terminal.

It knows the snapshot; nothing of sources, the ledger or the web.
"""

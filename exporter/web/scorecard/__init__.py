"""The scorecard page: where the migration stands and what is broken now, for a browser, without a script.

One module a section, each of pure functions from the status document to frozen view rows; the template of
the same name in `exporter/web/templates` lays them out. Everything else is the document's: values, states
and words are none of ours.
"""

from exporter.web.scorecard.page import page

__all__ = ["page"]

"""What git hosts and CI systems have in common, so that each of them says it in the same way.

`host` is the shape of a git host; `selection` what of it is in scope; `items` one item that cannot
be read; `marks` notes for the next poll; `changes` lead time; `origin` which repository a clone
address means; `words` vendors' words that are newer than us. None of it is a provider.
"""

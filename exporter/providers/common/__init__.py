"""What git hosts and CI systems have in common, so that each of them says it in the same way.

`host` is the shape of a git host; `listing` what it has, and `selection` what of that is in scope;
`contents` and `folders` what a default branch shows; `changes` lead time,
and `pulls` pull requests as GitHub and Gitea tell them; `items` one item that cannot
be read; `marks` notes for the next poll; `origin` which repository a clone address means; `words`
vendors' words that are newer than us. None of it is a provider.
"""

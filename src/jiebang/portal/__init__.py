"""The public site: what is announced, what is on notice, the policies, and how the records can be checked."""

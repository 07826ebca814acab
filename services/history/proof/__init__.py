"""Proof that nothing recorded was altered since it was first published: trees, checkpoints, witnesses.

Over every service's log stands a Merkle tree (RFC 9162, 2.1). History signs all their roots together in a
checkpoint (C2SP tlog-checkpoint), and witnesses outside keep the last one and refuse any that does not
continue it. So who trusts one public key, and one witness, can check any event offline, and the whole log
from its topic. Alteration before the first checkpoint that covers an event cannot be detected.

`leaf` (an event as bytes) · `hashing`, `tree`, `verify` (RFC 9162) · `keeping` (the trees follow the log) ·
`note`, `keys`, `checkpoint`, `rotation` (what is signed) · `signing` (when, and by which key) · `bundle` (a
proof to take away) · `witness`, `witness_web`, `sending` (outside) · `auditing` · `api`.
docs/proof.md says all formats, with a vector.
"""

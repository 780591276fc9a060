-- Adds leaves, in binary form.
copy {ledger}.seal_leaf (leaf, seq, data_salt, headers_salt, checksums) from stdin (format binary)

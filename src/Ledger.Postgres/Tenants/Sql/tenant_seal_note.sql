-- Says which tenant the entries of a seal name that were made in a schema of many: {note} the text, which SchemaNames reads.
comment on table {ledger}.seal_head is {note}

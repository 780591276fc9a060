-- Creates an empty copy of a table of documents, puts it in the place of the table, or drops it. $1 the table, $2 create, swap or drop.
select {ledger}.shadow_document_v1($1, $2)

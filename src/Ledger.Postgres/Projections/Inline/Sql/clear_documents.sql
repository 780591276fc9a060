-- Deletes all documents. {documents} their table.
delete from {documents}

-- Removes a snapshot, if it is still this one: $1 stream, $2 version.
delete from {events}.mt_doc_ledger_world as d
where d.id = $1
  and d.mt_version = $2

-- Forgets a dead letter. $1 its id.
delete from {events}.mt_doc_deadletterevent as d
where d.id = $1

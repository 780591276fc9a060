-- Takes a dead letter out of the list; its row stays, with the reason and the time. $1 the id, $2 the reason. No row if it is not in the list.
update {events}.mt_doc_deadletterevent as d
set data = d.data || jsonb_build_object('DroppedAt', clock_timestamp(), 'DroppedReason', $2::text)
where d.id = $1
  and not d.data ? 'DroppedReason'
